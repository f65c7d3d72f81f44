#include "apps/forerun/run/comparison.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/checkpoint.h"
#include "apps/forerun/run/coarse_stability.h"
#include "apps/forerun/run/hanging_solver.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/method_run.h"
#include "apps/forerun/run/output_pass.h"
#include "apps/forerun/run/repeated_timings.h"
#include "core/base/stop_scope.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/state_scale.h"
#include "core/parareal/windows.h"
#include "core/propagation/logged_propagator.h"
#include "learning/files/model_file.h"
#include "learning/stencil/moved_model.h"

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

bool fits(const States& boundaries, const Experiment& experiment) {
  return boundaries.rows() == experiment.dimension() && boundaries.cols() == experiment.num_slices() + 1;
}

SerialSolution solve_reference(const ComparisonPlan& plan, const Experiment& experiment, spdlog::logger& logger,
                               const std::stop_token& stop, const SliceLimit& limit, DisturbanceWatch& watch) {
  if (plan.checkpoint != nullptr) {
    std::optional<SerialSolution> kept = plan.checkpoint->finished_reference();
    if (kept && fits(kept->boundaries, experiment)) return std::move(*kept);
  }
  logger.info("serial fine solution of {} slices", experiment.num_slices());
  const auto solve = [&](const Propagator& fine) {
    return watch.serially([&] { return solve_serial(experiment.grid, experiment.initial, fine, stop, limit); });
  };
  if (plan.checkpoint == nullptr) return solve(*experiment.fine);
  SolveLog& log = plan.checkpoint->begin("serial-fine");
  const bool goes_on = log.num_known_solves() > 0;
  SerialSolution solution = solve(LoggedPropagator(*experiment.fine, log, "fine"));
  if (goes_on) solution.seconds = log.unfinished_seconds();
  plan.checkpoint->finish_reference(solution);
  return solution;
}

/// What the run taught; nothing, with the reason said, where there was too little to learn from.
std::optional<LearnedModel> learned_model(const HarvestingTrainer* trainer, const RunRecord& record,
                                          SliceExecutor& executor, spdlog::logger& logger) {
  if (trainer == nullptr || record.iterations.empty()) return std::nullopt;
  try {
    return trainer->learned_model(executor);
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

/// What the other processes hold, too; not a number where it cannot be had any more.
void complete_states(RunRecord& record, const Experiment& experiment, TimeCommunicator* communicator) {
  const Index num_boundaries = experiment.num_slices() + 1;
  if (record.boundaries.cols() == num_boundaries) return;
  States all = States::Constant(experiment.dimension(), num_boundaries, std::numeric_limits<double>::quiet_NaN());
  all.middleCols(record.first_boundary, record.boundaries.cols()) = record.boundaries;
  try {
    all = all_boundaries(std::move(record.boundaries), experiment.num_slices(), communicator);
  } catch (const RunAbandoned&) {
    // The run was stopped and the other processes do not answer any more: their slices stay NaN.
  }
  record.boundaries = std::move(all);
  record.first_boundary = 0;
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
  {
    Progress progress(
        console, logger,
        {corrector.name, iteration_limit(options, experiment.window_slices()), options.tolerance, plan.quiet});
    IterationObservers observers{&progress, inside};
    run.record = solve_in_windows(problem, experiment.config.windows, options, *experiment.executor, &observers);
  }
  if (plan.keep_states) complete_states(run.record, experiment, console.communicator);
  if (auto unstable = coarse_stability_warning(experiment, run.record)) run.record.warnings.push_back(*unstable);
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

/// A stop that came when everything had been done has cut nothing short.
bool was_cut_short(const Comparison& comparison, const ComparisonPlan& plan) {
  const auto cut_short = [&](const CorrectorRun& run) {
    const bool learned = !plan.keep_models || !can_learn(run.corrector) || run.model.has_value();
    const bool gave = !run.output || run.output->found || run.output->failure;
    return run.record.termination == Termination::interrupted || !learned || !gave;
  };
  return !comparison.not_run.empty() || (comparison.serial_fine && comparison.serial_fine->interrupted) ||
         std::any_of(comparison.runs.begin(), comparison.runs.end(), cut_short);
}

/// One that had ended before the process that carried it out did.
std::optional<CorrectorRun> finished_run(const NamedChoice& corrector, const ComparisonPlan& plan,
                                         const Experiment& experiment, ComparisonObserver* observer) {
  if (plan.checkpoint == nullptr) return std::nullopt;
  std::optional<FinishedRun> kept = plan.checkpoint->finished(corrector.name);
  if (!kept || !fits(kept->record.boundaries, experiment)) return std::nullopt;
  CorrectorRun run;
  run.corrector = corrector;
  run.warm = serves(plan.warm_start, corrector);
  if (observer != nullptr) observer->on_begin(run);
  run.record = std::move(kept->record);
  run.model = std::move(kept->model);
  if (observer != nullptr) observer->on_solved(run);
  return run;
}

}  // namespace

WarmStart make_warm_start(std::filesystem::path file, std::shared_ptr<const LearnedModel> model,
                          const Experiment& experiment) {
  std::vector<std::string> transfer = differences(model->signature, experiment.signature);
  try {
    const bool is_of_another_size = model->signature.problem == experiment.signature.problem &&
                                    model->signature.dimension != experiment.dimension() &&
                                    model->corrector == "stencil";
    if (is_of_another_size) {
      model = std::make_shared<const LearnedModel>(moved_to(*model, experiment.problem->layout(), experiment.bounds));
    }
    check_compatible(model->signature, experiment.signature);
    make_correction(model);  // before anything is computed: its options are not looked at by the reader of files
  } catch (const ModelFileError& error) {
    throw ModelFileError(file.string() + ": " + error.what());
  } catch (const std::invalid_argument& error) {
    throw ModelFileError(file.string() + ": " + error.what());
  }
  return {std::move(file), std::move(model), std::move(transfer)};
}

WarmStart load_warm_start(const std::filesystem::path& file, const Experiment& experiment) {
  return make_warm_start(file, std::make_shared<const LearnedModel>(load_model(file)), experiment);
}

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

bool serves(const std::optional<WarmStart>& warm_start, const NamedChoice& corrector) {
  if (!warm_start) return false;
  const std::string& learned_by = warm_start->model->corrector;
  const std::vector<ParameterSpec>& options = corrector.parameters.specs();
  const auto is_by_slice = [](const ParameterSpec& option) { return option.name == "by_slice"; };
  const bool learns_by_slice =
      std::any_of(options.begin(), options.end(), is_by_slice) && corrector.parameters.flag("by_slice");
  return learned_by == corrector.name || corrector.name == "auto" ||
         (learned_by == "secant" && (learns_by_slice || corrector.name == "tangent"));
}

Comparison carry_out(const ComparisonPlan& plan, const Experiment& experiment, const Console& console,
                     spdlog::logger& logger, std::stop_token stop, ComparisonObserver* observer) {
  const StopScope scope(stop);
  Comparison comparison;
  DisturbanceWatch watch;
  if (plan.reference) {
    comparison.serial_fine =
        solve_reference(plan, experiment, logger, stop, slice_limit(plan, experiment, observer), watch);
    if (observer != nullptr) observer->on_reference(*comparison.serial_fine);
  }
  const bool has_reference = comparison.has_reference();
  const States* const reference = has_reference ? &comparison.serial_fine->boundaries : nullptr;
  for (const NamedChoice& corrector : plan.correctors) {
    try {
      std::optional<CorrectorRun> kept = finished_run(corrector, plan, experiment, observer);
      if (!kept) StopScope::throw_if_stop_requested();
      CorrectorRun run = kept ? std::move(*kept)
                              : run_corrector(corrector, plan, experiment, reference, console, logger, stop, observer);
      measure_speedups(experiment, comparison, run);
      if (plan.keep_output && run.record.converged()) {
        run.output = output_pass(experiment, run.record.boundaries, stop, slice_limit(plan, experiment, observer));
      }
      if (observer != nullptr) observer->on_end(run);
      // What the last one leaves is written as a result next.
      if (plan.checkpoint != nullptr && !kept && &corrector != &plan.correctors.back()) plan.checkpoint->finish(run);
      comparison.runs.push_back(std::move(run));
    } catch (const StopRequested&) {
      comparison.not_run.push_back(corrector.name);
    }
  }
  const bool elsewhere = std::any_of(comparison.runs.begin(), comparison.runs.end(), [](const CorrectorRun& run) {
    return run.record.termination == Termination::interrupted;  // a process that shares it was told to stop
  });
  comparison.interrupted = (stop.stop_requested() || elsewhere) && was_cut_short(comparison, plan);
  if (plan.repeat && has_reference && is_ours(experiment) && !stop.stop_requested())
    time_again(plan, experiment, console, logger, stop, observer, watch, comparison);
  if (has_reference && is_ours(experiment)) comparison.disturbance = watch.result();
  return comparison;
}

}  // namespace forerun
