#include <cassert>
#include <utility>

#include "solvers/expressions/tape.h"

namespace forerun {
namespace {

struct Run {
  const double* begin;
  FORERUN_INLINE double operator[](Index i) const { return begin[i]; }
};

struct One {
  double value;
  FORERUN_INLINE double operator[](Index /*i*/) const { return value; }
};

/// An instruction's operands; those that `Scalars` names are one number. `Width` 0: numbers side by side, as many as
/// `count` says; else groups of that many.
template <int Scalars, Index Width>
struct Operands {
  const Instruction& instruction;
  const TapeBases& bases;

  static constexpr Index unit = Width > 0 ? Width : 1;

  template <std::size_t K>
  FORERUN_INLINE auto in() const {
    const Operand& operand = instruction.in[K];
    if constexpr (((Scalars >> K) & 1) != 0) {
      return One{bases[Space::scalars][operand.offset]};
    } else {
      return Run{bases[operand.space] + operand.offset * unit};
    }
  }
  FORERUN_INLINE double* out() const { return bases[instruction.out.space] + instruction.out.offset * unit; }
};

FORERUN_INLINE Quad four(const Run& run, Index i) {
  Quad numbers;
  __builtin_memcpy(&numbers, run.begin + i, sizeof(Quad));
  return numbers;
}
FORERUN_INLINE Quad four(const One& one, Index /*i*/) { return broadcast<Quad>(one.value); }

/// The operation on four numbers at once, with the bits that it gives one by one.
template <Op op>
FORERUN_INLINE Quad computed_four(const OperandValues<Quad>& operands) {
  const auto& [a, b, c, d, e, f] = operands;
  constexpr bool is_arithmetic =
      op == Op::copy || op == Op::negate || (op >= Op::add && op <= Op::divide) || op > Op::where;
  const Quad one = broadcast<Quad>(1.0);
  if constexpr (is_arithmetic || (op >= Op::sin && op <= Op::tan)) return computed<op>(operands);
  if constexpr (op == Op::minimum) return b < a ? b : a;
  if constexpr (op == Op::maximum) return a < b ? b : a;
  if constexpr (op == Op::less) return a < b ? one : Quad{};
  if constexpr (op == Op::less_equal) return a <= b ? one : Quad{};
  if constexpr (op == Op::equal) return a == b ? one : Quad{};
  if constexpr (op == Op::not_equal) return a != b ? one : Quad{};
  if constexpr (op == Op::where) return a != Quad{} ? b : c;
  Quad result = a;  // by the standard library
  if constexpr ((op >= Op::exp && op <= Op::abs) || op == Op::power) {
    for (Index i = 0; i < num_lanes<Quad>; ++i) result[i] = computed<op>(OperandValues<double>{a[i], b[i]});
  }
  return result;
}

/// out = op(inputs…), numbers that side by side are `count`.
template <Op op, Index Width, class... Inputs>
FORERUN_INLINE void compute(Index count, double* out, const Inputs&... inputs) {
  constexpr Index width = num_lanes<Quad>;
  // The compiler sees to long runs of simple operations itself.
  constexpr bool in_fours = Width >= width || (op >= Op::sin && op <= Op::tan);
  const Index whole = in_fours ? count - count % width : 0;
  for (Index i = 0; i < whole; i += width) {
    const Quad result = computed_four<op>(OperandValues<Quad>{four(inputs, i)...});
    __builtin_memcpy(out + i, &result, sizeof(Quad));
  }
  if constexpr (Width >= width) return;
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = whole; i < count; ++i) out[i] = computed<op>(OperandValues<double>{inputs[i]...});
}

template <Op op, int Scalars, Index Width, std::size_t... K>
FORERUN_INLINE void execute(const Instruction& instruction, const TapeBases& bases, Index count,
                            std::index_sequence<K...>) {
  const Operands<Scalars, Width> operands{instruction, bases};
  compute<op, Width>(Width > 0 ? Width : count, operands.out(), operands.template in<K>()...);
}

template <Op op, int Scalars, Index Width>
FORERUN_INLINE void execute(const Instruction& instruction, const TapeBases& bases, Index count) {
  constexpr auto num_inputs = static_cast<std::size_t>(num_operands(op));
  execute<op, Scalars, Width>(instruction, bases, count, std::make_index_sequence<num_inputs>());
}

/// Which operands of an operation may be single numbers: what the tape's builder does not make is not here.
template <Index Width>
struct TapeRunner {
  FORERUN_MULTIVERSION static void run(const Instruction* first, const Instruction* last, const TapeBases& bases,
                                       Index count) {
    for (; first != last; ++first) {
      const Instruction& i = *first;
      switch (i.code) {
        case instruction_code(Op::copy, 0):
          execute<Op::copy, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::copy, 1):
          execute<Op::copy, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::negate, 0):
          execute<Op::negate, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::sin, 0):
          execute<Op::sin, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::cos, 0):
          execute<Op::cos, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::tan, 0):
          execute<Op::tan, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::exp, 0):
          execute<Op::exp, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::log, 0):
          execute<Op::log, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::sqrt, 0):
          execute<Op::sqrt, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::tanh, 0):
          execute<Op::tanh, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::abs, 0):
          execute<Op::abs, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::add, 0):
          execute<Op::add, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::add, 1):
          execute<Op::add, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract, 0):
          execute<Op::subtract, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract, 1):
          execute<Op::subtract, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract, 2):
          execute<Op::subtract, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply, 0):
          execute<Op::multiply, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply, 1):
          execute<Op::multiply, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::divide, 0):
          execute<Op::divide, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::divide, 1):
          execute<Op::divide, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::divide, 2):
          execute<Op::divide, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::power, 0):
          execute<Op::power, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::power, 1):
          execute<Op::power, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::power, 2):
          execute<Op::power, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::minimum, 0):
          execute<Op::minimum, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::minimum, 1):
          execute<Op::minimum, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::minimum, 2):
          execute<Op::minimum, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::maximum, 0):
          execute<Op::maximum, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::maximum, 1):
          execute<Op::maximum, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::maximum, 2):
          execute<Op::maximum, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::less, 0):
          execute<Op::less, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::less, 1):
          execute<Op::less, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::less, 2):
          execute<Op::less, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::less_equal, 0):
          execute<Op::less_equal, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::less_equal, 1):
          execute<Op::less_equal, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::less_equal, 2):
          execute<Op::less_equal, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::equal, 0):
          execute<Op::equal, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::equal, 1):
          execute<Op::equal, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::equal, 2):
          execute<Op::equal, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::not_equal, 0):
          execute<Op::not_equal, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::not_equal, 1):
          execute<Op::not_equal, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::not_equal, 2):
          execute<Op::not_equal, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 0):
          execute<Op::where, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 1):
          execute<Op::where, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 2):
          execute<Op::where, 2, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 3):
          execute<Op::where, 3, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 4):
          execute<Op::where, 4, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 5):
          execute<Op::where, 5, Width>(i, bases, count);
          break;
        case instruction_code(Op::where, 6):
          execute<Op::where, 6, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_add, 0):
          execute<Op::multiply_add, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_add, 1):
          execute<Op::multiply_add, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_add, 4):
          execute<Op::multiply_add, 4, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_add, 5):
          execute<Op::multiply_add, 5, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_subtract, 0):
          execute<Op::multiply_subtract, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_subtract, 1):
          execute<Op::multiply_subtract, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_subtract, 4):
          execute<Op::multiply_subtract, 4, Width>(i, bases, count);
          break;
        case instruction_code(Op::multiply_subtract, 5):
          execute<Op::multiply_subtract, 5, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract_multiply, 0):
          execute<Op::subtract_multiply, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract_multiply, 1):
          execute<Op::subtract_multiply, 1, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract_multiply, 4):
          execute<Op::subtract_multiply, 4, Width>(i, bases, count);
          break;
        case instruction_code(Op::subtract_multiply, 5):
          execute<Op::subtract_multiply, 5, Width>(i, bases, count);
          break;
        case instruction_code(Op::scaled_difference, 0):
          execute<Op::scaled_difference, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::scaled_difference, 4):
          execute<Op::scaled_difference, 4, Width>(i, bases, count);
          break;
        case instruction_code(Op::scaled_difference, 5):
          execute<Op::scaled_difference, 5, Width>(i, bases, count);
          break;
        case instruction_code(Op::scaled_difference, 6):
          execute<Op::scaled_difference, 6, Width>(i, bases, count);
          break;
        case instruction_code(Op::second_difference, 0):
          execute<Op::second_difference, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::second_difference, 8):
          execute<Op::second_difference, 8, Width>(i, bases, count);
          break;
        case instruction_code(Op::star, 0):
          execute<Op::star, 0, Width>(i, bases, count);
          break;
        case instruction_code(Op::star, 32):
          execute<Op::star, 32, Width>(i, bases, count);
          break;
        default:
          assert(false);
      }
    }
  }
};

template <Index Width>
void run(const Tape& tape, const TapeBases& bases, Index count) {
  const Instruction* const first = tape.instructions.data();
  TapeRunner<Width>::run(first, first + tape.instructions.size(), bases, count);
}

}  // namespace

void run_tape(const Tape& tape, const TapeBases& bases, Index count) { run<0>(tape, bases, count); }
void run_tape_on_one(const Tape& tape, const TapeBases& bases) { run<1>(tape, bases, 1); }
void run_tape_on_four(const Tape& tape, const TapeBases& bases) { run<4>(tape, bases, 4); }
void run_tape_on_sixteen(const Tape& tape, const TapeBases& bases) { run<16>(tape, bases, 16); }

}  // namespace forerun
