#include "apps/forerun/plan_study.h"

#include <algorithm>

namespace forerun {
namespace {

constexpr double budget_share = 0.2;  // of serial fine
constexpr double least_budget = 2.0;
constexpr double most_budget = 120.0;

/// The configured settings and their neighbours. Other slices keep the step sizes, hence the total of steps.
std::vector<TrialSettings> neighbours(const Experiment& experiment, Index stand_in) {
  const Index slices = experiment.num_slices();
  const Index fine = experiment.config.fine.steps;
  const Index coarse = experiment.config.coarse.steps;
  std::vector<TrialSettings> all = {{slices, fine, coarse, stand_in}, {slices, fine, 2 * coarse, stand_in}};
  if (coarse % 2 == 0) all.push_back({slices, fine, coarse / 2, stand_in});
  const auto halved = [](Index steps) { return std::max<Index>(1, steps / 2); };
  if (fine > 1 && coarse > 1) all.push_back({2 * slices, halved(fine), halved(coarse), halved(stand_in)});
  if (slices % 2 == 0) all.push_back({slices / 2, 2 * fine, 2 * coarse, 2 * stand_in});
  return all;
}

PlannedRun planned(Trial trial, const PlanStudy& study) {
  PlannedRun run{std::move(trial), {}, {}};
  if (!run.trial.solved) return run;
  const Index there = study.options.processors.value_or(run.trial.settings.slices);
  run.here = model_scaling(run.trial.history, study.threads_here, study.options.scaling);
  run.there = model_scaling(run.trial.history, there, study.options.scaling);
  return run;
}

std::optional<std::size_t> fastest(const std::vector<PlannedRun>& runs, ScalingPoint PlannedRun::*machine) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].trial.solved) continue;
    if (!best || (runs[i].*machine).seconds < (runs[*best].*machine).seconds) best = i;
  }
  return best;
}

/// Levels a quarter and a sixteenth of F's cost, where they are much nearer to F than G is and dearer than G.
std::optional<LadderAdvice> advise_ladder(const Experiment& experiment, const PlanStudy& study) {
  constexpr double near = 0.5;
  const Trial& trial = study.runs[*study.best_there].trial;
  if (trial.extrapolated) return std::nullopt;
  LadderAdvice advice;
  std::vector<double> work;
  std::vector<double> differences;
  for (const Index divisor : {16, 4}) {
    const Index steps = experiment.config.fine.steps / divisor;
    const double cost = study.probe.fine_alone / static_cast<double>(divisor);
    if (steps < 1 || cost < 2.0 * study.probe.coarse || trial.settings.fine_steps % divisor != 0) continue;
    const double difference = difference_to_fine(experiment, steps);
    if (!(difference <= near * study.probe.discrepancy)) continue;
    advice.steps.push_back(trial.settings.fine_steps / divisor);
    work.push_back(1.0 / static_cast<double>(divisor));
    differences.push_back(difference);
  }
  if (advice.steps.empty()) return std::nullopt;
  advice.steps.push_back(trial.settings.fine_steps);
  work.push_back(1.0);
  differences.push_back(0.0);
  advice.effective_sweeps = expected_ladder_sweeps(trial.increments, work, differences, experiment.options.tolerance);
  if (advice.effective_sweeps >= trial.effective_sweeps()) return std::nullopt;
  return advice;
}

}  // namespace

PlanStudy make_plan_study(const ConfigDocument& document, const PlanOptions& options, const Console& console,
                          std::stop_token stop) {
  const Experiment experiment = make_experiment(document);
  PlanStudy study;
  study.options = options;
  study.threads_here = experiment.executor->num_threads();
  study.probe = probe_solvers(experiment);
  study.stand_in_steps = stand_in_steps(experiment, study.probe);
  const double serial_seconds = static_cast<double>(experiment.num_slices()) * study.probe.fine_alone;
  study.budget_seconds =
      options.budget_seconds.value_or(std::clamp(budget_share * serial_seconds, least_budget, most_budget));
  const std::vector<TrialSettings> settings = neighbours(experiment, study.stand_in_steps);
  const double share = study.budget_seconds / static_cast<double>(settings.size());
  for (const TrialSettings& setting : settings) {
    Trial trial = run_trial(document, experiment, study.probe, setting, share, console, stop);
    study.interrupted = trial.interrupted;
    if (study.interrupted) return study;
    study.runs.push_back(planned(std::move(trial), study));
  }
  study.best_here = fastest(study.runs, &PlannedRun::here);
  study.best_there = fastest(study.runs, &PlannedRun::there);
  if (study.best_there) study.ladder = advise_ladder(experiment, study);
  return study;
}

double expected_ladder_sweeps(const std::vector<double>& increments, const std::vector<double>& relative_work,
                              const std::vector<double>& differences, double tolerance) {
  double sweeps = 0.0;
  auto increment = increments.begin();
  for (std::size_t level = 0; level < relative_work.size(); ++level) {
    const double threshold = std::max(tolerance, differences[level]);
    bool again = true;
    while (again) {
      sweeps += relative_work[level];
      again = increment != increments.end() && *increment >= threshold;
      if (increment != increments.end()) ++increment;
    }
  }
  return sweeps;
}

}  // namespace forerun
