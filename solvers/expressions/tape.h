#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "solvers/expressions/graph.h"

namespace forerun {

/// Where an operand's numbers are.
enum class Space : unsigned char {
  registers,  ///< intermediate results
  fields,     ///< the state
  places,     ///< coordinates, and what depends on them alone
  time,       ///< of each lane
  outputs,    ///< what the expressions come to
  scalars     ///< one number, the same for all
};
inline constexpr std::size_t num_spaces = 6;

struct Operand {
  Space space = Space::registers;
  Index offset = 0;
};

/// An operation, and in bit k of `scalars` whether its operand k is one number for the whole run.
constexpr int instruction_code(Op op, int scalars) { return static_cast<int>(op) * 64 + scalars; }

/// out = op(in…) for a run of numbers.
struct Instruction {
  int code = instruction_code(Op::copy, 0);
  Operand out{};
  std::array<Operand, most_operands> in{};

  Op op() const { return static_cast<Op>(code / 64); }
};

/// Instructions that compute some nodes of a graph, each once, in an order in which operands come first.
struct Tape {
  std::vector<Instruction> instructions;
  Index num_registers = 0;
};

/// What a tape is to compute and how its operands are named.
struct TapeRequest {
  std::vector<std::pair<NodeIndex, Operand>> outputs;
  /// Where a node's value is that somebody else has put there; nullopt: the tape computes it.
  std::function<std::optional<Operand>(NodeIndex)> given;
  /// Distance of registers in `Space::registers`.
  Index register_stride = 1;
  /// True where the run is one number, and scalars are read and written like everything else.
  bool is_of_scalars = false;
};

/// Products that are added to or taken from something, and used nowhere else, become one instruction with it. Registers
/// are used again as soon as nobody needs what they hold. Time: linear in the graph's size.
Tape build_tape(const ExpressionGraph& graph, const TapeRequest& request);

/// Where the spaces begin.
struct TapeBases {
  std::array<double*, num_spaces> begin{};

  double*& operator[](Space space) { return begin[static_cast<std::size_t>(space)]; }
  double* operator[](Space space) const { return begin[static_cast<std::size_t>(space)]; }
};

/// Runs a tape over `count` numbers that stand side by side: mesh points. The same bits for every instruction set and
/// however a run is divided. No heap traffic.
void run_tape(const Tape& tape, const TapeBases& bases, Index count);
/// The same where every offset but those of scalars counts groups of 1, 4 or 16 numbers: slices side by side.
void run_tape_on_one(const Tape& tape, const TapeBases& bases);
void run_tape_on_four(const Tape& tape, const TapeBases& bases);
void run_tape_on_sixteen(const Tape& tape, const TapeBases& bases);

}  // namespace forerun
