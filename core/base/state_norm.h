#pragma once

#include "core/base/state.h"

namespace forerun {

/// Componentwise affine scale of states: component i, within [lower_i, upper_i] for typical solutions,
/// is mapped onto [−1, 1]:   ũ_i = 2 (u_i − lower_i) / (upper_i − lower_i) − 1.
struct StateBounds {
  State lower;
  State upper;
};

/// The norm that increments, jumps and errors are measured in:
///
///   ‖u‖ = max_i w_i |u_i|,      w_i = 2 / (upper_i − lower_i)   (w = 1 without bounds),
///
/// i.e. the ∞-norm of the scaled state, as in the published convergence rule. Cost O(d), no allocation. NaN
/// anywhere gives a non-finite result. Throws std::invalid_argument unless lower < upper, finite, in every component.
class StateNorm {
 public:
  StateNorm() = default;
  explicit StateNorm(const StateBounds& bounds);

  double distance(const StateView& a, const StateView& b) const { return distance(a.data(), b.data(), a.size()); }
  /// The same for states given by their addresses: for loops over many small ones, where views would cost more than the
  /// norm.
  double distance(const double* a, const double* b, Index dimension) const;

 private:
  Eigen::ArrayXd weights_;
};

}  // namespace forerun
