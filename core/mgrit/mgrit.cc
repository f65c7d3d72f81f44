#include "core/mgrit/mgrit.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/base/lap_watch.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/execution/stoppable_executor.h"
#include "core/mgrit/point_ranges.h"
#include "core/mgrit/time_hierarchy.h"
#include "core/parareal/state_scale.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/logged_propagator.h"
#include "core/propagation/problem_checks.h"
#include "core/propagation/terminate_by.h"
#include "core/propagation/watched_run.h"
#include "core/record/run_warnings.h"

namespace forerun {
namespace {

/// The solvers as a run calls them: through the problem's log, where it has one, the fine one under a watch.
class RunSolvers {
 public:
  RunSolvers(const MgritProblem& problem, SliceWatchdog* watchdog) : coarse_(problem.coarse), fine_(&problem.fine) {
    if (watchdog) fine_ = kept(watchdog->watched(*fine_));
    if (problem.log == nullptr) return;
    fine_ = kept(std::make_unique<LoggedPropagator>(*fine_, *problem.log, "fine 0"));
    for (std::size_t l = 0; l < coarse_.size(); ++l) {
      coarse_[l] = kept(std::make_unique<LoggedPropagator>(*coarse_[l], *problem.log, "coarse " + std::to_string(l)));
    }
  }

  const Propagator& fine() const { return *fine_; }
  const std::vector<const Propagator*>& coarse() const { return coarse_; }

 private:
  const Propagator* kept(std::unique_ptr<const Propagator> solver) {
    owned_.push_back(std::move(solver));
    return owned_.back().get();
  }

  std::vector<std::unique_ptr<const Propagator>> owned_;
  std::vector<const Propagator*> coarse_;
  const Propagator* fine_;
};

/// One run; see mgrit.h.
class MgritLoop {
 public:
  MgritLoop(const MgritProblem& problem, const MgritOptions& options, SliceExecutor& executor,
            IterationObserver* observer, SliceWatchdog* watchdog)
      : problem_(problem),
        options_(options),
        executor_(executor, options.stop),
        observer_(observer),
        watchdog_(watchdog),
        num_slices_(problem.grid.num_slices()),
        scale_({options.tolerance, options.norm}, problem.initial),
        solvers_(problem, watchdog),
        hierarchy_(problem.grid, problem.initial, solvers_.fine(), solvers_.coarse(), options),
        finest_(hierarchy_.finest()),
        movement_{norm(), std::vector<double>(static_cast<std::size_t>(finest_.num_intervals()))},
        jumps_(movement_.distances.size()) {}

  RunRecord run() {
    terminate_by(record_, [&] {
      start();
      std::optional<Termination> reason;
      while (!reason) {
        begin_iteration();
        relax();
        correct();
        close_iteration();
        reason = termination();
        end_iteration();
      }
      return *reason;
    });
    if (const std::optional<SliceFailure> overdue = watchdog_ ? watchdog_->failure() : std::nullopt) {
      record_.termination = Termination::propagator_failed;
      record_.failure = overdue;
    }
    if (observer_) observer_->on_boundaries_outdated();
    if (problem_.log) problem_.log->write();
    mend();
    record_.boundaries = std::move(finest_.states());
    record_.warnings = run_warnings(record_, num_slices_, options_.tolerance);
    record_.seconds.total += watch_.lap();
    return std::move(record_);
  }

 private:
  /// The C-points; each F-point holds the state of the C-point before it until the first relaxation.
  void start() {
    if (problem_.guess) {
      for (Index n = 1; n <= num_slices_; ++n) finest_.states().col(n) = problem_.guess->col(n);
    } else {
      hierarchy_.start(executor_);
    }
    States& states = finest_.states();
    for (Index n = 1; n <= num_slices_; ++n) {
      if (n % options_.coarsening != 0) states.col(n) = states.col(n - 1);
    }
    note_coarse_failures();
    record_.initial_fallbacks = hierarchy_.num_coarse_failures();
    PhaseSeconds& seconds = record_.initial_seconds;
    seconds.coarse = watch_.lap();
    if (problem_.reference) record_.initial_error = error_against_reference(options_.coarsening);
    seconds.total = seconds.coarse + watch_.lap();
    if (problem_.log) problem_.log->end_initial_sweep(seconds);
    record_.seconds = seconds;
    if (observer_) observer_->on_start(num_slices_, states);
  }

  void begin_iteration() {
    iteration_ = IterationRecord{};
    iteration_.iteration = record_.num_iterations() + 1;
    iteration_.first_slice = exact_front_;
    iteration_.corrector = "mgrit";
    iteration_.estimated_error = std::numeric_limits<double>::infinity();
    std::fill(movement_.distances.begin(), movement_.distances.end(), 0.0);
    if (watchdog_) watchdog_->set_iteration(iteration_.iteration);
    if (observer_) observer_->on_boundaries_outdated();
    hierarchy_.begin(iteration_.iteration, exact_front_);
  }

  void relax() {
    const Stopwatch watch;
    std::atomic<Index> done = 0;
    const Index total = options_.num_passes() * (num_slices_ - exact_front_);
    const std::function<void(Index)> tell = [&](Index count) {
      observer_->on_fine_progress(iteration_.iteration, done += count, total);
    };
    hierarchy_.relax(executor_, movement_, observer_ ? tell : nullptr);
    if (options_.relative) scale_.follow(finest_.states(), executor_);
    iteration_.jump = residual();
    iteration_.num_uncrossed = finest_.num_uncrossed();
    if (!record_.first_uncrossed && finest_.first_failure()) record_.first_uncrossed = *finest_.first_failure();
    iteration_.levels = {
        {1, exact_front_, num_slices_ - exact_front_, finest_.seconds(), finest_.max_interval_seconds()}};
    iteration_.fine_work = static_cast<double>(finest_.num_crossed()) / static_cast<double>(num_slices_);
    iteration_.seconds.fine = watch.seconds();
  }

  void correct() {
    const Stopwatch watch;
    const Index refused = hierarchy_.correct(executor_, movement_);
    iteration_.increment = *std::max_element(movement_.distances.begin(), movement_.distances.end());
    iteration_.num_fallbacks = refused + hierarchy_.num_coarse_failures() + iteration_.num_uncrossed;
    note_coarse_failures();
    exact_front_ = std::min(num_slices_, exact_front_ + options_.num_passes() * options_.coarsening);
    iteration_.exact_front = exact_front_;
    iteration_.converged_front = exact_front_;
    if (exact_front_ == num_slices_) iteration_.estimated_error = 0.0;
    iteration_.seconds.coarse = watch.seconds();
  }

  double residual() {
    const Index first = exact_front_ / options_.coarsening;
    const Index dimension = finest_.states().rows();
    const bool all_components = options_.residual_norm == ResidualNorm::two;
    const StateNorm norm = all_components ? root_mean_square() : this->norm();
    for_point_ranges(executor_, finest_.num_intervals() - first, dimension, [&](Index begin, Index end) {
      for (Index j = first + begin; j < first + end; ++j) {
        const double* const point = finest_.states().col((j + 1) * options_.coarsening).data();
        jumps_[static_cast<std::size_t>(j)] = norm.distance(hierarchy_.targets().col(j).data(), point, dimension);
      }
    });
    double largest = 0.0;
    double squares = 0.0;
    for (auto j = static_cast<std::size_t>(first); j < jumps_.size(); ++j) {
      if (!(jumps_[j] <= largest)) largest = jumps_[j];
      squares += jumps_[j] * jumps_[j];
    }
    return all_components ? std::sqrt(static_cast<double>(dimension) * squares) : largest;
  }

  const StateNorm& norm() const { return options_.relative ? scale_.norm() : options_.norm; }

  StateNorm root_mean_square() const {
    const StateNorm plain(NormKind::rms);
    return norm().has_scale() ? plain.with_scale(norm().scale()) : plain;
  }

  std::optional<Termination> termination() const {
    const bool is_small = iteration_.jump < options_.tolerance && iteration_.num_uncrossed == 0;
    if (is_small || exact_front_ == num_slices_) return Termination::converged;
    if (iteration_.iteration == options_.max_iterations) return Termination::iteration_limit;
    const double elapsed = record_.seconds.total + iteration_.seconds.total + watch_.since_lap();
    if (elapsed >= options_.max_seconds) return Termination::time_limit;
    return std::nullopt;
  }

  void close_iteration() {
    if (problem_.reference) iteration_.error = error_against_reference(1);
    iteration_.seconds.total = watch_.lap();
    if (problem_.log) problem_.log->end_iteration(iteration_);
  }

  void end_iteration() {
    record_.seconds += iteration_.seconds;
    record_.iterations.push_back(std::move(iteration_));
    if (observer_) observer_->on_iteration(record_.iterations.back(), finest_.states());
  }

  void note_coarse_failures() {
    if (!record_.first_coarse_failure) record_.first_coarse_failure = hierarchy_.first_coarse_failure();
  }

  /// What was being written when the run ended takes the state before it.
  void mend() {
    States& states = finest_.states();
    for (Index n = 1; n <= num_slices_; ++n) {
      if (!states.col(n).allFinite()) states.col(n) = states.col(n - 1);
    }
  }

  /// At every `stride`-th point.
  double error_against_reference(Index stride) {
    const States& states = finest_.states();
    std::vector<double> errors(static_cast<std::size_t>(num_slices_ / stride + 1));
    for_point_ranges(executor_, static_cast<Index>(errors.size()), states.rows(), [&](Index begin, Index end) {
      for (Index j = begin; j < end; ++j) {
        errors[static_cast<std::size_t>(j)] =
            norm().distance(states.col(j * stride), problem_.reference->col(j * stride));
      }
    });
    return *std::max_element(errors.begin(), errors.end());
  }

  const MgritProblem& problem_;
  const MgritOptions& options_;
  StoppableExecutor executor_;
  IterationObserver* observer_;
  SliceWatchdog* watchdog_;
  const Index num_slices_;
  LapWatch watch_;
  StateScale scale_;  ///< changes between relaxation and residual only
  const RunSolvers solvers_;
  TimeHierarchy hierarchy_;
  TimeLevel& finest_;
  Movement movement_;
  std::vector<double> jumps_;  ///< of each interval
  Index exact_front_ = 0;
  IterationRecord iteration_;
  RunRecord record_;
};

void check_problem(const MgritProblem& problem) {
  const Index dimension = problem.initial.size();
  require_initial_state(problem.initial);
  if (problem.coarse.empty()) throw std::invalid_argument("a coarse solver is needed");
  bool fits = problem.fine.dimension() == dimension;
  for (const Propagator* coarse : problem.coarse) fits = fits && coarse->dimension() == dimension;
  if (!fits) throw std::invalid_argument("initial state, coarse and fine solver differ in dimension");
  for (const States* states : {problem.reference, problem.guess}) {
    require_boundaries(states, dimension, problem.grid.num_slices(), "reference and guess");
  }
  if (problem.guess && !problem.guess->allFinite()) throw std::invalid_argument("the guess is not finite");
}

}  // namespace

RunRecord solve_mgrit(const MgritProblem& problem, const MgritOptions& options, SliceExecutor& executor,
                      IterationObserver* observer) {
  check_problem(problem);
  options.validate(problem.grid.num_slices());
  return run_watched(options.stop, options.slice_limit, [&](const std::stop_token& stop, SliceWatchdog* watchdog) {
    MgritOptions stoppable = options;
    stoppable.stop = stop;
    const StopScope scope(stoppable.stop);
    return MgritLoop(problem, stoppable, executor, observer, watchdog).run();
  });
}

}  // namespace forerun
