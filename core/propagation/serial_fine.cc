#include "core/propagation/serial_fine.h"

#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {

SerialSolution solve_serial(const TimeGrid& grid, const State& initial, const Propagator& fine, std::stop_token stop) {
  SerialSolution solution;
  solution.boundaries =
      States::Constant(initial.size(), grid.num_slices() + 1, std::numeric_limits<double>::quiet_NaN());
  solution.boundaries.col(0) = initial;
  const CheckedPropagator checked{fine, "fine", 0};
  const Stopwatch watch;
  try {
    for (Index n = 0; n < grid.num_slices(); ++n) {
      if (stop.stop_requested()) {
        solution.interrupted = true;
        break;
      }
      checked.propagate(grid.slice(n), solution.boundaries.col(n), solution.boundaries.col(n + 1));
    }
  } catch (const SliceError& error) {
    solution.failure = error.failure;
  }
  solution.seconds = watch.seconds();
  return solution;
}

}  // namespace forerun
