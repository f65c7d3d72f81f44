#include "apps/forerun/run/comparison.h"

#include <spdlog/logger.h>

#include <exception>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/run/coarse_stability.h"
#include "core/parareal/windows.h"
#include "learning/files/model_file.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {
namespace {

SerialSolution solve_reference(const Experiment& experiment, spdlog::logger& logger, std::stop_token stop) {
  logger.info("serial fine solution of {} slices", experiment.num_slices());
  return solve_serial(experiment.grid, experiment.initial, *experiment.fine, std::move(stop));
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
    return std::nullopt;
  }
}

Index iteration_limit(const PararealOptions& options, Index num_slices) {
  return options.max_iterations > 0 ? options.max_iterations : num_slices;
}

CorrectorRun run_corrector(const NamedChoice& corrector, const ComparisonPlan& plan, const Experiment& experiment,
                           const States* reference, const Console& console, spdlog::logger& logger,
                           std::stop_token stop) {
  CorrectorRun run;
  run.corrector = corrector;
  run.warm = serves(plan.warm_start, corrector);
  const auto trainer = make_trainer(corrector, experiment, run.warm ? plan.warm_start->model : nullptr);
  PararealOptions options = experiment.options;
  options.stop = std::move(stop);
  {
    Progress progress(
        console, logger,
        {corrector.name, iteration_limit(options, experiment.window_slices()), options.tolerance, plan.quiet});
    run.record = solve_in_windows(
        {experiment.grid, experiment.initial, *experiment.coarse, experiment.ladder(), trainer.get(), reference},
        experiment.config.windows, options, *experiment.executor, &progress);
  }
  if (auto unstable = coarse_stability_warning(experiment, run.record)) run.record.warnings.push_back(*unstable);
  if (plan.keep_models) run.model = learned_model(trainer.get(), run.record, *experiment.executor, logger);
  if (run.record.converged()) run.modelled = modelled_speedup(run.record, experiment.num_slices());
  return run;
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
                     spdlog::logger& logger, std::stop_token stop) {
  Comparison comparison;
  if (plan.reference) comparison.serial_fine = solve_reference(experiment, logger, stop);
  const bool has_reference = comparison.has_reference();
  for (const NamedChoice& corrector : plan.correctors) {
    if (stop.stop_requested()) {
      comparison.not_run.push_back(corrector.name);
      continue;
    }
    CorrectorRun run =
        run_corrector(corrector, plan, experiment, has_reference ? &comparison.serial_fine->boundaries : nullptr,
                      console, logger, stop);
    if (has_reference && run.record.converged()) {
      const double planning = experiment.planned ? experiment.planned->seconds : 0.0;
      run.measured_speedup = comparison.serial_fine->seconds / (planning + run.record.seconds.total);
    }
    comparison.runs.push_back(std::move(run));
  }
  comparison.interrupted = stop.stop_requested();
  return comparison;
}

}  // namespace forerun
