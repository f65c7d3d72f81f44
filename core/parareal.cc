#include "core/parareal.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/coarse_sweep.h"
#include "core/convergence.h"
#include "core/error_estimate.h"
#include "core/fine_sweep.h"
#include "core/level_control.h"
#include "core/stopwatch.h"

namespace forerun {
namespace {

std::unique_ptr<StoppingCriterion> stopping_criterion(const PararealOptions& options, const PararealProblem& problem) {
  // Every level ends by itself after as many iterations as there are slices.
  const Index ultimate = problem.grid.num_slices() * problem.fine.num_levels();
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

/// One run of equation (1); see parareal.h. U[n] is column n of `record_.boundaries` throughout.
class PararealLoop {
 public:
  PararealLoop(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
               IterationObserver* observer)
      : problem_(problem),
        options_(options),
        executor_(executor),
        observer_(observer),
        num_slices_(problem.grid.num_slices()),
        levels_(problem.fine, problem.grid, options),
        fine_sweep_(problem.grid, options.norm),
        coarse_sweep_(problem.grid, problem.coarse, options, problem.trainer != nullptr),
        estimate_(num_slices_, options.error_safety),
        fine_(problem.initial.size(), num_slices_) {
    record_.boundaries.setConstant(problem.initial.size(), num_slices_ + 1, std::numeric_limits<double>::quiet_NaN());
    record_.boundaries.col(0) = problem.initial;
  }

  RunRecord run() {
    const auto criterion = stopping_criterion(options_, problem_);
    try {
      initial_sweep();
      std::optional<Termination> reason;
      while (!reason) {
        const Stopwatch watch;
        begin_iteration();
        fine_sweep();
        train();
        correct_old_states();
        corrected_sweep();
        advance_front();
        reason = criterion->check({iteration_, num_slices_, record_.seconds.total + watch.seconds()});
        end_iteration(watch.seconds());
        if (front_ == num_slices_) climb();
      }
      record_.termination = *reason;
    } catch (const SliceError& error) {
      record_.termination = Termination::propagator_failed;
      record_.failure = error.failure;
    } catch (const StopRequested&) {
      record_.termination = Termination::interrupted;
    }
    return std::move(record_);
  }

 private:
  /// U[n+1] = G(U[n]), corrected by what was known before the run.
  void initial_sweep() {
    const Stopwatch watch;
    correction_ = problem_.trainer ? problem_.trainer->initial_correction() : nullptr;
    if (correction_) record_.initial_corrector = problem_.trainer->serving();
    coarse_sweep_.start(correction_, record_.boundaries, executor_);
    record_.initial_fallbacks = coarse_sweep_.num_fallbacks();
    PhaseSeconds& seconds = record_.initial_seconds;
    seconds.total = watch.seconds();
    seconds.predict = coarse_sweep_.predict_seconds();
    seconds.coarse = seconds.total - seconds.predict;
    record_.seconds = seconds;
    if (problem_.reference) record_.initial_error = error_against_reference();
    if (observer_) observer_->on_start(num_slices_, record_.boundaries);
  }

  void begin_iteration() {
    iteration_ = IterationRecord{};
    iteration_.iteration = record_.num_iterations() + 1;
    iteration_.level = levels_.level() + 1;
    iteration_.at_top_level = levels_.at_top();
    iteration_.first_slice = front_;
  }

  /// F(U[n]) for all active slices, in parallel.
  void fine_sweep() {
    const Stopwatch watch;
    fine_sweep_.run(levels_.propagator(), iteration_.iteration, front_, record_.boundaries, fine_, executor_,
                    options_.stop, observer_);
    iteration_.jump = fine_sweep_.jump();
    iteration_.fine_work = problem_.fine.relative_work(levels_.level()) * static_cast<double>(num_slices_ - front_) /
                           static_cast<double>(num_slices_);
    estimate_.observe_jumps(front_, fine_sweep_.jumps());
    iteration_.level_measured = levels_.needs_measure();
    if (iteration_.level_measured) {
      iteration_.fine_work +=
          levels_.measure(iteration_.iteration, record_.boundaries, fine_, coarse_sweep_.coarse(), executor_);
    }
    iteration_.slice_fine_seconds = fine_sweep_.slice_seconds();
    iteration_.max_slice_fine_seconds = fine_sweep_.max_slice_seconds();
    iteration_.seconds.fine = watch.seconds();
  }

  /// m_k, fitted to everything seen so far.
  void train() {
    iteration_.corrector = "classic";
    correction_ = nullptr;
    if (!problem_.trainer) return;
    const Stopwatch watch;
    const Index count = num_slices_ - front_;
    correction_ = problem_.trainer->train(
        {iteration_.iteration, levels_.level(), problem_.grid.slices(front_, count),
         record_.boundaries.middleCols(front_, count), fine_.rightCols(count), coarse_sweep_.coarse().rightCols(count)},
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
    coarse_sweep_.include_sound_states(front_, fine_, executor_);
    coarse_sweep_.correct_old_states(*correction_, front_, record_.boundaries, executor_);
    iteration_.seconds.predict = watch.seconds();
  }

  /// U[n+1]' = F(U[n]) + (G_k(U[n]') − G_k(U[n])), one slice after the other.
  void corrected_sweep() {
    const Stopwatch watch;
    coarse_sweep_.run(correction_, iteration_.iteration, front_, record_.boundaries, fine_);
    estimate_.update(front_, coarse_sweep_.increments(), coarse_sweep_.carried());
    iteration_.num_fallbacks = coarse_sweep_.num_fallbacks();
    iteration_.seconds.predict += coarse_sweep_.predict_seconds();
    iteration_.seconds.coarse = watch.seconds() - coarse_sweep_.predict_seconds();
  }

  /// Freezes the slice that has become exact and all converged ones behind it.
  void advance_front() {
    const std::vector<double>& increments = coarse_sweep_.increments();
    iteration_.increment = *std::max_element(increments.begin() + front_, increments.end());
    iteration_.estimated_error = std::max(*std::max_element(estimate_.errors().begin(), estimate_.errors().end()),
                                          estimate_.smallest_credible());
    if (levels_.at_top() && exact_front_ == front_) ++exact_front_;
    ++front_;
    const bool by_estimate = options_.stopping == StoppingRule::estimate && estimate_.knows_contraction();
    const Index prefix =
        converged_prefix(by_estimate ? estimate_.consequences() : increments, front_, levels_.tolerance());
    const bool all_below = prefix == num_slices_ && estimate_.smallest_credible() < levels_.tolerance();
    if (!by_estimate || all_below) front_ = prefix;
    iteration_.exact_front = exact_front_;
    iteration_.converged_front = front_;
  }

  void end_iteration(double seconds) {
    iteration_.seconds.total = seconds;
    record_.seconds += iteration_.seconds;
    if (problem_.reference) iteration_.error = error_against_reference();
    record_.iterations.push_back(iteration_);
    if (observer_) observer_->on_iteration(record_.iterations.back(), record_.boundaries);
  }

  /// The current level has given all it can; every slice starts anew on the next.
  void climb() {
    if (levels_.at_top()) return;
    levels_.climb();
    front_ = 0;
    estimate_.start_level();
  }

  double error_against_reference() const {
    double error = 0.0;
    for (Index n = 0; n <= num_slices_; ++n) {
      error = std::max(error, options_.norm.distance(record_.boundaries.col(n), problem_.reference->col(n)));
    }
    return error;
  }

  const PararealProblem& problem_;
  const PararealOptions& options_;
  SliceExecutor& executor_;
  IterationObserver* observer_;
  const Index num_slices_;

  LevelControl levels_;
  FineSweep fine_sweep_;
  CoarseSweep coarse_sweep_;
  ErrorEstimate estimate_;
  States fine_;  ///< F(U[n])
  const Correction* correction_ = nullptr;
  Index front_ = 0;        ///< boundaries 0 … front are frozen
  Index exact_front_ = 0;  ///< boundaries 0 … exact_front are the serial fine solution
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
