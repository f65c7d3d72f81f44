#pragma once

#include <cstdint>
#include <functional>

#include "core/base/state.h"

namespace forerun {

/// A loss of weights w as a mean over samples: its value over samples first … first + count − 1 of an order of one's
/// own, and its gradient there.
using SampledLoss = std::function<double(const State& weights, Index first, Index count, State& gradient)>;

struct MinimiseOptions {
  Index epochs = 60;       ///< of Adam, each through all samples once
  Index batch = 32;        ///< samples a step of Adam
  double rate = 3e-3;      ///< of Adam's first step; it falls as a half cosine to a hundredth
  Index iterations = 200;  ///< of L-BFGS after it, over all samples
  Index memory = 20;       ///< pairs that L-BFGS keeps
};

struct Minimised {
  State weights;
  double loss = 0.0;  ///< over all samples
};

/// Adam, then L-BFGS with a backtracking line search (Armijo); the better of what both give. Stops early where no step
/// makes the loss smaller. Deterministic as `loss` is. Looks at stop scopes (core/base/stop_scope.h).
/// Source: D. P. Kingma, J. Ba (2015); D. C. Liu, J. Nocedal (1989).
Minimised minimise(const SampledLoss& loss, Index num_samples, State weights, const MinimiseOptions& options);

}  // namespace forerun
