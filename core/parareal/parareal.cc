#include "core/parareal/parareal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/base/stopwatch.h"
#include "core/parareal/coarse_sweep.h"
#include "core/parareal/convergence.h"
#include "core/parareal/error_estimate.h"
#include "core/parareal/fine_sweep.h"
#include "core/parareal/level_control.h"
#include "core/parareal/time_dependence.h"

namespace forerun {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<StoppingCriterion> stopping_criterion(const PararealOptions& options, const PararealProblem& problem) {
  // Every level ends by itself after as many iterations as there are slices, and slices may wake once.
  const Index ultimate = problem.grid.num_slices() * (problem.fine.num_levels() + 1);
  std::vector<std::unique_ptr<StoppingCriterion>> parts;
  parts.push_back(stop_when_all_slices_converged());
  if (options.jump_tolerance > 0.0) parts.push_back(stop_at_jump(options.jump_tolerance));
  parts.push_back(stop_at_iteration(options.max_iterations > 0 ? options.max_iterations : ultimate));
  if (std::isfinite(options.max_seconds)) parts.push_back(stop_after_seconds(options.max_seconds));
  return any_of(std::move(parts));
}

void check_dimensions(const PararealProblem& problem) {
  const Index dimension = problem.initial.size();
  if (dimension < 1) throw std::invalid_argument("the initial state is empty");
  if (!problem.initial.allFinite()) throw std::invalid_argument("the initial state is not finite");
  if (problem.coarse.dimension() != dimension || problem.fine.dimension() != dimension) {
    throw std::invalid_argument("initial state, coarse and fine solver differ in dimension");
  }
  if (problem.reference &&
      (problem.reference->rows() != dimension || problem.reference->cols() != problem.grid.num_slices() + 1)) {
    throw std::invalid_argument("the reference must have one state a slice boundary");
  }
}

/// One run of equation (1); see parareal.h.
class PararealLoop {
 public:
  PararealLoop(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
               IterationObserver* observer)
      : problem_(problem),
        options_(options),
        executor_(executor),
        observer_(observer),
        num_slices_(problem.grid.num_slices()),
        boundaries_(problem.initial.size(), num_slices_ + 1),
        fine_(problem.initial.size(), num_slices_),
        levels_(problem.fine, problem.grid, options),
        coarse_sweep_(problem.grid, problem.coarse, options, problem.trainer != nullptr),
        estimate_(num_slices_, options.error_safety),
        fine_sweep_(problem.fine, problem.grid, options.norm, boundaries_, fine_, executor, options.stop, observer),
        criterion_(stopping_criterion(options, problem)) {
    // By the threads that will work on them: memory lies near to who touches it first.
    executor.for_each(num_slices_ + 1, [this](Index n) { boundaries_.col(n).setConstant(kUnknown); });
    boundaries_.col(0) = problem.initial;
  }

  RunRecord run() {
    try {
      initial_sweep();
      std::optional<Termination> reason;
      while (!reason) {
        const Stopwatch watch;
        begin_iteration();
        fine_sweep();
        train();
        correct_old_states();
        corrected_sweep(termination(0.0).has_value());
        advance();
        const double seconds = watch.seconds();
        reason = termination(seconds);
        end_iteration(seconds);
      }
      record_.termination = *reason;
    } catch (const SliceError& error) {
      record_.termination = Termination::propagator_failed;
      record_.failure = error.failure;
    } catch (const StopRequested&) {
      record_.termination = Termination::interrupted;
    }
    fine_sweep_.cancel();
    record_.boundaries = std::move(boundaries_);
    return std::move(record_);
  }

 private:
  /// U[n+1] = G(U[n]), corrected by what was known before the run.
  void initial_sweep() {
    const Stopwatch watch;
    correction_ = problem_.trainer ? problem_.trainer->initial_correction() : nullptr;
    if (correction_) record_.initial_corrector = problem_.trainer->serving();
    coarse_sweep_.start(correction_, boundaries_, executor_);
    record_.initial_fallbacks = coarse_sweep_.num_fallbacks();
    PhaseSeconds& seconds = record_.initial_seconds;
    seconds.total = watch.seconds();
    seconds.predict = coarse_sweep_.predict_seconds();
    seconds.coarse = seconds.total - seconds.predict;
    record_.seconds = seconds;
    if (problem_.reference) record_.initial_error = error_against_reference();
    if (observer_) observer_->on_start(num_slices_, boundaries_);
  }

  void begin_iteration() {
    iteration_ = IterationRecord{};
    iteration_.iteration = record_.num_iterations() + 1;
    iteration_.first_slice = levels_.start();
    iteration_.at_top_level = levels_.all_at_top();
  }

  /// F(U[n]) for all active slices, in parallel; some may have begun during the sweep before.
  void fine_sweep() {
    const Stopwatch watch;
    fine_sweep_.run(iteration_.iteration, levels_.segments());
    iteration_.levels = fine_sweep_.levels();
    iteration_.jump = largest_active(fine_sweep_.jumps());
    for (const LevelSegment& segment : levels_.segments()) {
      iteration_.fine_work += problem_.fine.relative_work(segment.level) * static_cast<double>(segment.count) /
                              static_cast<double>(num_slices_);
    }
    estimate_.observe_jumps(iteration_.first_slice, fine_sweep_.jumps());
    const LevelMeasurement measured =
        levels_.measure(iteration_.iteration, boundaries_, fine_, coarse_sweep_.coarse(), executor_);
    iteration_.measured_level = measured.level + 1;
    iteration_.fine_work += measured.work;
    iteration_.seconds.fine = watch.seconds();
  }

  /// m_k, fitted to everything seen so far.
  void train() {
    iteration_.corrector = "classic";
    if (!problem_.trainer) return;
    const Stopwatch watch;
    const Index first = iteration_.first_slice;
    const bool has_been_classic = correction_ == nullptr;  // else contractions are the learner's
    const Index count = num_slices_ - first;
    if (!depends_on_time_) {
      depends_on_time_ = depends_on_time(problem_.coarse, problem_.grid, boundaries_.leftCols(num_slices_), fine_,
                                         coarse_sweep_.coarse(), options_.norm, executor_);
    }
    correction_ = problem_.trainer->train(
        {iteration_.iteration,
         std::span(levels_.slice_levels()).last(static_cast<std::size_t>(count)),
         problem_.grid.slices(first, count),
         boundaries_.middleCols(first, count),
         fine_.rightCols(count),
         coarse_sweep_.coarse().rightCols(count),
         has_been_classic && estimate_.expected_error(first, fine_sweep_.jumps()) < levels_.smallest_tolerance(),
         {},
         *depends_on_time_},
        executor_);
    if (correction_) iteration_.corrector = problem_.trainer->serving();
    const CorrectionErrors errors = problem_.trainer->errors();
    iteration_.predicted_correction_error = errors.predicted;
    iteration_.found_correction_error = errors.found;
    iteration_.seconds.fit = watch.seconds();
  }

  /// m_k(U[n]) at the states the iteration began with, in parallel.
  void correct_old_states() {
    if (!correction_) return;
    const Stopwatch watch;
    coarse_sweep_.include_sound_states(iteration_.first_slice, fine_, executor_);
    coarse_sweep_.correct_old_states(*correction_, iteration_.first_slice, boundaries_, executor_);
    iteration_.seconds.predict = watch.seconds();
  }

  /// U[n+1]' = F(U[n]) + (G_k(U[n]') − G_k(U[n])), one slice after the other. A slice is settled when the next one has
  /// been crossed, too: only then can its end no longer change.
  void corrected_sweep(bool is_last) {
    const Stopwatch watch;
    const Index first = iteration_.first_slice;
    estimate_.begin_sweep(first, coarse_sweep_.increments());
    levels_.begin_sweep();
    coarse_sweep_.begin(correction_, iteration_.iteration, first);
    for (Index n = first; n < num_slices_; ++n) {
      coarse_sweep_.cross(n, boundaries_, fine_);
      if (n > first) settle(n - 1, is_last);
    }
    settle(num_slices_ - 1, is_last);
    iteration_.increment = largest_active(coarse_sweep_.increments());
    estimate_.end_sweep(iteration_.increment);
    iteration_.estimated_error = estimate_.largest_error();
    iteration_.num_fallbacks = coarse_sweep_.num_fallbacks() + fine_sweep_.num_uncrossed();
    iteration_.seconds.predict += coarse_sweep_.predict_seconds();
    iteration_.seconds.coarse = watch.seconds() - coarse_sweep_.predict_seconds();
  }

  /// What is known of slice n now; where it is sure to be active again, its next fine solve may begin.
  void settle(Index n, bool is_last) {
    const auto i = static_cast<std::size_t>(n);
    const double start_increment = n > iteration_.first_slice ? coarse_sweep_.increments()[i - 1] : 0.0;
    const double error = estimate_.advance(n, start_increment, coarse_sweep_.carried()[i]);
    if (levels_.settles(n, coarse_sweep_.increments()[i], error) && !is_last) {
      fine_sweep_.release(iteration_.iteration + 1, n, levels_.slice_levels()[i]);
    }
  }

  /// Freezes the slice that has become exact and all converged ones behind it; lets slices climb.
  void advance() {
    levels_.advance(coarse_sweep_.increments(), estimate_);
    iteration_.exact_front = levels_.exact_front();
    iteration_.converged_front = levels_.front();
  }

  std::optional<Termination> termination(double seconds) const {
    return criterion_->check({iteration_, num_slices_, record_.seconds.total + seconds});
  }

  void end_iteration(double seconds) {
    iteration_.seconds.total = seconds;
    record_.seconds += iteration_.seconds;
    if (problem_.reference) iteration_.error = error_against_reference();
    record_.iterations.push_back(std::move(iteration_));
    if (observer_) observer_->on_iteration(record_.iterations.back(), boundaries_);
  }

  double largest_active(const std::vector<double>& values) const {
    return *std::max_element(values.begin() + iteration_.first_slice, values.end());
  }

  double error_against_reference() const {
    std::vector<double> errors(static_cast<std::size_t>(num_slices_ + 1));
    executor_.for_each(num_slices_ + 1, [&](Index n) {
      errors[static_cast<std::size_t>(n)] = options_.norm.distance(boundaries_.col(n), problem_.reference->col(n));
    });
    return *std::max_element(errors.begin(), errors.end());
  }

  const PararealProblem& problem_;
  const PararealOptions& options_;
  SliceExecutor& executor_;
  IterationObserver* observer_;
  const Index num_slices_;

  States boundaries_;  ///< U[n] is column n
  States fine_;        ///< F(U[n])
  LevelControl levels_;
  CoarseSweep coarse_sweep_;
  ErrorEstimate estimate_;
  FineSweep fine_sweep_;
  std::unique_ptr<StoppingCriterion> criterion_;
  const Correction* correction_ = nullptr;
  std::optional<bool> depends_on_time_;  ///< known from the first time on that someone learns
  IterationRecord iteration_;
  RunRecord record_;
};

}  // namespace

RunRecord solve_parareal(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
                         IterationObserver* observer) {
  check_dimensions(problem);
  options.validate(problem.initial.size());
  return PararealLoop(problem, options, executor, observer).run();
}

}  // namespace forerun
