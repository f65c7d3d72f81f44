#include "apps/forerun/plan/serial_advice.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/precision/rough_solvers.h"
#include "apps/forerun/precision/serial_study.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/parareal/state_scale.h"

namespace forerun {
namespace {

/// What a study costs, in solves by the configured fine solver, about: a finer one, and a dozen methods that lose soon.
constexpr double kStudyCost = 20.0;
/// A run of Parareal that takes so many times as long as serial stepping is broken off.
constexpr double kHopeless = 10.0;
/// Errors below are rounding.
constexpr double kLeastError = 1e-12;

/// `fine`, made as much finer as leaves at most about a tenth of its error.
SolverSpec reference_for(const SolverSpec& fine) {
  const int order = fine.is_adaptive() ? fine.entry().error_order : fine.entry().order;
  const double factor = std::max(2.0, std::ceil(std::pow(10.0, 1.0 / std::max(order, 1))));
  return with_fineness(fine, fineness(fine) * static_cast<Index>(factor));
}

/// The solver of one slice for so many as one.
SolverSpec on_whole(const SolverSpec& fine, Index slices) {
  return fine.is_adaptive() ? fine : with_fineness(fine, slices * fineness(fine));
}

/// What a parallel run may be off by, whose fine solver is as accurate as the configured one.
double parallel_error(const SerialAdvice& advice) {
  return std::max(advice.configured.error, kLeastError) / (1.0 - kParallelShare);
}

class SerialAdviser {
 public:
  SerialAdviser(const Experiment& experiment, double fine_slice_seconds, double budget_seconds)
      : experiment_(experiment), fine_slice_seconds_(fine_slice_seconds), budget_seconds_(budget_seconds) {
    const double affordable = budget_seconds / (kStudyCost * std::max(fine_slice_seconds, 1e-9));
    const auto all = static_cast<double>(experiment.num_slices());
    advice_.slices = static_cast<Index>(std::clamp(affordable, 1.0, all));
  }

  /// False where there is nothing to measure errors against.
  bool measure_serial(const std::stop_token& stop) {
    make_task();
    if (!task_) return false;
    const auto in_time = [&](const std::string&) {
      advice_.time_was_up = watch_.seconds() > budget_seconds_;
      return !advice_.time_was_up;
    };
    const double tolerance = std::max(experiment_.options.tolerance, kLeastError);
    study_ = study_serial_solvers(*task_, all_methods(), std::max(tolerance, task_->smallest_error), in_time, stop);
    if (stop.stop_requested()) throw StopRequested{};
    advice_.as_accurate = fastest(task_->smallest_error);
    advice_.good_enough = fastest(tolerance);
    return true;
  }

  /// Where the whole run was measured and time is left.
  void measure_parallel(const ConfigDocument& document, const Console& console, spdlog::logger& logger,
                        const std::stop_token& stop) {
    const double error = parallel_error(advice_);
    const PrecisionPoint* fine = fine_solver(study_.own, error);
    const bool is_whole = advice_.slices == experiment_.num_slices();
    if (fine == nullptr || !is_whole || kStudyCost * fine->seconds > budget_seconds_) return;
    const ParallelTask task{.document = document,
                            .reference = task_->reference,
                            .norm = task_->norm,
                            .error = error,
                            .repeats = fine->seconds < kShortSeconds ? kRepeats : 1,
                            .max_seconds = kHopeless * std::max(fine->seconds, kShortSeconds)};
    const int threads = experiment_.executor->num_threads();
    advice_.parallel_fine = *fine;
    const std::vector<ParallelSettings> candidates = parallel_candidates(
        fine->solver, rough_solvers(*task_, study_.own, *fine, stop), experiment_.num_slices(), threads);
    advice_.parallel = study_parallel(task, candidates, console, logger, stop);
  }

  SerialAdvice advice() const { return advice_; }

 private:
  static constexpr double kShortSeconds = 0.1;
  static constexpr Index kRepeats = 3;

  /// By the sizes of the states at both ends, where no bounds are stated.
  StateNorm norm(const State& end) const {
    States ends(experiment_.initial.size(), 2);
    ends << experiment_.initial, end;
    return norm_of_states(scale_options(experiment_.options), ends);
  }

  Slice interval() const { return {0, experiment_.grid.boundary(0), experiment_.grid.boundary(advice_.slices)}; }

  /// None where there is no reference.
  void make_task() {
    const SolverSpec fine = on_whole(experiment_.config.fine, advice_.slices);
    State end, reference;
    try {
      end = solve_whole(*experiment_.problem, fine, interval(), experiment_.initial);
      reference = solve_whole(*experiment_.problem, reference_for(fine), interval(), experiment_.initial);
    } catch (const std::exception&) {
      return;
    }
    const StateNorm scaled = norm(reference);
    const double seconds = static_cast<double>(advice_.slices) * fine_slice_seconds_;
    advice_.configured = {fine, seconds, scaled.distance(end, reference)};
    if (!std::isfinite(advice_.configured.error)) return;
    task_.emplace(PrecisionTask{.problem = *experiment_.problem,
                                .interval = interval(),
                                .initial = experiment_.initial,
                                .reference = reference,
                                .norm = scaled,
                                .smallest_error = std::max(advice_.configured.error, kLeastError),
                                .max_seconds = std::max(seconds, kShortSeconds)});
  }

  std::optional<PrecisionPoint> fastest(double error) const {
    const PrecisionPoint* own = fastest_within(study_.own, error);
    const PrecisionPoint* theirs = fastest_within(study_.sundials, error);
    if (own == nullptr || (theirs != nullptr && theirs->seconds < own->seconds)) std::swap(own, theirs);
    return own == nullptr ? std::nullopt : std::optional(*own);
  }

  const Experiment& experiment_;
  double fine_slice_seconds_;
  double budget_seconds_;
  Stopwatch watch_;
  SerialAdvice advice_;
  SerialStudy study_;
  std::optional<PrecisionTask> task_;
};

}  // namespace

const ParallelPoint* fastest_as_accurate(const SerialAdvice& advice) {
  return fastest_reaching(advice.parallel, parallel_error(advice));
}

std::optional<SerialAdvice> advise_on_serial(const ConfigDocument& document, const Experiment& experiment,
                                             double fine_slice_seconds, double budget_seconds, const Console& console,
                                             spdlog::logger& logger, const std::stop_token& stop) {
  SerialAdviser adviser(experiment, fine_slice_seconds, budget_seconds);
  if (!adviser.measure_serial(stop)) return std::nullopt;
  adviser.measure_parallel(document, console, logger, stop);
  return adviser.advice();
}

}  // namespace forerun
