#include "core/parareal/windows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/base/errors.h"
#include "core/base/stopwatch.h"
#include "core/execution/held_boundaries.h"
#include "core/parareal/ended_together.h"
#include "core/propagation/problem_checks.h"
#include "core/propagation/terminate_by.h"

namespace forerun {
namespace {

constexpr double kNotReached = std::numeric_limits<double>::quiet_NaN();

/// Where a window is in the run.
struct Window {
  Index number = 1;
  Index num_windows = 1;
  double error_before = 0.0;  ///< of the windows before it
};

/// Makes of a window's record of an iteration the whole run's record of it.
void place(IterationRecord& iteration, const Window& window) {
  iteration.window = window.number;
  iteration.fine_work /= static_cast<double>(window.num_windows);
  if (iteration.error) iteration.error = std::max(*iteration.error, window.error_before);
}

/// Shows an observer of the run what one of its windows does.
class WindowObserver final : public IterationObserver {
 public:
  WindowObserver(IterationObserver& observer, const Window& window) : observer_(observer), window_(window) {}

  void on_start(Index num_slices, const States& boundaries) override {
    observer_.on_window(window_.number, window_.num_windows);
    observer_.on_start(num_slices, boundaries);
  }
  void on_iteration(const IterationRecord& iteration, const States& boundaries) override {
    IterationRecord placed = iteration;
    place(placed, window_);
    observer_.on_iteration(placed, boundaries);
  }
  void on_fine_progress(Index iteration, Index done, Index total) override {
    observer_.on_fine_progress(iteration, done, total);
  }
  void on_boundaries_outdated() override { observer_.on_boundaries_outdated(); }

 private:
  IterationObserver& observer_;
  const Window window_;
};

class WindowedRun {
 public:
  WindowedRun(const PararealProblem& problem, Index num_windows, const PararealOptions& options,
              SliceExecutor& executor, IterationObserver* observer)
      : problem_(problem),
        options_(options),
        executor_(executor),
        observer_(observer),
        num_slices_(problem.grid.num_slices() / num_windows),
        held_(held_boundaries(problem.communicator, problem.grid.num_slices(), num_windows)),
        start_(problem.initial) {
    record_.num_windows = num_windows;
    record_.boundaries = States::Constant(problem.initial.size(), num_columns(held_), kNotReached);
    record_.first_boundary = held_.front().first;
    if (record_.first_boundary == 0) record_.boundaries.col(0) = problem.initial;
  }

  RunRecord run() {
    for (Index number = 1; number <= record_.num_windows; ++number) {
      if (number > 1 && !carry_on(number)) break;
      if (!(remaining_seconds() > 0.0)) {
        record_.termination = Termination::time_limit;
        break;
      }
      record_.last_window = number;
      take_in(solve(number), number);
      if (!record_.converged() && record_.termination != Termination::unconfirmed) break;
    }
    return std::move(record_);
  }

 private:
  Index first_slice(Index number) const { return (number - 1) * num_slices_; }
  double remaining_seconds() const { return options_.max_seconds - record_.seconds.total; }

  Window window(Index number) const { return {number, record_.num_windows, record_.error().value_or(0.0)}; }

  /// The column of a window's first boundary among those that this process holds.
  Index first_column(Index number) const {
    return held_.size() == 1 ? first_slice(number) : held_[static_cast<std::size_t>(number) - 1].column;
  }
  Index num_columns_of_window() const { return held_.size() == 1 ? num_slices_ + 1 : held_.front().count; }

  /// The window starts where the one before has ended; the trainer makes what it has learned ready to serve behind the
  /// slices it knows. False where the run has ended meanwhile.
  bool carry_on(Index number) {
    bool goes_on = false;
    terminate_by(record_, [&] {
      start_ = problem_.communicator ? ended_together(
                                           *problem_.communicator, [&] { return end_of_last_process(number - 1); },
                                           [] { return std::optional<SliceFailure>(); })
                                     : State(record_.boundaries.col(first_slice(number)));
      goes_on = true;
      return record_.termination;
    });
    if (goes_on) prepare_trainer();
    return goes_on;
  }

  /// A window's last state, which its last process holds, for all.
  State end_of_last_process(Index number) const {
    const Index dimension = start_.size();
    const int last = problem_.communicator->size() - 1;
    const bool is_mine = problem_.communicator->rank() == last;
    const double* const end = record_.boundaries.col(first_column(number) + num_columns_of_window() - 1).data();
    const std::vector<double> all =
        shared_numbers(*problem_.communicator, std::span(end, is_mine ? static_cast<std::size_t>(dimension) : 0),
                       [&](int rank) { return rank == last ? dimension : 0; });
    return Eigen::Map<const State>(all.data(), dimension);
  }

  void prepare_trainer() {
    if (!problem_.trainer) return;
    const Stopwatch watch;
    problem_.trainer->next_window(executor_);
    PhaseSeconds seconds;
    seconds.fit = seconds.total = watch.seconds();
    record_.initial_seconds += seconds;
    record_.seconds += seconds;
  }

  PararealProblem problem_with(const TimeGrid& grid, const State& initial, const States* reference) const {
    return {.grid = grid,
            .initial = initial,
            .coarse = problem_.coarse,
            .fine = problem_.fine,
            .trainer = problem_.trainer,
            .reference = reference,
            .projection = problem_.projection,
            .log = problem_.log,
            .communicator = problem_.communicator};
  }

  RunRecord solve(Index number) {
    const Index first = first_slice(number);
    const TimeGrid grid = problem_.grid.part(first, num_slices_);
    States reference;
    if (problem_.reference) {
      reference = problem_.reference->middleCols(first_column(number), num_columns_of_window());
    }
    PararealProblem part = problem_with(grid, start_, problem_.reference ? &reference : nullptr);
    part.iterations_before = record_.num_iterations();
    PararealOptions options = options_;
    options.max_seconds = remaining_seconds();
    if (options.stopping == StoppingRule::estimate) options.tolerance /= static_cast<double>(record_.num_windows);
    if (!observer_) return solve_parareal(part, options, executor_);
    WindowObserver observer(*observer_, window(number));
    return solve_parareal(part, options, executor_, &observer);
  }

  /// The window's error, and what it makes of the error of its start.
  void add_to_estimate(RunRecord& part) {
    if (part.iterations.empty()) return;
    double& own = part.iterations.back().estimated_error;
    const double at_end = own + (error_of_start_ > 0.0 ? error_of_start_ * part.growth.at_end : 0.0);
    const double largest = own + (error_of_start_ > 0.0 ? error_of_start_ * part.growth.largest : 0.0);
    error_of_start_ = at_end;
    estimated_error_ = std::max(estimated_error_, largest);
    own = estimated_error_;
  }

  void take_in(RunRecord part, Index number) {
    const Window placed = window(number);
    add_to_estimate(part);
    for (IterationRecord& iteration : part.iterations) {
      place(iteration, placed);
      record_.iterations.push_back(std::move(iteration));
    }
    if (number == 1) {
      record_.initial_error = part.initial_error;
      record_.initial_corrector = part.initial_corrector;
    }
    record_.initial_fallbacks += part.initial_fallbacks;
    record_.initial_seconds += part.initial_seconds;
    record_.seconds += part.seconds;
    record_.boundaries.middleCols(first_column(number), num_columns_of_window()) = part.boundaries;
    const bool was_unconfirmed = record_.termination == Termination::unconfirmed;
    const bool is_confirmed = !was_unconfirmed && estimated_error_ <= options_.tolerance;
    record_.termination = part.converged() && !is_confirmed ? Termination::unconfirmed : part.termination;
    record_.failure = std::move(part.failure);
    if (!record_.first_uncrossed) record_.first_uncrossed = std::move(part.first_uncrossed);
    if (!record_.first_coarse_failure) record_.first_coarse_failure = std::move(part.first_coarse_failure);
    record_.learning_failures.insert(record_.learning_failures.end(), part.learning_failures.begin(),
                                     part.learning_failures.end());
    for (const std::string& warning : part.warnings)
      record_.warnings.push_back("window " + std::to_string(number) + ": " + warning);
  }

  const PararealProblem& problem_;
  const PararealOptions& options_;
  SliceExecutor& executor_;
  IterationObserver* observer_;
  const Index num_slices_;               ///< of a window
  const std::vector<ColumnBlock> held_;  ///< of the boundaries, by this process
  State start_;                          ///< of the window to come
  double error_of_start_ = 0.0;          ///< of the window to come, estimated
  double estimated_error_ = 0.0;         ///< the largest so far
  RunRecord record_;
};

/// As of each window, but for the reference, which is there of all.
void check_windowed(const PararealProblem& problem, Index num_windows) {
  const Index num_slices = problem.grid.num_slices();
  const std::vector<ColumnBlock> held = held_boundaries(problem.communicator, num_slices, num_windows);
  require_boundaries(problem.reference, problem.initial.size(), num_columns(held) - 1, "the reference");
  PararealProblem without = problem;
  without.reference = nullptr;
  check_problem(without);
}

}  // namespace

void check_windows(Index num_windows, Index num_slices) {
  if (num_windows >= 1 && num_slices % num_windows == 0) return;
  throw ParameterError("windows", "windows = " + std::to_string(num_windows) +
                                      ": must be ≥ 1 and divide slices = " + std::to_string(num_slices));
}

RunRecord solve_in_windows(const PararealProblem& problem, Index num_windows, const PararealOptions& options,
                           SliceExecutor& executor, IterationObserver* observer) {
  check_windows(num_windows, problem.grid.num_slices());
  if (num_windows == 1) return solve_parareal(problem, options, executor, observer);
  check_windowed(problem, num_windows);
  options.validate(problem.initial.size());
  return WindowedRun(problem, num_windows, options, executor, observer).run();
}

}  // namespace forerun
