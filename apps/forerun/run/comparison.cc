#include "apps/forerun/run/comparison.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/boundary_files.h"
#include "apps/forerun/run/checkpoint.h"
#include "apps/forerun/run/coarse_stability.h"
#include "apps/forerun/run/error_bound.h"
#include "apps/forerun/run/hanging_solver.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/method_run.h"
#include "apps/forerun/run/output_pass.h"
#include "apps/forerun/run/reference_solution.h"
#include "apps/forerun/run/repeated_timings.h"
#include "core/base/stop_scope.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/ended_together.h"
#include "core/parareal/state_scale.h"
#include "core/parareal/windows.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

/// The configuration's limit of a fine solve.
SliceLimit slice_limit(const ComparisonPlan& plan, const Experiment& experiment, ComparisonObserver* observer) {
  return leaving_the_process(experiment.options.slice_limit,
                             [observer, checkpoint = plan.checkpoint](const SliceFailure& failure) {
                               if (checkpoint != nullptr) checkpoint->write();
                               return observer != nullptr ? observer->on_abandon(failure) : std::string();
                             });
}

/// What the run taught; nothing, with the reason said, where there was too little to learn from.
std::optional<LearnedModel> learned_model(const HarvestingTrainer* trainer, const RunRecord& record,
                                          SliceExecutor& executor, spdlog::logger& logger) {
  if (trainer == nullptr || record.iterations.empty()) return std::nullopt;
  std::optional<LearnedModel> model;
  const auto make = [&] { model = trainer->learned_model(executor); };
  try {
    if (TimeCommunicator* const others = trainer->processes()) {
      if (!done_together(*others, make)) logger.warn("nothing learned: interrupted");
    } else {
      make();
    }
    return model;
  } catch (const std::runtime_error& error) {
    logger.warn("nothing learned: {}", error.what());
  } catch (const StopRequested&) {
    logger.warn("nothing learned: interrupted");
  }
  return std::nullopt;
}

Index iteration_limit(const PararealOptions& options, Index num_slices) {
  return options.max_iterations > 0 ? options.max_iterations : num_slices;
}

/// With `inside` beside the progress that is shown.
RunRecord record_of_method(const std::string& method, const ComparisonPlan& plan, const Experiment& experiment,
                           const States* reference, const Console& console, spdlog::logger& logger,
                           const std::stop_token& stop, ComparisonObserver* observer, IterationObserver* inside) {
  SolveLog* const log = plan.checkpoint != nullptr ? &plan.checkpoint->begin(method) : nullptr;
  Progress progress(console, logger,
                    {method, most_iterations(method, experiment), tolerance_of(method, experiment), plan.quiet});
  IterationObservers observers{&progress, inside};
  return run_by_method(method, experiment, reference, log, stop, slice_limit(plan, experiment, observer), &observers);
}

CorrectorRun run_corrector(const NamedChoice& corrector, const ComparisonPlan& plan, const Experiment& experiment,
                           const States* reference, const Console& console, spdlog::logger& logger,
                           const std::stop_token& stop, ComparisonObserver* observer) {
  CorrectorRun run;
  run.corrector = corrector;
  if (is_by_method(corrector.name)) {
    IterationObserver* const inside = observer != nullptr ? observer->on_begin(run) : nullptr;
    run.record = record_of_method(corrector.name, plan, experiment, reference, console, logger, stop, observer, inside);
    if (observer != nullptr) observer->on_solved(run);
    return run;
  }
  run.warm = serves(plan.warm_start, corrector);
  const auto trainer = make_learner(corrector, experiment, run.warm ? plan.warm_start->model : nullptr);
  PararealOptions options = experiment.options;
  options.stop = stop;
  options.slice_limit = slice_limit(plan, experiment, observer);
  PararealProblem problem{experiment.grid,     experiment.initial, *experiment.coarse,
                          experiment.ladder(), trainer.get(),      reference};
  if (plan.checkpoint != nullptr) problem.log = &plan.checkpoint->begin(corrector.name);
  problem.communicator = console.communicator;
  IterationObserver* const inside = observer != nullptr ? observer->on_begin(run) : nullptr;
  const std::unique_ptr<SpectralBound> bound = make_error_bound(experiment, corrector);
  {
    Progress progress(
        console, logger,
        {corrector.name, iteration_limit(options, experiment.window_slices()), options.tolerance, plan.quiet});
    IterationObservers observers{&progress, inside, bound.get()};
    run.record = solve_in_windows(problem, experiment.config.windows, options, *experiment.executor, &observers);
  }
  if (bound) run.error_bounds = bound->bounds();
  if (auto unstable = coarse_stability_warning(experiment, run.record, console.communicator)) {
    run.record.warnings.push_back(*unstable);
  }
  if (observer != nullptr) observer->on_solved(run);
  if (plan.keep_models) {
    StoppableExecutor executor(*experiment.executor, stop);
    run.model = learned_model(trainer.get(), run.record, executor, logger);
  }
  return run;
}

/// A user's programs are not started again for the sake of the clock; their time is not this process's either.
bool is_ours(const Experiment& experiment) {
  return !experiment.config.fine.external && !experiment.config.coarse.external;
}

/// Tells of a process that is left, and of nothing else: what is only timed again is known already.
class OfTheEnd final : public ComparisonObserver {
 public:
  explicit OfTheEnd(ComparisonObserver* whole) : whole_(whole) {}
  std::string on_abandon(const SliceFailure& failure) override {
    return whole_ != nullptr ? whole_->on_abandon(failure) : std::string();
  }

 private:
  ComparisonObserver* whole_;
};

void time_again(const ComparisonPlan& plan, const Experiment& experiment, const Console& console,
                spdlog::logger& logger, const std::stop_token& stop, ComparisonObserver* observer,
                DisturbanceWatch& watch, Comparison& comparison) {
  ComparisonPlan again = plan;
  again.keep_models = again.keep_output = false;
  again.quiet = true;
  again.checkpoint = nullptr;
  OfTheEnd of_the_end(observer);
  const States& reference = comparison.serial_fine->boundaries;
  const auto serial = [&]() -> std::optional<double> {
    const SerialSolution found = watch.serially([&] {
      return solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop,
                          slice_limit(again, experiment, &of_the_end));
    });
    return found.interrupted || found.failure ? std::nullopt : std::optional(found.seconds);
  };
  const auto run = [&](const CorrectorRun& done) -> std::optional<RunRecord> {
    if (stop.stop_requested()) return std::nullopt;
    try {
      RunRecord record =
          run_corrector(done.corrector, again, experiment, &reference, console, logger, stop, &of_the_end).record;
      return record;
    } catch (const StopRequested&) {
      return std::nullopt;
    }
  };
  const auto measure = [&](CorrectorRun& done) { measure_speedups(experiment, comparison, done); };
  repeat_timings(comparison, {serial, run, measure});
}

/// The run, or what was to follow it, was given up, here or by a process that shares it.
bool was_given_up(const CorrectorRun& run) {
  const bool gave = !run.output || run.output->found || run.output->failure;
  return run.record.termination == Termination::interrupted || !gave;
}

/// A stop that came when everything had been done has cut nothing short.
bool was_cut_short(const Comparison& comparison, const ComparisonPlan& plan, bool was_stopped) {
  const auto lacks_model = [&](const CorrectorRun& run) {
    return plan.keep_models && can_learn(run.corrector) && !run.model;
  };
  const std::vector<CorrectorRun>& runs = comparison.runs;
  return !comparison.not_run.empty() || (comparison.serial_fine && comparison.serial_fine->interrupted) ||
         std::any_of(runs.begin(), runs.end(), was_given_up) ||
         (was_stopped && std::any_of(runs.begin(), runs.end(), lacks_model));
}

/// work(), by all processes that share the comparison; a stop of one is one of all.
template <class Work>
void carry_out_together(TimeCommunicator* communicator, const Work& work) {
  if (communicator == nullptr) return work();
  try {
    ended_together(*communicator, work, [] { return std::optional<SliceFailure>(); });
  } catch (const SliceError&) {  // in another process, and this one had nothing to do with it
    throw StopRequested{};
  }
}

/// One that had ended before the process that carried it out did.
std::optional<CorrectorRun> finished_run(const NamedChoice& corrector, const ComparisonPlan& plan,
                                         const BoundaryFiles& files, ComparisonObserver* observer) {
  if (plan.checkpoint == nullptr) return std::nullopt;
  std::optional<FinishedRun> kept = plan.checkpoint->finished(corrector.name, files);
  if (!kept) return std::nullopt;
  CorrectorRun run;
  run.corrector = corrector;
  run.warm = serves(plan.warm_start, corrector);
  if (observer != nullptr) observer->on_begin(run);
  run.record = std::move(kept->record);
  run.model = std::move(kept->model);
  if (observer != nullptr) observer->on_solved(run);
  return run;
}

/// Of a stop that comes while its states are written it is interrupted, too.
void add_reference(const ComparisonPlan& plan, const Experiment& experiment, TimeCommunicator* communicator,
                   spdlog::logger& logger, const std::stop_token& stop, ComparisonObserver* observer,
                   DisturbanceWatch& watch, Comparison& comparison) {
  std::optional<SerialSolution>& found = comparison.serial_fine;
  try {
    carry_out_together(communicator, [&] {
      const SliceLimit limit = slice_limit(plan, experiment, observer);
      found = solve_reference(experiment, plan.checkpoint, communicator, logger, stop, limit, watch);
      if (observer != nullptr) observer->on_reference(*found);
    });
  } catch (const StopRequested&) {
    if (!found) found.emplace();
    found->interrupted = true;
  }
}

}  // namespace

double largest_error(const Experiment& experiment, const States& boundaries, const States& reference) {
  const StateNorm norm = norm_of_states(scale_options(experiment.options), reference);
  double error = 0.0;
  for (Index n = 0; n < reference.cols(); ++n) {
    const double distance = norm.distance(boundaries.col(n), reference.col(n));
    if (!std::isfinite(distance)) return std::numeric_limits<double>::infinity();
    error = std::max(error, distance);
  }
  return error;
}

void measure_speedups(const Experiment& experiment, const Comparison& comparison, CorrectorRun& run) {
  if (!run.record.converged()) return;
  std::optional<double> serial_slice;
  if (comparison.has_reference()) {
    serial_slice = comparison.serial_fine->seconds / static_cast<double>(experiment.num_slices());
  }
  if (is_by_method(run.corrector.name)) {
    run.modelled = modelled_method_speedup(run.corrector.name, experiment, run.record);
  } else if (experiment.num_processes == 1) {  // else times hold what a process has waited for others
    run.modelled = modelled_speedup(run.record, experiment.num_slices(), serial_slice);
  }
  if (!comparison.has_reference()) return;
  const double planning = experiment.planned ? experiment.planned->seconds : 0.0;
  run.measured_speedup = comparison.serial_fine->seconds / (planning + run.record.seconds.total);
}

Comparison carry_out(const ComparisonPlan& plan, const Experiment& experiment, const Console& console,
                     spdlog::logger& logger, std::stop_token stop, ComparisonObserver* observer) {
  const StopScope scope(stop);
  Comparison comparison;
  DisturbanceWatch watch;
  TimeCommunicator* const communicator = console.communicator;
  const auto limit = [&] { return slice_limit(plan, experiment, observer); };
  if (plan.reference) add_reference(plan, experiment, communicator, logger, stop, observer, watch, comparison);
  const bool has_reference = comparison.has_reference();
  const States* const reference = has_reference ? &comparison.serial_fine->boundaries : nullptr;
  const BoundaryFiles files(experiment, communicator);
  const auto carry_out_one = [&](const NamedChoice& corrector) {
    std::optional<CorrectorRun> kept = finished_run(corrector, plan, files, observer);
    if (!kept) StopScope::throw_if_stop_requested();
    CorrectorRun run = kept ? std::move(*kept)
                            : run_corrector(corrector, plan, experiment, reference, console, logger, stop, observer);
    measure_speedups(experiment, comparison, run);
    if (plan.keep_output && run.record.converged()) {
      run.output = output_pass(experiment, run.record.boundaries, communicator, stop, limit());
    }
    if (observer != nullptr) observer->on_end(run);
    // What the last one leaves is written as a result next.
    if (plan.checkpoint != nullptr && !kept && &corrector != &plan.correctors.back()) {
      plan.checkpoint->finish(run, files);
    }
    comparison.runs.push_back(std::move(run));
  };
  for (const NamedChoice& corrector : plan.correctors) {
    try {
      carry_out_together(communicator, [&] { carry_out_one(corrector); });
    } catch (const StopRequested&) {
      comparison.not_run.push_back(corrector.name);
    }
  }
  const bool was_stopped = stop.stop_requested();
  const bool may_be_cut = was_stopped || communicator != nullptr;  // another process may have been told to stop
  comparison.interrupted = may_be_cut && was_cut_short(comparison, plan, was_stopped);
  if (plan.repeat && has_reference && is_ours(experiment) && !was_stopped)
    time_again(plan, experiment, console, logger, stop, observer, watch, comparison);
  if (has_reference && is_ours(experiment)) comparison.disturbance = watch.result();
  return comparison;
}

}  // namespace forerun
