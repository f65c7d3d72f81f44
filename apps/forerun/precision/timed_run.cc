#include "apps/forerun/precision/timed_run.h"

#include "apps/forerun/run/comparison.h"

namespace forerun {

ConfigDocument with_ladder(const ConfigDocument& document) {
  constexpr const char* kPlace = "with levels";
  ConfigDocument changed = ConfigDocument::parse("", document.file_name());
  for (const Setting& setting : document.settings()) {
    if (setting.section != "coarse") changed.set(setting);
  }
  changed.set({"fine", "levels", std::string("auto"), kPlace});
  changed.set({"parareal", "stopping", std::string("estimate"), kPlace});
  return changed;
}

std::optional<TimedRun> timed_run(const Experiment& experiment, const std::string& corrector, const Console& console,
                                  spdlog::logger& logger, const std::stop_token& stop,
                                  const std::shared_ptr<const LearnedModel>& model) {
  ComparisonPlan plan{.correctors = {choose_corrector(experiment.config, corrector)},
                      .reference = false,
                      .warm_start = {},
                      .keep_models = false,
                      .quiet = true};
  if (model) plan.warm_start = make_warm_start({}, model, experiment);
  Comparison comparison = carry_out(plan, experiment, console, logger, stop);
  if (comparison.interrupted || comparison.runs.empty()) return std::nullopt;
  TimedRun run{.record = std::move(comparison.runs.front().record)};
  if (experiment.planned) {
    run.planning_seconds = experiment.planned->seconds;
    run.planning_sweeps = experiment.planned->plan.work;
  }
  return run;
}

}  // namespace forerun
