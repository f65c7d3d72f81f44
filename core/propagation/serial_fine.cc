#include "core/propagation/serial_fine.h"

#include <limits>

#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

void step_through(const TimeGrid& grid, const Propagator& fine, const std::stop_token& stop, SerialSolution& solution) {
  const StopScope scope(stop);
  const CheckedPropagator checked{fine, "fine", 0};
  Index n = 0;
  try {
    for (; n < grid.num_slices(); ++n) {
      StopScope::throw_if_stop_requested();
      checked.propagate(grid.slice(n), solution.boundaries.col(n), solution.boundaries.col(n + 1));
    }
  } catch (const SliceError& error) {
    solution.failure = error.failure;
  } catch (const StopRequested&) {
    solution.interrupted = true;
    solution.boundaries.rightCols(grid.num_slices() - n).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
}

/// The same with a stop of its own, which the watchdog may request as well.
void step_through_watched(const TimeGrid& grid, const Propagator& fine, const std::stop_token& stop,
                          const SliceLimit& limit, SerialSolution& solution) {
  std::stop_source own;
  const std::stop_callback link(stop, [&] { own.request_stop(); });
  SliceWatchdog watchdog(limit, own);
  step_through(grid, *watchdog.watched(fine), own.get_token(), solution);
  if (const std::optional<SliceFailure> overdue = watchdog.failure()) {
    solution.failure = overdue;
    solution.interrupted = false;
  }
}

}  // namespace

SerialSolution solve_serial(const TimeGrid& grid, const State& initial, const Propagator& fine,
                            const std::stop_token& stop, const SliceLimit& limit) {
  SerialSolution solution;
  solution.boundaries =
      States::Constant(initial.size(), grid.num_slices() + 1, std::numeric_limits<double>::quiet_NaN());
  solution.boundaries.col(0) = initial;
  const Stopwatch watch;
  if (limit.is_set()) {
    step_through_watched(grid, fine, stop, limit, solution);
  } else {
    step_through(grid, fine, stop, solution);
  }
  solution.seconds = watch.seconds();
  return solution;
}

}  // namespace forerun
