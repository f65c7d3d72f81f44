#pragma once

#include <cmath>

#include "core/base/state.h"

namespace forerun {

/// Componentwise affine scale of states: component i, within [lower_i, upper_i] for typical solutions,
/// is mapped onto [−1, 1]:   ũ_i = 2 (u_i − lower_i) / (upper_i − lower_i) − 1.
struct StateBounds {
  State lower;
  State upper;
};

/// How the components of a state are summed up.
enum class NormKind {
  maximum,  ///< max_i |ũ_i|: as in the published convergence rule
  rms,      ///< √(Σ_i ũ_i² / d): as ODE solvers have it
};

/// The norm that increments, jumps and errors are measured in:
///
///   ‖u‖ = max_i w_i |u_i|   or   √(Σ_i (w_i u_i)² / d),      w_i = 1 / scale_i,   scale_i = (upper_i − lower_i) / 2
///
/// (w = 1 without bounds), i.e. the norm of the scaled state. Cost O(d), no allocation, one order of summation. NaN
/// anywhere gives a non-finite result. Throws std::invalid_argument unless lower < upper, finite, in every component;
/// likewise unless scales are finite and > 0.
class StateNorm {
 public:
  StateNorm() = default;
  explicit StateNorm(NormKind kind) : kind_(kind) {}
  explicit StateNorm(const StateBounds& bounds, NormKind kind = NormKind::maximum);
  /// The same kind of norm with these scales.
  StateNorm with_scale(const State& scale) const;

  NormKind kind() const { return kind_; }
  bool has_scale() const { return weights_.size() > 0; }
  /// Component by component; empty where there is none.
  State scale() const { return weights_.inverse().matrix(); }

  double distance(const StateView& a, const StateView& b) const { return distance(a.data(), b.data(), a.size()); }
  /// The same for states given by their addresses: for loops over many small ones, where views would cost more than the
  /// norm.
  double distance(const double* a, const double* b, Index dimension) const {
    if (dimension != 1) return distance_of_many(a, b, dimension);
    const double difference = std::abs(*a - *b);
    return has_scale() ? weights_[0] * difference : difference;
  }
  /// max_i w_i |u_i|, whatever the kind.
  double largest_component(const double* state, Index dimension) const;

 private:
  double distance_of_many(const double* a, const double* b, Index dimension) const;

  NormKind kind_ = NormKind::maximum;
  Eigen::ArrayXd weights_;
};

}  // namespace forerun
