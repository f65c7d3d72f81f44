#pragma once

#include "core/base/state_norm.h"
#include "learning/training/harvest.h"

namespace forerun {

/// Bounds that the states of the harvest's first iteration fill, every component alike, so that none swamps the others
/// once states are scaled to them:
///
///   mean ± √3 standard deviations,      the ends of the uniform distribution with this spread.
///
/// No component becomes narrower, in units of `bounds`, than a thousandth of the widest; `bounds` themselves where the
/// states do not differ at all, or so much that their spread is no number. Cost O(d) a sample, in parallel over
/// components. Of a harvest that processes share sums are passed on from one to the next, d numbers each time. Needs a
/// harvest that is not empty, of the bounds' dimension.
StateBounds spread_of(const Harvest& harvest, const StateBounds& bounds, SliceExecutor& executor);

}  // namespace forerun
