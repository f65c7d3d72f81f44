#pragma once

#include <array>
#include <span>
#include <vector>

#include "solvers/linear/sparse_matrix.h"
#include "solvers/simd/trigonometry.h"

namespace forerun {

/// The components of a state that a number depends on, as a scalar: what a right-hand side makes of the coordinates is
/// the rows of its Jacobian's pattern. What depends on two numbers depends on all that either depends on, so places
/// that happen to be zero (u − u, 0 · u) count as entries. Up to seven components are held without heap memory; an
/// operation costs as much as there are components.
class Dependencies {
 public:
  Dependencies() = default;
  /// A constant.
  explicit Dependencies(double /*value*/) {}
  static Dependencies on(Index component);

  /// Ascending.
  std::span<const int> components() const {
    return many_.empty() ? std::span<const int>(few_.data(), static_cast<std::size_t>(num_few_)) : many_;
  }

  friend Dependencies operator+(const Dependencies& a, const Dependencies& b) { return united(a, b); }
  friend Dependencies operator-(const Dependencies& a, const Dependencies& b) { return united(a, b); }
  friend Dependencies operator*(const Dependencies& a, const Dependencies& b) { return united(a, b); }
  friend Dependencies operator/(const Dependencies& a, const Dependencies& b) { return united(a, b); }
  friend Dependencies operator+(const Dependencies& a, double) { return a; }
  friend Dependencies operator-(const Dependencies& a, double) { return a; }
  friend Dependencies operator*(const Dependencies& a, double) { return a; }
  friend Dependencies operator/(const Dependencies& a, double) { return a; }
  friend Dependencies operator+(double, const Dependencies& b) { return b; }
  friend Dependencies operator-(double, const Dependencies& b) { return b; }
  friend Dependencies operator*(double, const Dependencies& b) { return b; }
  friend Dependencies operator/(double, const Dependencies& b) { return b; }
  friend Dependencies operator-(const Dependencies& a) { return a; }

 private:
  static constexpr std::size_t most_few = 7;

  static Dependencies united(const Dependencies& a, const Dependencies& b);

  int num_few_ = 0;
  std::array<int, most_few> few_{};
  std::vector<int> many_;  ///< all, where there are more
};

template <class Function>
Dependencies each_lane(const Dependencies& x, const Function& /*function*/) {
  return x;
}
inline SinCos<Dependencies> sin_cos(const Dependencies& x) { return {x, x}; }

/// The pattern whose row i has the places that `rows[i]` depends on, and the diagonal.
SparsityPattern pattern_of_rows(std::span<const Dependencies> rows);

/// The pattern of ∂f/∂u, the diagonal always included. Cost: that of f with this scalar, 112 bytes a component of
/// memory for the while.
template <class Equation>
SparsityPattern jacobian_pattern(const Equation& equation) {
  const Index d = equation.dimension();
  std::vector<Dependencies> coordinates(static_cast<std::size_t>(d));
  for (Index i = 0; i < d; ++i) coordinates[static_cast<std::size_t>(i)] = Dependencies::on(i);
  std::vector<Dependencies> rows(static_cast<std::size_t>(d));
  equation.rhs(Dependencies(), static_cast<const Dependencies*>(coordinates.data()), rows.data());
  return pattern_of_rows(rows);
}

}  // namespace forerun
