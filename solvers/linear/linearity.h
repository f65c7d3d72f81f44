#pragma once

#include <algorithm>
#include <vector>

#include "core/base/state.h"
#include "solvers/simd/trigonometry.h"

namespace forerun {

/// How a number depends on a state and on time, as a scalar: what a right-hand side makes of it says whether it is
/// A u + b(t) with a constant matrix A. Nobody needs to state that of an equation, and none can state it wrongly.
///
/// Cautious: what is written with products of components is not linear, even where they cancel.
class Linearity {
 public:
  enum class OfState { none, affine, other };

  Linearity() = default;
  /// A constant.
  explicit Linearity(double /*value*/) {}
  static Linearity time() { return {OfState::none, true}; }
  static Linearity component() { return {OfState::affine, false}; }

  OfState of_state() const { return of_state_; }
  bool is_affine() const { return of_state_ != OfState::other; }
  bool depends_on_time() const { return depends_on_time_; }
  /// Of both together: the less simple.
  static Linearity united(const Linearity& a, const Linearity& b) {
    return {std::max(a.of_state_, b.of_state_), a.depends_on_time_ || b.depends_on_time_};
  }
  /// Of any function of such a number.
  static Linearity of_function(const Linearity& x) {
    return {x.of_state_ == OfState::none ? OfState::none : OfState::other, x.depends_on_time_};
  }

  friend Linearity operator+(const Linearity& a, const Linearity& b) { return united(a, b); }
  friend Linearity operator-(const Linearity& a, const Linearity& b) { return united(a, b); }
  friend Linearity operator*(const Linearity& a, const Linearity& b) {
    const Linearity both = united(a, b);
    if (both.of_state_ == OfState::none || a.is_constant() || b.is_constant()) return both;
    return {OfState::other, both.depends_on_time_};
  }
  friend Linearity operator/(const Linearity& a, const Linearity& b) {
    const Linearity both = united(a, b);
    if (both.of_state_ == OfState::none || b.is_constant()) return both;
    return {OfState::other, both.depends_on_time_};
  }
  friend Linearity operator+(const Linearity& a, double) { return a; }
  friend Linearity operator-(const Linearity& a, double) { return a; }
  friend Linearity operator*(const Linearity& a, double) { return a; }
  friend Linearity operator/(const Linearity& a, double) { return a; }
  friend Linearity operator+(double, const Linearity& b) { return b; }
  friend Linearity operator-(double, const Linearity& b) { return b; }
  friend Linearity operator*(double, const Linearity& b) { return b; }
  friend Linearity operator/(double, const Linearity& b) { return of_function(b); }
  friend Linearity operator-(const Linearity& a) { return a; }

 private:
  Linearity(OfState of_state, bool depends_on_time) : of_state_(of_state), depends_on_time_(depends_on_time) {}
  bool is_constant() const { return of_state_ == OfState::none && !depends_on_time_; }

  OfState of_state_ = OfState::none;
  bool depends_on_time_ = false;
};

template <class Function>
Linearity each_lane(const Linearity& x, const Function& /*function*/) {
  return Linearity::of_function(x);
}
inline SinCos<Linearity> sin_cos(const Linearity& x) { return {Linearity::of_function(x), Linearity::of_function(x)}; }

/// Of all components of f(t, u) together. Cost: that of f with this scalar.
template <class Equation>
Linearity linearity_of(const Equation& equation) {
  const auto d = static_cast<std::size_t>(equation.dimension());
  const std::vector<Linearity> coordinates(d, Linearity::component());
  std::vector<Linearity> derivatives(d);
  equation.rhs(Linearity::time(), coordinates.data(), derivatives.data());
  Linearity all;
  for (const Linearity& derivative : derivatives) all = Linearity::united(all, derivative);
  return all;
}

}  // namespace forerun
