#include <cassert>

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

/// Four numbers at a time, for what has a form of its own for them; the same bits as one by one.
template <Op op>
FORERUN_INLINE void trigonometric(Index count, Run a, double* out) {
  constexpr Index width = num_lanes<Quad>;
  const Index whole = count - count % width;
  for (Index i = 0; i < whole; i += width) {
    Quad four;
    for (Index k = 0; k < width; ++k) four[k] = a[i + k];
    const SinCos<Quad> both = sin_cos(four);
    const Quad result = op == Op::sin ? both.sin : op == Op::cos ? both.cos : both.sin / both.cos;
    for (Index k = 0; k < width; ++k) out[i + k] = result[k];
  }
  for (Index i = whole; i < count; ++i) out[i] = computed<op>(a[i], 0.0, 0.0, 0.0);
}

template <Op op, int Scalars, Index Width>
FORERUN_INLINE void execute(const Instruction& instruction, const TapeBases& bases, Index any_count) {
  const Index count = Width > 0 ? Width : any_count;
  const Operands<Scalars, Width> operands{instruction, bases};
  double* const out = operands.out();
  const auto a = operands.template in<0>();
  if constexpr (op == Op::sin || op == Op::cos || op == Op::tan) {
    trigonometric<op>(count, a, out);
  } else if constexpr (num_operands(op) == 1) {
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < count; ++i) out[i] = computed<op>(a[i], 0.0, 0.0, 0.0);
  } else if constexpr (num_operands(op) == 2) {
    const auto b = operands.template in<1>();
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < count; ++i) out[i] = computed<op>(a[i], b[i], 0.0, 0.0);
  } else if constexpr (num_operands(op) == 3) {
    const auto b = operands.template in<1>();
    const auto c = operands.template in<2>();
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < count; ++i) out[i] = computed<op>(a[i], b[i], c[i], 0.0);
  } else {
    const auto b = operands.template in<1>();
    const auto c = operands.template in<2>();
    const auto d = operands.template in<3>();
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < count; ++i) out[i] = computed<op>(a[i], b[i], c[i], d[i]);
  }
}

constexpr int code(Op op, int scalars) { return static_cast<int>(op) * 16 + scalars; }

/// Which operands of an operation may be single numbers: what the tape's builder does not make is not here.
template <Index Width>
struct TapeRunner {
  FORERUN_MULTIVERSION static void run(const Instruction* first, const Instruction* last, const TapeBases& bases,
                                       Index count) {
    for (; first != last; ++first) {
      const Instruction& i = *first;
      switch (code(i.op, i.scalars)) {
        case code(Op::copy, 0):
          execute<Op::copy, 0, Width>(i, bases, count);
          break;
        case code(Op::copy, 1):
          execute<Op::copy, 1, Width>(i, bases, count);
          break;
        case code(Op::negate, 0):
          execute<Op::negate, 0, Width>(i, bases, count);
          break;
        case code(Op::sin, 0):
          execute<Op::sin, 0, Width>(i, bases, count);
          break;
        case code(Op::cos, 0):
          execute<Op::cos, 0, Width>(i, bases, count);
          break;
        case code(Op::tan, 0):
          execute<Op::tan, 0, Width>(i, bases, count);
          break;
        case code(Op::exp, 0):
          execute<Op::exp, 0, Width>(i, bases, count);
          break;
        case code(Op::log, 0):
          execute<Op::log, 0, Width>(i, bases, count);
          break;
        case code(Op::sqrt, 0):
          execute<Op::sqrt, 0, Width>(i, bases, count);
          break;
        case code(Op::tanh, 0):
          execute<Op::tanh, 0, Width>(i, bases, count);
          break;
        case code(Op::abs, 0):
          execute<Op::abs, 0, Width>(i, bases, count);
          break;
        case code(Op::add, 0):
          execute<Op::add, 0, Width>(i, bases, count);
          break;
        case code(Op::add, 1):
          execute<Op::add, 1, Width>(i, bases, count);
          break;
        case code(Op::subtract, 0):
          execute<Op::subtract, 0, Width>(i, bases, count);
          break;
        case code(Op::subtract, 1):
          execute<Op::subtract, 1, Width>(i, bases, count);
          break;
        case code(Op::subtract, 2):
          execute<Op::subtract, 2, Width>(i, bases, count);
          break;
        case code(Op::multiply, 0):
          execute<Op::multiply, 0, Width>(i, bases, count);
          break;
        case code(Op::multiply, 1):
          execute<Op::multiply, 1, Width>(i, bases, count);
          break;
        case code(Op::divide, 0):
          execute<Op::divide, 0, Width>(i, bases, count);
          break;
        case code(Op::divide, 1):
          execute<Op::divide, 1, Width>(i, bases, count);
          break;
        case code(Op::divide, 2):
          execute<Op::divide, 2, Width>(i, bases, count);
          break;
        case code(Op::power, 0):
          execute<Op::power, 0, Width>(i, bases, count);
          break;
        case code(Op::power, 1):
          execute<Op::power, 1, Width>(i, bases, count);
          break;
        case code(Op::power, 2):
          execute<Op::power, 2, Width>(i, bases, count);
          break;
        case code(Op::minimum, 0):
          execute<Op::minimum, 0, Width>(i, bases, count);
          break;
        case code(Op::minimum, 1):
          execute<Op::minimum, 1, Width>(i, bases, count);
          break;
        case code(Op::minimum, 2):
          execute<Op::minimum, 2, Width>(i, bases, count);
          break;
        case code(Op::maximum, 0):
          execute<Op::maximum, 0, Width>(i, bases, count);
          break;
        case code(Op::maximum, 1):
          execute<Op::maximum, 1, Width>(i, bases, count);
          break;
        case code(Op::maximum, 2):
          execute<Op::maximum, 2, Width>(i, bases, count);
          break;
        case code(Op::less, 0):
          execute<Op::less, 0, Width>(i, bases, count);
          break;
        case code(Op::less, 1):
          execute<Op::less, 1, Width>(i, bases, count);
          break;
        case code(Op::less, 2):
          execute<Op::less, 2, Width>(i, bases, count);
          break;
        case code(Op::less_equal, 0):
          execute<Op::less_equal, 0, Width>(i, bases, count);
          break;
        case code(Op::less_equal, 1):
          execute<Op::less_equal, 1, Width>(i, bases, count);
          break;
        case code(Op::less_equal, 2):
          execute<Op::less_equal, 2, Width>(i, bases, count);
          break;
        case code(Op::equal, 0):
          execute<Op::equal, 0, Width>(i, bases, count);
          break;
        case code(Op::equal, 1):
          execute<Op::equal, 1, Width>(i, bases, count);
          break;
        case code(Op::equal, 2):
          execute<Op::equal, 2, Width>(i, bases, count);
          break;
        case code(Op::not_equal, 0):
          execute<Op::not_equal, 0, Width>(i, bases, count);
          break;
        case code(Op::not_equal, 1):
          execute<Op::not_equal, 1, Width>(i, bases, count);
          break;
        case code(Op::not_equal, 2):
          execute<Op::not_equal, 2, Width>(i, bases, count);
          break;
        case code(Op::where, 0):
          execute<Op::where, 0, Width>(i, bases, count);
          break;
        case code(Op::where, 1):
          execute<Op::where, 1, Width>(i, bases, count);
          break;
        case code(Op::where, 2):
          execute<Op::where, 2, Width>(i, bases, count);
          break;
        case code(Op::where, 3):
          execute<Op::where, 3, Width>(i, bases, count);
          break;
        case code(Op::where, 4):
          execute<Op::where, 4, Width>(i, bases, count);
          break;
        case code(Op::where, 5):
          execute<Op::where, 5, Width>(i, bases, count);
          break;
        case code(Op::where, 6):
          execute<Op::where, 6, Width>(i, bases, count);
          break;
        case code(Op::multiply_add, 0):
          execute<Op::multiply_add, 0, Width>(i, bases, count);
          break;
        case code(Op::multiply_add, 1):
          execute<Op::multiply_add, 1, Width>(i, bases, count);
          break;
        case code(Op::multiply_add, 4):
          execute<Op::multiply_add, 4, Width>(i, bases, count);
          break;
        case code(Op::multiply_add, 5):
          execute<Op::multiply_add, 5, Width>(i, bases, count);
          break;
        case code(Op::multiply_subtract, 0):
          execute<Op::multiply_subtract, 0, Width>(i, bases, count);
          break;
        case code(Op::multiply_subtract, 1):
          execute<Op::multiply_subtract, 1, Width>(i, bases, count);
          break;
        case code(Op::multiply_subtract, 4):
          execute<Op::multiply_subtract, 4, Width>(i, bases, count);
          break;
        case code(Op::multiply_subtract, 5):
          execute<Op::multiply_subtract, 5, Width>(i, bases, count);
          break;
        case code(Op::subtract_multiply, 0):
          execute<Op::subtract_multiply, 0, Width>(i, bases, count);
          break;
        case code(Op::subtract_multiply, 1):
          execute<Op::subtract_multiply, 1, Width>(i, bases, count);
          break;
        case code(Op::subtract_multiply, 4):
          execute<Op::subtract_multiply, 4, Width>(i, bases, count);
          break;
        case code(Op::subtract_multiply, 5):
          execute<Op::subtract_multiply, 5, Width>(i, bases, count);
          break;
        case code(Op::scaled_difference, 0):
          execute<Op::scaled_difference, 0, Width>(i, bases, count);
          break;
        case code(Op::scaled_difference, 4):
          execute<Op::scaled_difference, 4, Width>(i, bases, count);
          break;
        case code(Op::scaled_difference, 5):
          execute<Op::scaled_difference, 5, Width>(i, bases, count);
          break;
        case code(Op::scaled_difference, 6):
          execute<Op::scaled_difference, 6, Width>(i, bases, count);
          break;
        case code(Op::second_difference, 0):
          execute<Op::second_difference, 0, Width>(i, bases, count);
          break;
        case code(Op::second_difference, 8):
          execute<Op::second_difference, 8, Width>(i, bases, count);
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
