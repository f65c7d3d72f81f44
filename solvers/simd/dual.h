#pragma once

#include <algorithm>
#include <cmath>

#include "solvers/simd/lanes.h"
#include "solvers/simd/trigonometry.h"

namespace forerun {

/// A number and its derivatives in several directions at once, one a lane of `Tangent` (`Quad` or `Lanes`):
/// x + Σ_k ẋ_k ε_k with ε_j ε_k = 0. Arithmetic is that of the rules of differentiation; the value has the very bits
/// that a `double` gives.
template <class Tangent>
struct Dual {
  double value;
  // Code for wider registers takes quads to be aligned to their size, which not every instruction set's own rule says.
  alignas(sizeof(Quad)) Tangent tangent;

  Dual() = default;
  /// A constant.
  FORERUN_INLINE explicit Dual(double number) : value(number), tangent{} {}
  FORERUN_INLINE Dual(double number, const Tangent& derivatives) : value(number), tangent(derivatives) {}

  FORERUN_INLINE friend Dual operator+(const Dual& a, const Dual& b) {
    return {a.value + b.value, a.tangent + b.tangent};
  }
  FORERUN_INLINE friend Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value, a.tangent - b.tangent};
  }
  FORERUN_INLINE friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.value * b.tangent + b.value * a.tangent};
  }
  FORERUN_INLINE friend Dual operator/(const Dual& a, const Dual& b) {
    const double quotient = a.value / b.value;
    return {quotient, (a.tangent - quotient * b.tangent) / b.value};
  }
  FORERUN_INLINE friend Dual operator+(const Dual& a, double b) { return {a.value + b, a.tangent}; }
  FORERUN_INLINE friend Dual operator-(const Dual& a, double b) { return {a.value - b, a.tangent}; }
  FORERUN_INLINE friend Dual operator*(const Dual& a, double b) { return {a.value * b, a.tangent * b}; }
  FORERUN_INLINE friend Dual operator/(const Dual& a, double b) { return {a.value / b, a.tangent / b}; }
  FORERUN_INLINE friend Dual operator+(double a, const Dual& b) { return {a + b.value, b.tangent}; }
  FORERUN_INLINE friend Dual operator-(double a, const Dual& b) { return {a - b.value, -b.tangent}; }
  FORERUN_INLINE friend Dual operator*(double a, const Dual& b) { return {a * b.value, a * b.tangent}; }
  FORERUN_INLINE friend Dual operator/(double a, const Dual& b) {
    const double quotient = a / b.value;
    return {quotient, (-quotient / b.value) * b.tangent};
  }
  FORERUN_INLINE friend Dual operator-(const Dual& a) { return {-a.value, -a.tangent}; }
};

template <class Tangent>
FORERUN_INLINE bool is_constant(const Dual<Tangent>& x) {
  for (Index i = 0; i < num_lanes<Tangent>; ++i) {
    if (lane(x.tangent, i) != 0.0) return false;
  }
  return true;
}

/// function(x) of a function of a number that is known as nothing else: its derivative is a difference of fourth order,
/// good to ten digits or so. Of a constant (such as time) it is not asked for.
template <class Tangent, class Function>
FORERUN_INLINE Dual<Tangent> each_lane(const Dual<Tangent>& x, const Function& function) {
  if (is_constant(x)) return Dual<Tangent>(function(x.value));
  const double step = 1e-3 * std::max(std::abs(x.value), 1e-3);
  const double near = function(x.value + step) - function(x.value - step);
  const double far = function(x.value + 2.0 * step) - function(x.value - 2.0 * step);
  return {function(x.value), (8.0 * near - far) / (12.0 * step) * x.tangent};
}

template <class Tangent>
FORERUN_INLINE SinCos<Dual<Tangent>> sin_cos(const Dual<Tangent>& x) {
  const SinCos<double> of_value = sin_cos(x.value);
  return {{of_value.sin, of_value.cos * x.tangent}, {of_value.cos, -of_value.sin * x.tangent}};
}

}  // namespace forerun
