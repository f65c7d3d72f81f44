#pragma once

#include <stop_token>
#include <vector>

#include "core/iteration_observer.h"
#include "core/propagator.h"
#include "core/slice_executor.h"
#include "core/state_norm.h"

namespace forerun {

/// Thrown out of a sweep when a slice could not be crossed.
struct SliceError {
  SliceFailure failure;
  /// True for a `PropagationError` or a non-finite result: the solver ran and could not cross. Anything else thrown is
  /// a fault that nothing can be made of.
  bool numerical = false;
};

/// Thrown out of a sweep when a stop was requested.
struct StopRequested {};

/// Crosses one slice and checks the result; throws `SliceError` when the propagator throws or returns a
/// non-finite state. `solver` is "fine" or "coarse".
void propagate_checked(const Propagator& propagator, const char* solver, Index iteration, const Slice& slice,
                       const StateView& in, StateOut out);

/// The parallel part of an iteration: F at the start of every active slice.
///
/// Slices are grouped into tasks: a block as large as the propagator likes, several blocks when slices are so cheap
/// that scheduling would cost more than solving. Grouping follows measured times and touches nothing but speed: a
/// propagator gives the same bits in every block.
class FineSweep {
 public:
  FineSweep(const TimeGrid& grid, const StateNorm& norm);

  /// Column n of `fine` = F(column n of `boundaries`) for slices first … N − 1, F being `propagator`. Throws
  /// `SliceError` for the lowest failing slice, `StopRequested` when `stop` asks.
  void run(const Propagator& propagator, Index iteration, Index first, const States& boundaries, States& fine,
           SliceExecutor& executor, const std::stop_token& stop, IterationObserver* observer);

  /// Of the last sweep: ‖F(U[n]) − U[n+1]‖ of each slice and their maximum, the seconds in F summed over slices, and
  /// those of the slowest slice.
  const std::vector<double>& jumps() const { return jumps_; }
  double jump() const { return jump_; }
  double slice_seconds() const { return slice_seconds_; }
  double max_slice_seconds() const { return max_slice_seconds_; }

 private:
  Index slices_per_task(const Propagator& propagator, Index active, int num_threads) const;
  void run_task(const Propagator& propagator, Index iteration, Index first, Index count, const States& boundaries,
                States& fine);
  void summarize(const Propagator& propagator, Index first, Index num_tasks, Index slices_per_task);

  const TimeGrid& grid_;
  const StateNorm& norm_;
  std::vector<double> jumps_;         ///< of each slice
  std::vector<double> task_seconds_;  ///< of each task
  double seconds_per_work_ = 0.0;     ///< as seen in the last sweep; 0 before the first
  double jump_ = 0.0;
  double slice_seconds_ = 0.0;
  double max_slice_seconds_ = 0.0;
};

}  // namespace forerun
