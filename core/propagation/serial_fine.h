#pragma once

#include <optional>
#include <stop_token>

#include "core/propagation/propagator.h"
#include "core/propagation/slice_watchdog.h"
#include "core/record/run_record.h"

namespace forerun {

/// The serial solution U[n+1] = P(U[n]) at all slice boundaries, and what it cost.
struct SerialSolution {
  States boundaries;         ///< d × (N + 1)
  double seconds = 0.0;      ///< wall clock
  bool interrupted = false;  ///< a stop was requested
  std::optional<SliceFailure> failure;
};

/// Steps `fine` through the grid, one slice after the other. Columns after a failure or a stop are NaN; a slice that
/// overruns `limit` is a failure. Looks at `stop`, and at the scopes around it (core/base/stop_scope.h).
SerialSolution solve_serial(const TimeGrid& grid, const State& initial, const Propagator& fine,
                            const std::stop_token& stop = {}, const SliceLimit& limit = {});

}  // namespace forerun
