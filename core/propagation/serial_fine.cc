#include "core/propagation/serial_fine.h"

#include <limits>

#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/watched_run.h"

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

}  // namespace

SerialSolution solve_serial(const TimeGrid& grid, const State& initial, const Propagator& fine,
                            const std::stop_token& stop, const SliceLimit& limit) {
  SerialSolution solution;
  solution.boundaries =
      States::Constant(initial.size(), grid.num_slices() + 1, std::numeric_limits<double>::quiet_NaN());
  solution.boundaries.col(0) = initial;
  const Stopwatch watch;
  run_watched(stop, limit, [&](const std::stop_token& token, SliceWatchdog* watchdog) {
    if (watchdog == nullptr) return step_through(grid, fine, token, solution);
    step_through(grid, *watchdog->watched(fine), token, solution);
    if (const std::optional<SliceFailure> overdue = watchdog->failure()) {
      solution.failure = overdue;
      solution.interrupted = false;
    }
  });
  solution.seconds = watch.seconds();
  return solution;
}

}  // namespace forerun
