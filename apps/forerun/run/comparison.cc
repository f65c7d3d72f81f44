#include "apps/forerun/run/comparison.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <exception>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/run/hanging_solver.h"
#include "core/base/stop_scope.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/parareal.h"
#include "learning/files/model_file.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {
namespace {

/// The configuration's limit of a fine solve.
SliceLimit slice_limit(const Experiment& experiment, ComparisonObserver* observer) {
  return leaving_the_process(experiment.options.slice_limit, [observer](const SliceFailure& failure) {
    return observer != nullptr ? observer->on_abandon(failure) : std::string();
  });
}

SerialSolution solve_reference(const Experiment& experiment, spdlog::logger& logger, const std::stop_token& stop,
                               ComparisonObserver* observer) {
  logger.info("serial fine solution of {} slices", experiment.num_slices());
  SerialSolution solution =
      solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop, slice_limit(experiment, observer));
  if (observer != nullptr) observer->on_reference(solution);
  return solution;
}

/// nullptr for classic Parareal.
std::unique_ptr<HarvestingTrainer> make_trainer(const NamedChoice& corrector, const Experiment& experiment,
                                                std::shared_ptr<const LearnedModel> prior) {
  const CorrectorEntry& entry = find_corrector(corrector.name);
  if (!entry.make) return nullptr;
  const CorrectorContext context{experiment.bounds, experiment.config.seed};
  CorrectorFactory factory = [&entry, context, parameters = corrector.parameters] {
    return entry.make(parameters, context);
  };
  return std::make_unique<HarvestingTrainer>(std::move(factory), experiment.signature, std::move(prior));
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

CorrectorRun run_corrector(const NamedChoice& corrector, const ComparisonPlan& plan, const Experiment& experiment,
                           const States* reference, const Console& console, spdlog::logger& logger,
                           const std::stop_token& stop, ComparisonObserver* observer) {
  CorrectorRun run;
  run.corrector = corrector;
  run.warm = serves(plan.warm_start, corrector);
  const auto trainer = make_trainer(corrector, experiment, run.warm ? plan.warm_start->model : nullptr);
  PararealOptions options = experiment.options;
  options.stop = stop;
  options.slice_limit = slice_limit(experiment, observer);
  const FidelityLadder ladder = experiment.ladder();
  IterationObserver* const inside = observer != nullptr ? observer->on_begin(run) : nullptr;
  {
    Progress progress(
        console, logger,
        {corrector.name, iteration_limit(options, experiment.num_slices()), options.tolerance, plan.quiet});
    IterationObservers observers{&progress, inside};
    run.record =
        solve_parareal({experiment.grid, experiment.initial, *experiment.coarse, ladder, trainer.get(), reference},
                       options, *experiment.executor, &observers);
  }
  if (observer != nullptr) observer->on_solved(run);
  if (plan.keep_models) {
    StoppableExecutor executor(*experiment.executor, stop);
    run.model = learned_model(trainer.get(), run.record, executor, logger);
  }
  if (run.record.converged()) run.modelled = modelled_speedup(run.record, experiment.num_slices());
  return run;
}

/// A stop that came when everything had been done has cut nothing short.
bool was_cut_short(const Comparison& comparison, const ComparisonPlan& plan) {
  const auto cut_short = [&](const CorrectorRun& run) {
    const bool learned = !plan.keep_models || !find_corrector(run.corrector.name).make || run.model.has_value();
    return run.record.termination == Termination::interrupted || !learned;
  };
  return !comparison.not_run.empty() || (comparison.serial_fine && comparison.serial_fine->interrupted) ||
         std::any_of(comparison.runs.begin(), comparison.runs.end(), cut_short);
}

}  // namespace

WarmStart load_warm_start(const std::filesystem::path& file, const Experiment& experiment) {
  auto model = std::make_shared<const LearnedModel>(load_model(file));
  try {
    check_compatible(model->signature, experiment.signature);
    make_correction(model);  // before anything is computed: its options are not looked at by the reader of files
  } catch (const ModelFileError& error) {
    throw ModelFileError(file.string() + ": " + error.what());
  } catch (const std::invalid_argument& error) {
    throw ModelFileError(file.string() + ": " + error.what());
  }
  return {file, model, differences(model->signature, experiment.signature)};
}

bool serves(const std::optional<WarmStart>& warm_start, const NamedChoice& corrector) {
  return warm_start && (warm_start->model->corrector == corrector.name || corrector.name == "auto");
}

Comparison carry_out(const ComparisonPlan& plan, const Experiment& experiment, const Console& console,
                     spdlog::logger& logger, std::stop_token stop, ComparisonObserver* observer) {
  const StopScope scope(stop);
  Comparison comparison;
  if (plan.reference) comparison.serial_fine = solve_reference(experiment, logger, stop, observer);
  const bool has_reference = comparison.has_reference();
  const States* const reference = has_reference ? &comparison.serial_fine->boundaries : nullptr;
  for (const NamedChoice& corrector : plan.correctors) {
    try {
      StopScope::throw_if_stop_requested();
      CorrectorRun run = run_corrector(corrector, plan, experiment, reference, console, logger, stop, observer);
      if (has_reference && run.record.converged()) {
        const double planning = experiment.planned ? experiment.planned->seconds : 0.0;
        run.measured_speedup = comparison.serial_fine->seconds / (planning + run.record.seconds.total);
      }
      if (observer != nullptr) observer->on_end(run);
      comparison.runs.push_back(std::move(run));
    } catch (const StopRequested&) {
      comparison.not_run.push_back(corrector.name);
    }
  }
  comparison.interrupted = stop.stop_requested() && was_cut_short(comparison, plan);
  return comparison;
}

}  // namespace forerun
