#pragma once

#include "core/base/state.h"
#include "core/base/state_norm.h"

namespace forerun {

/// Maps physical states to what a network sees: x_i = 2 (u_i − lower_i) / (upper_i − lower_i) − 1, so that a state
/// within its bounds lies in [−1, 1]ᵈ.
///
/// Cost O(d), no allocation. Thread-safe. Throws std::invalid_argument unless lower < upper, finite, in every
/// component.
class Normalizer {
 public:
  explicit Normalizer(StateBounds bounds);

  Index dimension() const { return bounds_.lower.size(); }
  const StateBounds& bounds() const { return bounds_; }
  /// dx_i / du_i = 2 / (upper_i − lower_i).
  const State& weights() const { return weights_; }

  void apply(const StateView& state, StateOut normalized) const;

 private:
  StateBounds bounds_;
  State weights_;
};

}  // namespace forerun
