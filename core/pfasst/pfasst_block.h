#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/pfasst/step_hierarchy.h"

namespace forerun {

/// Time steps that are iterated together, one a slice of the grid: the phases of core/pfasst/pfasst.h.
///
/// States get from step to step by copies that are made before others change, so results do not depend on the number of
/// threads, bit for bit. Throws `SliceError` where a step cannot be swept or is not finite, of the lowest such step.
class PfasstBlock {
 public:
  /// The levels are referred to.
  PfasstBlock(const TimeGrid& grid, const std::vector<PfasstLevel>& levels);

  Index num_steps() const { return static_cast<Index>(steps_.size()); }
  Index num_levels() const { return static_cast<Index>(sent_.size()); }
  const StepHierarchy& step(Index n) const { return *steps_[static_cast<std::size_t>(n)]; }
  /// d × num_steps: u at the end of each, as the finest level has it.
  const States& ends() const { return sent_.front(); }

  /// Every step starts from `initial`, which its nodes hold; of a single one they are predicted.
  void start(const State& initial, SliceExecutor& executor);
  /// Burn-in: while step 0 is swept once on the coarsest level, step n is n + 1 times, each time from where the step
  /// before it had come. Corrections go up to the finest level, which is then swept.
  void burn_in(SliceExecutor& executor);
  /// One iteration, number `iteration` for sentences. `swept` is told of each step's last sweep, from any thread.
  void iterate(Index iteration, SliceExecutor& executor, const std::function<void()>& swept = nullptr);
  /// Seconds of the last iteration: of each step's sweeps but those of the coarsest level; of these, of all steps; of
  /// the sweeps of the finest level alone, of all steps.
  const std::vector<double>& step_seconds() const { return step_seconds_; }
  double coarsest_seconds() const { return coarsest_seconds_; }
  double finest_seconds() const;
  /// What iterations go on from, as numbers in a row for each step; and back.
  Index num_numbers() const { return step(0).step(0).num_numbers(); }
  void save(Index n, StateOut numbers) const { step(n).step(0).save(numbers); }
  void restore(Index n, const StateView& numbers);
  /// Of each step, from what the step before has ended with.
  const std::vector<double>& residuals(const StateNorm& norm, SliceExecutor& executor);

 private:
  StepHierarchy& at(Index n) { return *steps_[static_cast<std::size_t>(n)]; }
  Index coarsest() const { return num_levels() - 1; }
  /// What step n has ended with on a level, for those who look at it while the step goes on.
  auto sent(Index level, Index n) { return sent_[static_cast<std::size_t>(level)].col(n); }
  void send(Index level, Index n);

  /// body(n) for the steps from `first` on, in parallel.
  void for_steps(SliceExecutor& executor, Index first, const std::function<void(Index)>& body);
  /// Failures get the step's name.
  void guarded(Index n, const std::function<void()>& body) const;
  void go_down(Index n);
  void sweep_coarsest(Index n);
  void sweep_finest(Index n);
  void go_up(Index n);

  std::vector<Slice> slices_;
  std::vector<std::unique_ptr<StepHierarchy>> steps_;
  std::vector<States> sent_;  ///< of each level
  Index iteration_ = 0;
  std::vector<double> residuals_;
  std::vector<double> step_seconds_;
  std::vector<double> finest_seconds_;  ///< of each step
  double coarsest_seconds_ = 0.0;
};

}  // namespace forerun
