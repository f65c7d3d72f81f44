#include "core/fine_sweep.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

#include "core/errors.h"
#include "core/stopwatch.h"

namespace forerun {
namespace {

/// A task shorter than this is mostly scheduling.
constexpr double kSecondsPerTask = 20e-6;

}  // namespace

void propagate_checked(const Propagator& propagator, const char* solver, Index iteration, const Slice& slice,
                       const StateView& in, StateOut out) {
  const auto fail = [&](double time, const std::string& reason, bool numerical) {
    throw SliceError{{slice.index, iteration, time, solver, reason}, numerical};
  };
  try {
    propagator.propagate(slice, in, out);
  } catch (const PropagationError& error) {
    fail(error.time(), error.what(), true);
  } catch (const std::exception& error) {
    fail(slice.begin, error.what(), false);
  } catch (...) {
    fail(slice.begin, "an exception of unknown type was thrown", false);
  }
  if (!out.allFinite()) fail(slice.end, "the result is not finite", true);
}

FineSweep::FineSweep(const TimeGrid& grid, const StateNorm& norm)
    : grid_(grid),
      norm_(norm),
      jumps_(static_cast<std::size_t>(grid.num_slices())),
      task_seconds_(static_cast<std::size_t>(grid.num_slices())) {}

void FineSweep::run(const Propagator& propagator, Index iteration, Index first, const States& boundaries, States& fine,
                    SliceExecutor& executor, const std::stop_token& stop, IterationObserver* observer) {
  const Index active = grid_.num_slices() - first;
  const Index per_task = slices_per_task(propagator, active, executor.num_threads());
  const Index num_tasks = (active + per_task - 1) / per_task;
  std::atomic<Index> done = 0;
  executor.for_each(num_tasks, [&](Index task) {
    if (stop.stop_requested()) throw StopRequested{};
    const Index task_first = first + task * per_task;
    const Index count = std::min(per_task, grid_.num_slices() - task_first);
    const Stopwatch watch;
    run_task(propagator, iteration, task_first, count, boundaries, fine);
    task_seconds_[static_cast<std::size_t>(task)] = watch.seconds();
    if (observer) observer->on_fine_progress(iteration, done += count, active);
  });
  summarize(propagator, first, num_tasks, per_task);
}

Index FineSweep::slices_per_task(const Propagator& propagator, Index active, int num_threads) const {
  const Index share = (active + num_threads - 1) / num_threads;
  const Index block = std::max<Index>(1, propagator.block_size());
  Index num_blocks = 1;
  if (seconds_per_work_ > 0.0) {
    const double block_seconds = seconds_per_work_ * propagator.work_per_slice() * static_cast<double>(block);
    const double wanted = kSecondsPerTask / block_seconds;
    num_blocks = static_cast<Index>(std::clamp(wanted, 1.0, static_cast<double>(active)));
  }
  return std::clamp<Index>(block * num_blocks, 1, share);
}

void FineSweep::run_task(const Propagator& propagator, Index iteration, Index first, Index count,
                         const States& boundaries, States& fine) {
  const auto check_alone = [&](Index n) {
    propagate_checked(propagator, "fine", iteration, grid_.slice(n), boundaries.col(n), fine.col(n));
  };
  bool whole = count > 1;
  if (whole) {
    try {
      propagator.propagate_block(grid_.slices(first, count), boundaries.middleCols(first, count),
                                 fine.middleCols(first, count));
    } catch (...) {
      whole = false;  // which slice it was, and why, is found by crossing them one by one
    }
  }
  for (Index n = first; n < first + count; ++n) {
    double& jump = jumps_[static_cast<std::size_t>(n)];
    // A result that is not finite shows in its jump.
    if (whole) jump = norm_.distance(fine.col(n), boundaries.col(n + 1));
    if (whole && std::isfinite(jump)) continue;
    check_alone(n);
    jump = norm_.distance(fine.col(n), boundaries.col(n + 1));
  }
}

void FineSweep::summarize(const Propagator& propagator, Index first, Index num_tasks, Index slices_per_task) {
  const Index active = grid_.num_slices() - first;
  slice_seconds_ = 0.0;
  max_slice_seconds_ = 0.0;
  for (Index task = 0; task < num_tasks; ++task) {
    const double seconds = task_seconds_[static_cast<std::size_t>(task)];
    const Index count = std::min(slices_per_task, active - task * slices_per_task);
    slice_seconds_ += seconds;
    max_slice_seconds_ = std::max(max_slice_seconds_, seconds / static_cast<double>(count));
  }
  seconds_per_work_ = slice_seconds_ / (static_cast<double>(active) * propagator.work_per_slice());
  jump_ = *std::max_element(jumps_.begin() + first, jumps_.end());
}

}  // namespace forerun
