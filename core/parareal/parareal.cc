#include "core/parareal/parareal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/base/lap_watch.h"
#include "core/base/largest.h"
#include "core/base/stopwatch.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/coarse_sweep.h"
#include "core/parareal/convergence.h"
#include "core/parareal/ended_together.h"
#include "core/parareal/error_estimate.h"
#include "core/parareal/fine_sweep.h"
#include "core/parareal/learning_phase.h"
#include "core/parareal/level_control.h"
#include "core/parareal/logged_solvers.h"
#include "core/parareal/state_scale.h"
#include "core/parareal/watched_ladder.h"
#include "core/propagation/problem_checks.h"
#include "core/propagation/terminate_by.h"
#include "core/propagation/watched_run.h"
#include "core/record/run_warnings.h"

namespace forerun {
namespace {

constexpr double kNotComputed = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<StoppingCriterion> stopping_criterion(const PararealOptions& options, const PararealProblem& problem) {
  // Every level ends by itself after as many iterations as there are slices, and slices may wake once.
  const Index ultimate = problem.grid.num_slices() * (problem.fine.num_levels() + 1);
  const Index most = options.max_iterations > 0 ? options.max_iterations : ultimate;
  std::vector<std::unique_ptr<StoppingCriterion>> parts;
  parts.push_back(stop_when_all_slices_converged(options.tolerance));
  if (options.jump_tolerance > 0.0) parts.push_back(stop_at_jump(options.jump_tolerance, options.tolerance));
  parts.push_back(stop_at_iteration(problem.iterations_before + most));
  if (std::isfinite(options.max_seconds)) parts.push_back(stop_after_seconds(options.max_seconds));
  return any_of(std::move(parts));
}

/// One run of equation (1); see parareal.h.
class PararealLoop {
 public:
  PararealLoop(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
               IterationObserver* observer, SliceWatchdog* watchdog)
      : problem_(problem),
        options_(options),
        executor_(executor, options.stop),
        observer_(observer),
        watchdog_(watchdog),
        communicator_(problem.communicator ? *problem.communicator : sole_process_),
        num_slices_(problem.grid.num_slices()),
        own_(owned_slices(communicator_, num_slices_)),
        solvers_(problem),
        boundaries_(problem.initial.size(), own_.first, own_.count + 1),
        fine_(problem.initial.size(), own_.with_one_before().first, own_.with_one_before().count),
        scale_(scale_options(options), problem.initial),
        coarse_sweep_(problem.grid, solvers_.coarse(), options, scale_.norm(), problem.projection,
                      problem.trainer != nullptr, communicator_),
        estimate_(num_slices_, options.error_safety),
        fine_sweep_(solvers_.fine(), problem.grid, scale_.norm(), boundaries_, coarse_sweep_.coarse(), fine_, executor,
                    options.stop, observer, communicator_),
        levels_(solvers_.fine(), problem.grid, options, scale_.norm(), fine_sweep_.uncrossed()),
        criterion_(stopping_criterion(options, problem)),
        learning_(problem, solvers_.coarse(), scale_.norm(), communicator_, executor_, record_) {
    // By the threads that will work on them: memory lies near to who touches it first.
    executor.for_each(own_.count + 1, [this](Index j) { boundaries_.held().col(j).setConstant(kNotComputed); });
  }

  RunRecord run() {
    terminate_by(record_, [this] {
      return ended_together(
          communicator_, [this] { return iterate(); }, [this] { return overdue_slice(); });
    });
    fine_sweep_.cancel();
    if (const std::optional<SliceFailure> overdue = overdue_slice()) {
      record_.termination = Termination::propagator_failed;
      record_.failure = overdue;
    }
    if (observer_) observer_->on_boundaries_outdated();
    if (problem_.log) problem_.log->write();
    record_.boundaries = std::move(boundaries_.held());
    record_.first_boundary = own_.first;
    record_.growth = estimate_.growth_of_start();
    record_.warnings = run_warnings(record_, num_slices_, options_.tolerance);
    record_.seconds.total += watch_.lap();
    return std::move(record_);
  }

 private:
  Termination iterate() {
    initial_sweep();
    std::optional<Termination> reason;
    while (!reason) {
      begin_iteration();
      fine_sweep();
      learn();
      corrected_sweep(termination().has_value());
      advance();
      close_iteration();
      reason = termination();
      end_iteration();
    }
    return *reason;
  }

  /// U[n+1] = G(U[n]), corrected by what was known before the run.
  void initial_sweep() {
    learning_.begin();
    coarse_sweep_.start(problem_.initial, learning_.correction(), boundaries_, executor_);
    record_.initial_fallbacks = coarse_sweep_.num_fallbacks();
    note_coarse_failure();
    PhaseSeconds& seconds = record_.initial_seconds;
    seconds.predict = coarse_sweep_.predict_seconds();
    seconds.coarse = watch_.lap() - seconds.predict;
    if (problem_.reference) record_.initial_error = error_against_reference();
    seconds.total = seconds.coarse + seconds.predict + watch_.lap();
    if (problem_.log) problem_.log->end_initial_sweep(seconds);
    record_.seconds = seconds;
    if (observer_) observer_->on_start(num_slices_, boundaries_.held());
  }

  void begin_iteration() {
    iteration_ = IterationRecord{};
    iteration_.iteration = problem_.iterations_before + record_.num_iterations() + 1;
    iteration_.first_slice = levels_.start();
    iteration_.at_top_level = levels_.all_at_top();
    if (watchdog_) watchdog_->set_iteration(iteration_.iteration);
  }

  /// F(U[n]) for all active slices, in parallel; some may have begun during the sweep before.
  void fine_sweep() {
    const Stopwatch watch;
    fine_sweep_.run(iteration_.iteration, levels_.segments());
    require_crossed_front();
    scale_.follow(boundaries_.held(), executor_, &communicator_);  // not F: from wild starts it may be anything
    estimate_.set_size(scale_.size());
    iteration_.levels = fine_sweep_.levels();
    iteration_.num_uncrossed = fine_sweep_.num_uncrossed();
    iteration_.jump = largest_active(fine_sweep_.jumps(), fine_sweep_.uncrossed());
    for (const LevelSegment& segment : levels_.segments()) {
      iteration_.fine_work += problem_.fine.relative_work(segment.level) * static_cast<double>(segment.count) /
                              static_cast<double>(num_slices_);
    }
    estimate_.observe_jumps(iteration_.first_slice, fine_sweep_.jumps(), fine_sweep_.changes(),
                            fine_sweep_.uncrossed());
    const LevelMeasurement measured =
        levels_.measure(iteration_.iteration, boundaries_, fine_, coarse_sweep_.coarse(), executor_, communicator_);
    iteration_.measured_level = measured.level + 1;
    iteration_.fine_work += measured.work;
    iteration_.seconds.fine = watch.seconds();
  }

  /// A fine solve that fails from an exact start ends the run; from one that was frozen as good enough, the freezing
  /// was too early.
  void require_crossed_front() {
    const Index front = iteration_.first_slice;
    const SliceFailure* failure = fine_sweep_.failure(front);
    if (failure && levels_.slice_levels()[static_cast<std::size_t>(front)] + 1 == problem_.fine.num_levels()) {
      if (!levels_.has_frozen()) throw SliceError{*failure};
      levels_.thaw();
    }
    if (!record_.first_uncrossed && fine_sweep_.first_failure()) record_.first_uncrossed = *fine_sweep_.first_failure();
  }

  /// m_k, and m_k(U[n]). Where the next sweep is expected to end the run anyhow, nobody need learn for it.
  void learn() {
    const Index first = iteration_.first_slice;
    const bool classic_will_do = learning_.has_been_classic() &&
                                 estimate_.expected_error(first, fine_sweep_.jumps()) < levels_.smallest_tolerance();
    learning_.train(iteration_, std::span(levels_.slice_levels()).subspan(static_cast<std::size_t>(first)),
                    classic_will_do, boundaries_, fine_, fine_sweep_, coarse_sweep_);
    learning_.correct_old_states(iteration_, boundaries_, fine_, fine_sweep_, coarse_sweep_);
  }

  void note_coarse_failure() {
    if (!record_.first_coarse_failure) record_.first_coarse_failure = coarse_sweep_.failure();
  }

  /// U[n+1]' = F(U[n]) + (G_k(U[n]') − G_k(U[n])), one slice after the other. A slice is settled when the next one has
  /// been crossed, too: only then can its end no longer change.
  void corrected_sweep(bool is_last) {
    const Stopwatch watch;
    if (observer_) observer_->on_boundaries_outdated();
    if (watchdog_) watchdog_->set_iteration(iteration_.iteration + 1);  // what is released from now on
    const Index first = iteration_.first_slice;
    estimate_.begin_sweep(first, coarse_sweep_.increments());
    levels_.begin_sweep();
    coarse_sweep_.begin(learning_.correction(), iteration_.iteration, first);
    const SliceRange active = own_.from(first);
    Index num_settled = first;  // slices before it are
    const auto settle_to = [&](Index end) {
      while (num_settled < end) settle(num_settled++, is_last);
    };
    if (active.count > 0 && active.first > first) coarse_sweep_.receive(boundaries_, fine_);
    for (Index n = active.first; n < active.end(); ++n) {
      coarse_sweep_.cross(n, boundaries_, fine_);
      settle_to(n);
    }
    if (active.count > 0 && active.end() < num_slices_) coarse_sweep_.hand_on(boundaries_, fine_);
    if (active.count > 0) settle_to(active.end());
    coarse_sweep_.share();
    settle_to(num_slices_);
    iteration_.increment = largest_active(coarse_sweep_.increments());
    estimate_.end_sweep(iteration_.increment);
    iteration_.estimated_error = estimate_.largest_error();
    iteration_.num_fallbacks = coarse_sweep_.num_fallbacks() + fine_sweep_.num_uncrossed();
    note_coarse_failure();
    iteration_.seconds.predict += coarse_sweep_.predict_seconds();
    iteration_.seconds.coarse = watch.seconds() - coarse_sweep_.predict_seconds();
  }

  /// What is known of slice n now; where it is sure to be active again, its next fine solve may begin.
  void settle(Index n, bool is_last) {
    const auto i = static_cast<std::size_t>(n);
    const double start_increment = n > iteration_.first_slice ? coarse_sweep_.increments()[i - 1] : 0.0;
    const double increment = coarse_sweep_.increments()[i];
    const double error = estimate_.advance(n, start_increment, coarse_sweep_.carried()[i], increment);
    if (levels_.settles(n, increment, error) && !is_last) {
      fine_sweep_.release(iteration_.iteration + 1, n, levels_.slice_levels()[i]);
    }
  }

  /// Freezes the slice that has become exact and all converged ones behind it; lets slices climb.
  void advance() {
    levels_.advance(coarse_sweep_.increments(), estimate_, scale_.is_fixed());
    iteration_.exact_front = levels_.exact_front();
    if (iteration_.exact_front == num_slices_) iteration_.estimated_error = 0.0;
    iteration_.converged_front = levels_.front();
  }

  std::optional<Termination> termination() const {
    const double unclosed = watch_.since_lap();
    double elapsed = record_.seconds.total + iteration_.seconds.total + unclosed;
    if (std::isfinite(options_.max_seconds)) communicator_.maximize({&elapsed, 1});  // one clock for all
    return criterion_->check({iteration_, num_slices_, elapsed});
  }

  /// Everything since the end of the iteration before is this one's: what observers took there, too.
  void close_iteration() {
    if (problem_.reference) iteration_.error = error_against_reference();
    iteration_.seconds.total = watch_.lap();
    if (problem_.log) problem_.log->end_iteration(iteration_);
  }

  void end_iteration() {
    record_.seconds += iteration_.seconds;
    record_.iterations.push_back(std::move(iteration_));
    if (observer_) observer_->on_iteration(record_.iterations.back(), boundaries_.held());
  }

  std::optional<SliceFailure> overdue_slice() const { return watchdog_ ? watchdog_->failure() : std::nullopt; }

  double largest_active(const std::vector<double>& values) const {
    return largest_of(std::span(values).subspan(static_cast<std::size_t>(iteration_.first_slice)));
  }

  double largest_active(const std::vector<double>& values, const std::vector<char>& left_out) const {
    if (fine_sweep_.num_uncrossed() == 0) return largest_active(values);
    double largest = 0.0;
    for (auto n = static_cast<std::size_t>(iteration_.first_slice); n < values.size(); ++n) {
      if (!left_out[n]) largest = std::max(largest, values[n]);
    }
    return largest;
  }

  double error_against_reference() const {
    std::vector<double> errors(static_cast<std::size_t>(own_.count + 1));
    executor_.for_each(own_.count + 1, [&](Index j) {
      errors[static_cast<std::size_t>(j)] =
          scale_.norm().distance(boundaries_.held().col(j), problem_.reference->col(j));
    });
    double largest = *std::max_element(errors.begin(), errors.end());
    communicator_.maximize({&largest, 1});
    return largest;
  }

  const PararealProblem& problem_;
  const PararealOptions& options_;
  mutable StoppableExecutor executor_;
  IterationObserver* observer_;
  SliceWatchdog* watchdog_;
  SoleProcess sole_process_;
  TimeCommunicator& communicator_;
  const Index num_slices_;
  const SliceRange own_;
  LapWatch watch_;
  const LoggedSolvers solvers_;

  SliceStates boundaries_;  ///< U[n] is column n
  SliceStates fine_;        ///< F(U[n]), of the slice before the own ones, too
  StateScale scale_;        ///< changes between fine and corrected sweeps only
  CoarseSweep coarse_sweep_;
  ErrorEstimate estimate_;
  FineSweep fine_sweep_;
  LevelControl levels_;
  std::unique_ptr<StoppingCriterion> criterion_;
  IterationRecord iteration_;
  RunRecord record_;
  LearningPhase learning_;
};

}  // namespace

void check_problem(const PararealProblem& problem) {
  const Index dimension = problem.initial.size();
  require_initial_state(problem.initial);
  if (problem.coarse.dimension() != dimension || problem.fine.dimension() != dimension) {
    throw std::invalid_argument("initial state, coarse and fine solver differ in dimension");
  }
  const Index num_slices = problem.grid.num_slices();
  const TimeCommunicator* const communicator = problem.communicator;
  require_boundaries(problem.reference, dimension,
                     communicator ? owned_slices(*communicator, num_slices).count : num_slices, "the reference");
  if (communicator && communicator->size() > num_slices) {
    throw std::invalid_argument("slices = " + std::to_string(num_slices) +
                                ": must be at least as many as the processes, " + std::to_string(communicator->size()));
  }
}

RunRecord solve_parareal(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
                         IterationObserver* observer) {
  check_problem(problem);
  options.validate(problem.initial.size());
  return run_watched(options.stop, options.slice_limit, [&](const std::stop_token& stop, SliceWatchdog* watchdog) {
    PararealOptions stoppable = options;
    stoppable.stop = stop;
    const StopScope scope(stoppable.stop);
    if (watchdog == nullptr) return PararealLoop(problem, stoppable, executor, observer, nullptr).run();
    const WatchedLadder ladder(problem.fine, *watchdog);
    PararealProblem watched = problem;
    watched.fine = ladder.ladder();
    return PararealLoop(watched, stoppable, executor, observer, watchdog).run();
  });
}

}  // namespace forerun
