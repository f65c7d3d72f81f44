#include "apps/forerun/plan/plan_study.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/report.h"
#include "core/base/stopwatch.h"

namespace forerun {
namespace {

constexpr double budget_share = 0.2;  // of serial fine
constexpr double least_budget = 2.0;
constexpr double most_budget = 120.0;
// Where the fine solver itself is run in trials, and not a cheap one in its place.
constexpr double dear_budget_share = 2.0;
constexpr double least_dear_budget = 10.0;
constexpr double most_dear_budget = 600.0;

/// The solver for slices of `factor` times the length: a tolerance is for steps and stays, and a solver that is not
/// ours chooses its steps itself.
SolverSpec on_slices_longer_by(double factor, SolverSpec spec) {
  if (spec.is_adaptive() || spec.external) return spec;
  const double steps = std::max(1.0, std::floor(factor * static_cast<double>(spec.steps())));
  return with_fineness(std::move(spec), static_cast<Index>(steps));
}

bool can_be_halved(const SolverSpec& spec) { return spec.is_adaptive() || spec.external || spec.steps() > 1; }

/// The configured settings and their neighbours. Other slices keep the step sizes, hence the total of steps.
std::vector<TrialSettings> neighbours(const Experiment& experiment, const SolverSpec& stand_in) {
  const Index slices = experiment.num_slices();
  const SolverSpec& fine = experiment.config.fine;
  const SolverSpec& coarse = experiment.config.coarse;
  const Index coarse_fineness = fineness(coarse);
  const auto settings_with = [&](const SolverSpec& other_coarse) {
    return TrialSettings{slices, fine, other_coarse, stand_in};
  };
  std::vector<TrialSettings> all = {settings_with(coarse)};
  if (!coarse.external) all.push_back(settings_with(with_fineness(coarse, 2 * coarse_fineness)));
  if (!coarse.external && coarse_fineness % 2 == 0)
    all.push_back(settings_with(with_fineness(coarse, coarse_fineness / 2)));
  const auto with_slices = [&](Index count, double factor) {
    return TrialSettings{count, on_slices_longer_by(factor, fine), on_slices_longer_by(factor, coarse),
                         on_slices_longer_by(factor, stand_in)};
  };
  if (can_be_halved(fine) && can_be_halved(coarse)) all.push_back(with_slices(2 * slices, 0.5));
  if (slices % 2 == 0) all.push_back(with_slices(slices / 2, 2.0));
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

MethodTrial planned(MethodTrial trial, const PlanStudy& study) {
  if (!trial.solved) return trial;
  const Index there = study.options.processors.value_or(trial.cost.num_slices);
  trial.here = model_method(trial.cost, study.threads_here, study.options.scaling.network);
  trial.there = model_method(trial.cost, there, study.options.scaling.network);
  return trial;
}

std::optional<std::size_t> fastest_run(const std::vector<PlannedRun>& runs, ScalingPoint PlannedRun::*machine) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].trial.solved) continue;
    if (!best || (runs[i].*machine).seconds < (runs[*best].*machine).seconds) best = i;
  }
  return best;
}

struct Ladder {
  FineLevels levels;
  std::vector<double> relative_work;
  std::vector<double> differences;  ///< to F

  void add(const SolverSpec& level, double work, double difference) {
    levels.solvers.push_back(level);
    relative_work.push_back(work);
    differences.push_back(difference);
  }
};

/// `level` of the configured fine solver as a level of `top`, which takes its place where slices have another length.
SolverSpec level_of(const SolverSpec& top, const SolverSpec& fine, const SolverSpec& level) {
  if (top == fine) return level;
  const double share = static_cast<double>(fineness(level)) / static_cast<double>(fineness(fine));
  return with_fineness(level, std::max<Index>(1, std::llround(share * static_cast<double>(fineness(top)))));
}

/// The configuration's own ladder.
Ladder configured_levels(const Experiment& experiment, const SolverSpec& top) {
  Ladder ladder;
  const RunConfig& config = experiment.config;
  const FidelityLadder solvers = experiment.ladder();
  for (std::size_t i = 0; i + 1 < config.fine_levels.solvers.size(); ++i) {
    const SolverSpec& level = config.fine_levels.solvers[i];
    ladder.add(level_of(top, config.fine, level), solvers.relative_work(static_cast<Index>(i)),
               difference_to_fine(experiment, *experiment.cheaper_levels[i]));
  }
  ladder.add(top, 1.0, 0.0);
  return ladder;
}

/// Levels a sixteenth and a quarter of F's cost, where they are much nearer to F than G is and dearer than G.
Ladder useful_levels(const Experiment& experiment, const SolverProbe& probe, const SolverSpec& top) {
  constexpr double near = 0.5;
  Ladder ladder;
  const SolverSpec& fine = experiment.config.fine;
  for (const Index divisor : {16, 4}) {
    const double work = 1.0 / static_cast<double>(divisor);
    const bool divides = fine.is_adaptive() || fineness(top) % divisor == 0;
    if (fine.external || fineness(fine) < divisor || !divides || work * probe.fine_alone < 2.0 * probe.coarse) continue;
    const SolverSpec level = with_fineness(fine, fineness(fine) / divisor);
    const double difference = difference_to_fine(experiment, level);
    if (difference <= near * probe.discrepancy) ladder.add(level_of(top, fine, level), work, difference);
  }
  ladder.add(top, 1.0, 0.0);
  return ladder;
}

/// The trial's run with its sweeps served by levels. No slice is taken for frozen, so work is on the high side.
IterationHistory on_ladder(const Trial& trial, const Ladder& ladder, const std::vector<std::size_t>& levels) {
  IterationHistory history = trial.history;
  history.iterations.clear();
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const std::size_t level = levels[k];
    const bool at_top = level + 1 == ladder.relative_work.size();
    const std::size_t known = std::min(k, trial.history.iterations.size() - 1);
    IterationCost cost = trial.history.iterations[known];
    const double full = cost.levels.front().fine;
    cost.levels = {{.level = static_cast<Index>(level) + 1,
                    .num_slices = history.num_slices,
                    .fine = ladder.relative_work[level] * full}};
    cost.at_top_level = at_top;
    const bool first_of_level = k == 0 || levels[k - 1] != level;
    cost.level_check = first_of_level && !at_top ? ladder.relative_work[level + 1] * full : 0.0;
    history.iterations.push_back(cost);
  }
  return history;
}

std::optional<LadderAdvice> advise_ladder(const Experiment& experiment, const PlanStudy& study) {
  const Trial& trial = study.runs[*study.best_there].trial;
  if (trial.extrapolated) return std::nullopt;
  const bool configured = experiment.config.fine_levels.is_ladder();
  const Ladder ladder = configured ? configured_levels(experiment, trial.settings.fine)
                                   : useful_levels(experiment, study.probe, trial.settings.fine);
  const std::vector<std::size_t> levels =
      expected_ladder_levels(trial.increments, ladder.differences, experiment.options.tolerance);
  LadderAdvice advice{ladder.levels, configured, 0.0, {}, {}};
  for (const std::size_t level : levels) advice.effective_sweeps += ladder.relative_work[level];
  const bool helps = ladder.levels.is_ladder() && advice.effective_sweeps < trial.effective_sweeps();
  if (!configured && !helps) return std::nullopt;
  const IterationHistory history = on_ladder(trial, ladder, levels);
  const Index there = study.runs[*study.best_there].there.processors;
  advice.here = model_scaling(history, study.threads_here, study.options.scaling);
  advice.there = model_scaling(history, there, study.options.scaling);
  return advice;
}

/// A stand-in can be unstable where F is not; then ones four times as fine are tried, F itself the last.
Trial try_settings(const ConfigDocument& document, const Experiment& experiment, const SolverProbe& probe,
                   TrialSettings settings, double seconds, const Console& console, const std::stop_token& stop) {
  while (true) {
    Trial trial = run_trial(document, experiment, probe, settings, seconds, console, stop);
    if (!trial.stand_in_failed || settings.stand_in == settings.fine) return trial;
    const Index finer = 4 * fineness(settings.stand_in);
    const bool is_last = settings.fine.external || finer >= fineness(settings.fine);
    settings.stand_in = is_last ? settings.fine : with_fineness(settings.stand_in, finer);
  }
}

/// Neighbours of a configuration may be what it is not: too large for this machine, with slices too short.
Trial try_neighbour(const ConfigDocument& document, const Experiment& experiment, const SolverProbe& probe,
                    const TrialSettings& settings, double seconds, const Console& console,
                    const std::stop_token& stop) {
  try {
    return try_settings(document, experiment, probe, settings, seconds, console, stop);
  } catch (const UsageError& error) {
    Trial trial;
    trial.settings = settings;
    trial.shortfall = error.what();
    return trial;
  }
}

/// Seconds that trials have. With a cheap stand-in each has the same share. Where a solver that is not ours serves
/// itself a trial is as long as a run: then the first have what they need, and the last may have nothing.
class Allowance {
 public:
  Allowance(const PlanStudy& study, const Experiment& experiment, std::size_t num_trials)
      : is_dear_(study.stand_in.external.has_value()),
        budget_(study.budget_seconds),
        share_(study.budget_seconds / static_cast<double>(num_trials)),
        iteration_(iteration_seconds(study, experiment)) {}

  double seconds() const { return is_dear_ ? budget_ - watch_.seconds() : share_; }

  /// Why the next trial cannot be had; empty: it can.
  std::string shortfall() const {
    if (!is_dear_ || iteration_ <= seconds()) return "";
    const std::string budget = format_duration(budget_);
    return seconds() <= 0.0 ? "the " + budget + " of the budget are used up (--budget)"
                            : "an iteration takes about " + format_duration(iteration_) + ", and of " + budget + " " +
                                  format_duration(seconds()) + " are left (--budget)";
  }

 private:
  static double iteration_seconds(const PlanStudy& study, const Experiment& experiment) {
    if (!study.stand_in.external) return 0.0;
    const double work = study.stand_in.external->work / experiment.config.fine.external->work;
    return work * study.probe.fine_alone * static_cast<double>(experiment.num_slices()) / study.threads_here;
  }

  bool is_dear_;
  double budget_, share_, iteration_;
  Stopwatch watch_;
};

double default_budget(const SolverSpec& stand_in, double serial_seconds) {
  return stand_in.external ? std::clamp(dear_budget_share * serial_seconds, least_dear_budget, most_dear_budget)
                           : std::clamp(budget_share * serial_seconds, least_budget, most_budget);
}

}  // namespace

PlanStudy make_plan_study(const ConfigDocument& document, const PlanOptions& options, const Console& console,
                          spdlog::logger& logger, std::stop_token stop) {
  const Experiment experiment = make_experiment(document);
  open_external_solvers(document, experiment);
  PlanStudy study;
  study.options = options;
  study.threads_here = experiment.executor->num_threads();
  study.probe = probe_solvers(experiment);
  study.stand_in = stand_in(experiment, study.probe);
  const double serial_seconds = static_cast<double>(experiment.num_slices()) * study.probe.fine_alone;
  study.budget_seconds = options.budget_seconds.value_or(default_budget(study.stand_in, serial_seconds));
  const std::vector<TrialSettings> settings = neighbours(experiment, study.stand_in);
  const std::vector<MethodSettings> methods = methods_to_try();
  const Allowance allowance(study, experiment, settings.size() + methods.size());
  for (const TrialSettings& setting : settings) {
    Trial trial;
    trial.settings = setting;
    trial.shortfall = allowance.shortfall();
    if (trial.shortfall.empty()) {
      logger.info("trial: {} slices, coarse {}", setting.slices, solver_text(setting.coarse));
      trial = try_neighbour(document, experiment, study.probe, setting, allowance.seconds(), console, stop);
    }
    study.interrupted = trial.interrupted;
    if (study.interrupted) return study;
    study.runs.push_back(planned(std::move(trial), study));
  }
  for (const MethodSettings& method : methods) {
    MethodTrial trial;
    trial.settings = method;
    trial.unsuited = allowance.shortfall();
    if (trial.unsuited.empty()) {
      logger.info("trial: {}", method.method);
      trial = planned(run_method_trial(document, experiment, study.probe, study.stand_in, method, allowance.seconds(),
                                       console, stop),
                      study);
    }
    study.interrupted = trial.interrupted;
    if (study.interrupted) return study;
    study.methods.push_back(std::move(trial));
  }
  study.best_here = fastest_run(study.runs, &PlannedRun::here);
  study.best_there = fastest_run(study.runs, &PlannedRun::there);
  if (study.best_there) study.ladder = advise_ladder(experiment, study);
  if (experiment.config.fine.external) return study;  // how far it is off nobody here knows
  logger.info("serial solvers, for about {}", format_duration(study.budget_seconds));
  study.serial = advise_on_serial(document, experiment, study.probe.fine_alone, study.budget_seconds, console,
                                  *make_logger(console, true), stop);
  return study;
}

std::vector<std::size_t> expected_ladder_levels(const std::vector<double>& increments,
                                                const std::vector<double>& differences, double tolerance) {
  std::vector<std::size_t> levels;
  auto increment = increments.begin();
  for (std::size_t level = 0; level < differences.size(); ++level) {
    const double threshold = std::max(tolerance, differences[level]);
    bool again = true;
    while (again) {
      levels.push_back(level);
      again = increment != increments.end() && *increment >= threshold;
      if (increment != increments.end()) ++increment;
    }
  }
  return levels;
}

}  // namespace forerun
