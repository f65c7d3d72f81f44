#pragma once

#include <Eigen/Core>

#include "core/propagation/propagator.h"

namespace forerun {

/// A map of rank R, left · rightᵀ, both d × R; no columns: nothing is known.
struct TangentModes {
  Eigen::MatrixXd left, right;
};

/// What a fine solver's slice does to small changes of a state, and what the coarse one makes of them less: products
/// with T = ∂F/∂u or D = ∂(F − G)/∂u, on the directions that the fine solver makes most of. Thread-safe, deterministic.
class TangentModesFinder {
 public:
  enum class Of { fine, difference };

  virtual ~TangentModesFinder() = default;

  /// T or D on so many directions (all of it where they are not fewer than d) about this state at the slice's
  /// beginning. Throws `PropagationError` where the slice cannot be crossed from there.
  virtual TangentModes find(const Slice& slice, const StateView& state, Index modes, Of of) const = 0;
  /// What `find` costs, in fine solves of a slice.
  virtual double fine_solves(Index modes, Index dimension) const = 0;
  /// G
  virtual const Propagator& coarse() const = 0;
};

}  // namespace forerun
