#pragma once

#include <array>
#include <cmath>

#include "solvers/simd/trigonometry.h"

namespace forerun {

/// What a node of an expression's graph computes. Those behind `where` join what is often found together, in one pass
/// and with the same roundings; their operands are written a, b, c, d, e, f.
enum class Op : unsigned char {
  constant,
  time,
  coordinate,
  field,
  copy,
  negate,
  sin,
  cos,
  tan,
  exp,
  log,
  sqrt,
  tanh,
  abs,
  add,
  subtract,
  multiply,
  divide,
  power,
  minimum,
  maximum,
  less,
  less_equal,
  equal,
  not_equal,
  where,              ///< a ≠ 0 ? b : c
  multiply_add,       ///< a b + c
  multiply_subtract,  ///< a b − c
  subtract_multiply,  ///< c − a b
  scaled_difference,  ///< c (a − b)
  second_difference,  ///< d ((a − 2 b) + c)
  star                ///< f (((a + b) + (c + d)) − 4 e): the five-point Laplacian
};
inline constexpr Op last_op = Op::star;

inline constexpr std::size_t most_operands = 6;
template <class Scalar>
using OperandValues = std::array<Scalar, most_operands>;

constexpr int num_operands(Op op) {
  if (op <= Op::field) return 0;
  if (op <= Op::abs) return 1;
  if (op <= Op::not_equal) return 2;
  if (op == Op::star) return 6;
  return op == Op::second_difference ? 4 : 3;
}

/// The operation on numbers; a scalar of another kind needs functions of these names. The same bits wherever it is
/// used.
template <Op op, class Scalar>
FORERUN_INLINE Scalar computed(const OperandValues<Scalar>& operands) {
  const auto& [a, b, c, d, e, f] = operands;
  using std::abs, std::exp, std::log, std::pow, std::sqrt, std::tanh;
  if constexpr (op == Op::copy) return a;
  if constexpr (op == Op::negate) return -a;
  if constexpr (op == Op::sin) return sin_cos(a).sin;
  if constexpr (op == Op::cos) return sin_cos(a).cos;
  if constexpr (op == Op::tan) {
    const auto both = sin_cos(a);
    return both.sin / both.cos;
  }
  if constexpr (op == Op::exp) return exp(a);
  if constexpr (op == Op::log) return log(a);
  if constexpr (op == Op::sqrt) return sqrt(a);
  if constexpr (op == Op::tanh) return tanh(a);
  if constexpr (op == Op::abs) return abs(a);
  if constexpr (op == Op::add) return a + b;
  if constexpr (op == Op::subtract) return a - b;
  if constexpr (op == Op::multiply) return a * b;
  if constexpr (op == Op::divide) return a / b;
  if constexpr (op == Op::power) return pow(a, b);
  if constexpr (op == Op::minimum) return b < a ? b : a;
  if constexpr (op == Op::maximum) return a < b ? b : a;
  if constexpr (op == Op::less) return a < b ? Scalar(1.0) : Scalar(0.0);
  if constexpr (op == Op::less_equal) return a <= b ? Scalar(1.0) : Scalar(0.0);
  if constexpr (op == Op::equal) return a == b ? Scalar(1.0) : Scalar(0.0);
  if constexpr (op == Op::not_equal) return a != b ? Scalar(1.0) : Scalar(0.0);
  if constexpr (op == Op::where) return a != Scalar(0.0) ? b : c;
  if constexpr (op == Op::multiply_add) return a * b + c;
  if constexpr (op == Op::multiply_subtract) return a * b - c;
  if constexpr (op == Op::subtract_multiply) return c - a * b;
  if constexpr (op == Op::scaled_difference) return c * (a - b);
  if constexpr (op == Op::second_difference) return d * ((a - 2.0 * b) + c);
  if constexpr (op == Op::star) return f * (((a + b) + (c + d)) - 4.0 * e);
}

}  // namespace forerun
