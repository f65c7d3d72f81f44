#include "core/pfasst/pfasst.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/base/lap_watch.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/state_scale.h"
#include "core/pfasst/pfasst_block.h"
#include "core/propagation/problem_checks.h"
#include "core/propagation/terminate_by.h"
#include "core/record/run_warnings.h"

namespace forerun {
namespace {

/// One run; see pfasst.h.
class PfasstLoop {
 public:
  PfasstLoop(const PfasstProblem& problem, const PfasstOptions& options, SliceExecutor& executor,
             IterationObserver* observer)
      : problem_(problem),
        options_(options),
        executor_(executor, options.stop),
        observer_(observer),
        num_steps_(problem.grid.num_slices()),
        scale_({options.tolerance, options.norm}, problem.initial),
        block_(problem.grid, problem.levels),
        states_(problem.initial.replicate(1, num_steps_ + 1)) {}

  RunRecord run() {
    terminate_by(record_, [&] {
      start();
      std::optional<Termination> reason;
      while (!reason) {
        iterate();
        reason = termination();
        end_iteration();
      }
      return *reason;
    });
    if (observer_) observer_->on_boundaries_outdated();
    if (problem_.log) problem_.log->write();
    record_.boundaries = std::move(states_);
    record_.warnings = run_warnings(record_, num_steps_, options_.tolerance);
    record_.seconds.total += watch_.lap();
    return std::move(record_);
  }

 private:
  void start() {
    block_.start(problem_.initial, executor_);
    if (options_.burn_in && !recall(0)) {
      const Stopwatch watch;
      block_.burn_in(executor_);
      keep(0, watch.seconds());
    }
    block_.residuals(norm(), executor_);  // throws where something is not finite
    take_ends();
    PhaseSeconds& seconds = record_.initial_seconds;
    seconds.coarse = watch_.lap();
    if (problem_.reference) record_.initial_error = error_against_reference();
    seconds.total = seconds.coarse + watch_.lap();
    if (problem_.log) problem_.log->end_initial_sweep(seconds);
    record_.seconds = seconds;
    if (observer_) observer_->on_start(num_steps_, states_);
  }

  void iterate() {
    iteration_ = IterationRecord{};
    iteration_.iteration = record_.num_iterations() + 1;
    iteration_.corrector = "pfasst";
    iteration_.estimated_error = std::numeric_limits<double>::infinity();
    iteration_.fine_work = problem_.sweep_work * static_cast<double>(problem_.levels.front().sweeps);
    std::atomic<Index> done = 0;
    const std::function<void()> swept = [&] { observer_->on_fine_progress(iteration_.iteration, ++done, num_steps_); };
    if (!recall(iteration_.iteration)) {
      const Stopwatch watch;
      block_.iterate(iteration_.iteration, executor_, observer_ ? swept : nullptr);
      keep(iteration_.iteration, watch.seconds());
    }
    const std::vector<double>& residuals = block_.residuals(norm(), executor_);
    const double lap = watch_.lap();
    iteration_.seconds.coarse = std::min(lap, block_.coarsest_seconds());
    iteration_.seconds.fine = lap - iteration_.seconds.coarse;
    const std::vector<double>& of_steps = block_.step_seconds();
    const double slowest = *std::max_element(of_steps.begin(), of_steps.end());
    iteration_.levels = {{1, 0, num_steps_, block_.finest_seconds(), slowest}};
    iteration_.jump = *std::max_element(residuals.begin(), residuals.end());
    const auto first_above =
        std::find_if(residuals.begin(), residuals.end(), [&](double r) { return !(r < options_.tolerance); });
    iteration_.converged_front = first_above - residuals.begin();
    if (observer_) observer_->on_boundaries_outdated();
    iteration_.increment = take_ends();
    if (problem_.reference) iteration_.error = error_against_reference();
    iteration_.seconds.total = lap + watch_.lap();
    if (problem_.log) problem_.log->end_iteration(iteration_);
  }

  /// Takes all steps from the log as an iteration left them, burn-in being iteration 0; false, and nothing has changed,
  /// where it lacks one.
  bool recall(Index k) {
    if (!problem_.log || !problem_.log->knows_any()) return false;
    States numbers(block_.num_numbers(), num_steps_);
    for (Index n = 0; n < num_steps_; ++n) {
      if (!problem_.log->recall(SolveLog::key_of_step(k, n), numbers.col(n))) return false;
    }
    for (Index n = 0; n < num_steps_; ++n) block_.restore(n, numbers.col(n));
    return true;
  }

  void keep(Index k, double seconds) {
    const Index count = block_.num_numbers();
    if (!problem_.log || !problem_.log->is_worth_keeping(seconds / static_cast<double>(num_steps_), count)) return;
    State numbers(count);
    for (Index n = 0; n < num_steps_; ++n) {
      block_.save(n, numbers);
      problem_.log->keep(SolveLog::key_of_step(k, n), numbers);
    }
  }

  std::optional<Termination> termination() const {
    if (iteration_.jump < options_.tolerance) return Termination::converged;
    if (iteration_.iteration == options_.max_iterations) return Termination::iteration_limit;
    const double elapsed = record_.seconds.total + iteration_.seconds.total + watch_.since_lap();
    if (elapsed >= options_.max_seconds) return Termination::time_limit;
    return std::nullopt;
  }

  void end_iteration() {
    record_.seconds += iteration_.seconds;
    record_.iterations.push_back(std::move(iteration_));
    if (observer_) observer_->on_iteration(record_.iterations.back(), states_);
  }

  /// Returns how far the ends have moved.
  double take_ends() {
    double moved = 0.0;
    for (Index n = 0; n < num_steps_; ++n) {
      moved = std::max(moved, norm().distance(block_.ends().col(n), states_.col(n + 1)));
    }
    states_.rightCols(num_steps_) = block_.ends();
    if (options_.relative) scale_.follow(states_, executor_);
    return moved;
  }

  double error_against_reference() const {
    double error = 0.0;
    for (Index n = 0; n <= num_steps_; ++n) {
      error = std::max(error, norm().distance(states_.col(n), problem_.reference->col(n)));
    }
    return error;
  }

  const StateNorm& norm() const { return options_.relative ? scale_.norm() : options_.norm; }

  const PfasstProblem& problem_;
  const PfasstOptions& options_;
  StoppableExecutor executor_;
  IterationObserver* observer_;
  const Index num_steps_;
  LapWatch watch_;
  StateScale scale_;  ///< changes in `take_ends` only
  PfasstBlock block_;
  States states_;  ///< of all boundaries, of the last iteration that ended
  IterationRecord iteration_;
  RunRecord record_;
};

void check_level(const PfasstLevel& level, const PfasstLevel* finer) {
  if (!level.equation || !level.method) throw std::invalid_argument("a level has no equation or no nodes");
  if (!level.method->collocation.has_end()) {
    throw ParameterError("quadrature", "quadrature = \"gauss\": must be one with a node at the end of a step");
  }
  if (level.sweeps < 1) throw std::invalid_argument("a level must be swept at least once");
  if (finer && !level.transfer && level.equation->dimension() != finer->equation->dimension()) {
    throw std::invalid_argument("levels of different dimensions need a transfer between them");
  }
}

void check_problem(const PfasstProblem& problem) {
  const Index dimension = problem.initial.size();
  require_initial_state(problem.initial);
  if (problem.levels.empty()) throw std::invalid_argument("there are no levels");
  const PfasstLevel* finer = nullptr;
  for (const PfasstLevel& level : problem.levels) {
    check_level(level, finer);
    finer = &level;
  }
  if (problem.levels.front().equation->dimension() != dimension) {
    throw std::invalid_argument("initial state and finest level differ in dimension");
  }
  require_boundaries(problem.reference, dimension, problem.grid.num_slices(), "the reference");
}

}  // namespace

ModelledSpeedup modelled_pfasst_speedup(const RunRecord& record, const PfasstOptions& options, Index num_steps) {
  double critical_path = 0.0;
  double fine_seconds = 0.0;
  for (const IterationRecord& iteration : record.iterations) {
    const double path = iteration.max_slice_fine_seconds() + iteration.seconds.coarse;
    const bool is_after_burn_in = options.burn_in && iteration.iteration == 1;
    critical_path += is_after_burn_in ? 2.0 * path : path;
    fine_seconds += iteration.slice_fine_seconds();
  }
  const double passes = record.effective_sweeps();
  if (!(critical_path > 0.0) || !(passes > 0.0)) return {num_steps, 0.0};
  return {num_steps, fine_seconds / passes / critical_path};
}

RunRecord solve_pfasst(const PfasstProblem& problem, const PfasstOptions& options, SliceExecutor& executor,
                       IterationObserver* observer) {
  check_problem(problem);
  options.validate();
  const StopScope scope(options.stop);
  return PfasstLoop(problem, options, executor, observer).run();
}

}  // namespace forerun
