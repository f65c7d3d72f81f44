#pragma once

#include "core/base/state_norm.h"
#include "learning/stencil/stencil_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// Middle and spread of each field over the newest state of each slice: mean ± √3 standard deviations, no narrower than
/// a millionth of `bounds`. Where the harvest keeps G(u), the same of each field's increment G(u) − u behind them. Sums
/// are over the points of a state, then over states; two of each field and state are told to all processes that share
/// the harvest.
FieldScale field_scale(const Harvest& harvest, const StateLayout& layout, const StateBounds& bounds,
                       SliceExecutor& executor);

}  // namespace forerun
