#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/state.h"
#include "core/base/time_grid.h"

namespace forerun {

/// Throws `ParameterError` ("steps") unless steps ≥ 1.
void require_steps(Index steps);

/// Steps of a state of `dimension` components after which an integrator may look whether it is still wanted
/// (core/base/stop_scope.h): enough work, some 100 µs, that looking costs nothing.
constexpr Index steps_between_looks(Index dimension) { return std::max<Index>(1, 65536 / dimension); }

/// Throws `PropagationError`: the step tried last, at `time`, was too small to be halved again.
[[noreturn]] void throw_steps_too_small(const Slice& slice, double time, double step);

/// Begin of step j of `steps` equal ones in `slice`: begin + length · j / steps.
double step_begin(const Slice& slice, Index j, Index steps);

/// Throws `PropagationError` when `state`, reached by step j of `steps`, has a non-finite component; its time is where
/// that step began, i.e. the last time at which the solution was known.
void require_finite(const StateView& state, const Slice& slice, Index j, Index steps);

}  // namespace forerun
