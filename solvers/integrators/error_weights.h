#pragma once

#include "core/base/state.h"
#include "core/base/state_norm.h"

namespace forerun {

/// w_i = 2 / (upper_i − lower_i): what an adaptive integrator multiplies errors by, so that a tolerance is one of the
/// state scaled to [−1, 1], whatever the method.
inline State error_weights(const StateBounds& bounds) { return 2.0 / (bounds.upper - bounds.lower).array(); }

}  // namespace forerun
