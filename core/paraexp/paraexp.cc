#include "core/paraexp/paraexp.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/errors.h"
#include "core/base/require_option.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/execution/stoppable_executor.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/logged_propagator.h"
#include "core/propagation/problem_checks.h"
#include "core/propagation/terminate_by.h"
#include "core/propagation/watched_run.h"

namespace forerun {
namespace {

constexpr Index kMostParts = 16;

/// What one part of the grid adds to the answer at its own points and at those behind it.
struct GridPart {
  Index first;  ///< of its slices
  Index end;
  States states;  ///< column i is what it adds to U[first + 1 + i]
  double forced_seconds = 0.0;
  double homogeneous_seconds = 0.0;
};

class ParaexpRun {
 public:
  ParaexpRun(const ParaexpProblem& problem, const ParaexpOptions& options, SliceExecutor& executor,
             IterationObserver* observer, SliceWatchdog* watchdog)
      : problem_(problem),
        options_(options),
        executor_(executor, options.stop),
        observer_(observer),
        watchdog_(watchdog),
        forced_(&problem.forced),
        homogeneous_(&problem.homogeneous) {
    if (watchdog) forced_ = kept(watchdog->watched(*forced_));
    if (problem.log) {
      forced_ = kept(std::make_unique<LoggedPropagator>(*forced_, *problem.log, "fine"));
      homogeneous_ = kept(std::make_unique<LoggedPropagator>(*homogeneous_, *problem.log, "homogeneous"));
    }
    const Index num_slices = problem.grid.num_slices();
    const Index count = options.num_parts(num_slices);
    for (Index p = 0; p < count; ++p) parts_.push_back({p * num_slices / count, (p + 1) * num_slices / count, {}});
    record_.boundaries = problem.initial.replicate(1, num_slices + 1);
  }

  RunRecord run() {
    if (observer_) observer_->on_start(num_slices(), record_.boundaries);
    if (watchdog_) watchdog_->set_iteration(1);
    terminate_by(record_, [&] {
      executor_.for_each(static_cast<Index>(parts_.size()), [this](Index p) { solve(p); });
      add_up();
      return Termination::converged;
    });
    if (const std::optional<SliceFailure> overdue = watchdog_ ? watchdog_->failure() : std::nullopt) {
      record_.termination = Termination::propagator_failed;
      record_.failure = overdue;
    }
    if (problem_.log) problem_.log->write();
    record_.seconds.total = watch_.seconds();
    if (record_.converged()) note_iteration();
    return std::move(record_);
  }

 private:
  Index num_slices() const { return problem_.grid.num_slices(); }

  const Propagator* kept(std::unique_ptr<const Propagator> solver) {
    owned_.push_back(std::move(solver));
    return owned_.back().get();
  }

  void solve(Index p) {
    GridPart& part = parts_[static_cast<std::size_t>(p)];
    part.states.resize(problem_.initial.size(), num_slices() - part.first);
    State state = p == 0 ? problem_.initial : State(State::Zero(problem_.initial.size()));
    const Stopwatch forced;
    for (Index n = part.first; n < part.end; ++n) cross(*forced_, "fine", n, part, state);
    part.forced_seconds = forced.seconds();
    const Stopwatch homogeneous;
    for (Index n = part.end; n < num_slices(); ++n) cross(*homogeneous_, "homogeneous", n, part, state);
    part.homogeneous_seconds = homogeneous.seconds();
  }

  void cross(const Propagator& solver, const char* name, Index n, GridPart& part, State& state) {
    StopScope::throw_if_stop_requested();
    auto end = part.states.col(n - part.first);
    CheckedPropagator{solver, name, 1}.propagate(problem_.grid.slice(n), state, end);
    state = end;
    if (observer_ && n < part.end) observer_->on_fine_progress(1, ++done_, num_slices());
  }

  /// One part after the other at each point, the earliest first.
  void add_up() {
    if (observer_) observer_->on_boundaries_outdated();
    executor_.for_each(static_cast<Index>(parts_.size()), [this](Index p) {
      const GridPart& own = parts_[static_cast<std::size_t>(p)];
      for (Index n = own.first; n < own.end; ++n) {
        auto sum = record_.boundaries.col(n + 1);
        sum.setZero();
        for (Index q = 0; q <= p; ++q) {
          const GridPart& part = parts_[static_cast<std::size_t>(q)];
          sum += part.states.col(n - part.first);
        }
      }
    });
  }

  void note_iteration() {
    IterationRecord iteration;
    iteration.iteration = 1;
    iteration.corrector = "paraexp";
    iteration.exact_front = parts_.front().end;
    iteration.converged_front = num_slices();
    iteration.fine_work = 1.0;
    LevelSweep sweep{1, 0, num_slices(), 0.0, 0.0};
    for (const GridPart& part : parts_) {
      sweep.slice_seconds += part.forced_seconds;
      sweep.max_slice_seconds = std::max(sweep.max_slice_seconds, part.forced_seconds);
      iteration.seconds.coarse = std::max(iteration.seconds.coarse, part.homogeneous_seconds);
    }
    iteration.levels = {sweep};
    iteration.estimated_error = std::numeric_limits<double>::infinity();
    if (problem_.reference) iteration.error = error_against_reference();
    iteration.seconds.total = record_.seconds.total;
    iteration.seconds.fine = iteration.seconds.total - std::min(iteration.seconds.total, iteration.seconds.coarse);
    if (problem_.log) problem_.log->end_iteration(iteration);
    record_.seconds = iteration.seconds;
    record_.iterations.push_back(std::move(iteration));
    if (observer_) observer_->on_iteration(record_.iterations.back(), record_.boundaries);
    if (observer_) observer_->on_boundaries_outdated();
  }

  double error_against_reference() const {
    double largest = 0.0;
    for (Index n = 0; n <= num_slices(); ++n) {
      const double error = options_.norm.distance(record_.boundaries.col(n), problem_.reference->col(n));
      if (!(error <= largest)) largest = error;
    }
    return largest;
  }

  const ParaexpProblem& problem_;
  const ParaexpOptions& options_;
  StoppableExecutor executor_;
  IterationObserver* observer_;
  SliceWatchdog* watchdog_;
  std::vector<std::unique_ptr<const Propagator>> owned_;
  const Propagator* forced_;  ///< F and H as the run calls them: under a watch, through the log
  const Propagator* homogeneous_;
  const Stopwatch watch_;
  std::vector<GridPart> parts_;
  std::atomic<Index> done_ = 0;
  RunRecord record_;
};

void check_problem(const ParaexpProblem& problem) {
  const Index dimension = problem.initial.size();
  require_initial_state(problem.initial);
  if (problem.forced.dimension() != dimension || problem.homogeneous.dimension() != dimension) {
    throw std::invalid_argument("initial state, forced and homogeneous solver differ in dimension");
  }
  require_boundaries(problem.reference, dimension, problem.grid.num_slices(), "the reference");
}

}  // namespace

void ParaexpOptions::validate(Index num_slices) const {
  require_option(parts >= 0 && parts <= num_slices, "parts", static_cast<double>(parts),
                 "from 0 to " + std::to_string(num_slices) + ", the number of slices");
  require_option(slice_limit.seconds > 0.0, "slice_timeout", slice_limit.seconds, "a number > 0");
}

Index ParaexpOptions::num_parts(Index num_slices) const { return parts > 0 ? parts : std::min(num_slices, kMostParts); }

RunRecord solve_paraexp(const ParaexpProblem& problem, const ParaexpOptions& options, SliceExecutor& executor,
                        IterationObserver* observer) {
  check_problem(problem);
  options.validate(problem.grid.num_slices());
  return run_watched(options.stop, options.slice_limit, [&](const std::stop_token& stop, SliceWatchdog* watchdog) {
    ParaexpOptions stoppable = options;
    stoppable.stop = stop;
    const StopScope scope(stop);
    return ParaexpRun(problem, stoppable, executor, observer, watchdog).run();
  });
}

ModelledSpeedup modelled_paraexp_speedup(const RunRecord& record, Index num_parts) {
  if (record.iterations.empty()) return {num_parts, 0.0};
  const IterationRecord& all = record.iterations.front();
  const double critical_path = all.max_slice_fine_seconds() + all.seconds.coarse;
  return {num_parts, critical_path > 0.0 ? all.slice_fine_seconds() / critical_path : 0.0};
}

}  // namespace forerun
