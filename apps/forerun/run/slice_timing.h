#pragma once

#include "core/propagation/propagator.h"

namespace forerun {

/// Seconds of crossing `slice` from `state` alone, on this thread: the median of repeats that together take a few
/// milliseconds, of one where that takes long. A propagator that throws
/// `PropagationError` is timed until it does, which is what a run pays.
double seconds_alone(const Propagator& propagator, const Slice& slice, const State& state);

/// Seconds a slice when as many slices as the propagator likes are crossed together, all of them like `slice`.
double seconds_in_lanes(const Propagator& propagator, const Slice& slice, const State& state);

}  // namespace forerun
