#include "apps/forerun/plan/trial.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/remaining_time.h"
#include "apps/forerun/precision/time_limit.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/report.h"
#include "apps/forerun/run/slice_timing.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/parareal/state_scale.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

constexpr Index most_samples = 4;

/// A slice, the coarse solution at its begin, and where the fine solver carries that.
struct Sample {
  Slice slice;
  State state;
  State fine;
};

/// P(u); throws `SliceError`.
State cross(const Propagator& propagator, const Slice& slice, const State& state) {
  State out(state.size());
  CheckedPropagator{propagator, "fine", 0}.propagate(slice, state, out);
  return out;
}

/// The same, where the solver can cross the slice from there.
std::optional<State> crossed(const Propagator& propagator, const Slice& slice, const State& state) {
  try {
    return cross(propagator, slice, state);
  } catch (const SliceError&) {
    return std::nullopt;
  }
}

/// Spread evenly over the time span, as the first sweep of a run goes: where the coarse solver cannot cross a slice, it
/// stands for the identity. Left out are those which the fine solver cannot start from, since they tell nothing of it;
/// but if it fails on the initial state, so does serial stepping: then throws `PropagationError`.
std::vector<Sample> samples(const Experiment& experiment) {
  const Index num_slices = experiment.num_slices();
  const Index count = std::min(most_samples, num_slices);
  std::vector<Sample> all;
  Index num_seen = 0;
  State state = experiment.initial;
  for (const Slice& slice : experiment.grid.slices(0, num_slices)) {
    StopScope::throw_if_stop_requested();
    if (slice.index * count / num_slices == num_seen) {
      ++num_seen;
      try {
        all.push_back({slice, state, cross(*experiment.fine, slice, state)});
      } catch (const SliceError& error) {
        if (all.empty()) throw PropagationError(error.failure.time, error.failure.reason);
      }
    }
    state = crossed(*experiment.coarse, slice, state).value_or(state);
  }
  return all;
}

/// Largest ‖F(u) − P(u)‖; instead(sample) takes its place where P fails.
template <typename Instead>
double largest_difference(const Experiment& experiment, const Propagator& propagator, const Instead& instead) {
  double largest = 0.0;
  const StateNorm norm = StateScale(scale_options(experiment.options), experiment.initial).norm();
  for (const Sample& sample : samples(experiment)) {
    const std::optional<State> other = crossed(propagator, sample.slice, sample.state);
    largest = std::max(largest, other ? norm.distance(sample.fine, *other) : instead(sample));
  }
  return largest;
}

/// The iterations that a trial whose time was up would still have needed.
void continue_at_the_contraction_seen(const RunRecord& record, const Experiment& experiment,
                                      IterationHistory& history) {
  const Index num_slices = experiment.num_slices();
  const auto remaining = remaining_time(record.iterations, num_slices, num_slices, experiment.options.tolerance);
  const double last_seconds = record.iterations.back().seconds.total;
  const auto more = static_cast<Index>(std::llround(remaining->seconds / std::max(last_seconds, 1e-12)));
  Index front = record.iterations.back().converged_front;
  for (Index k = 0; k < more && front < num_slices; ++k, ++front) {
    history.iterations.push_back(history.iterations.back());
    std::vector<LevelCost>& levels = history.iterations.back().levels;
    levels.resize(1);
    levels.front().first_slice = front;
    levels.front().num_slices = num_slices - front;
  }
}

Experiment trial_experiment(ConfigDocument document, const TrialSettings& settings, double max_seconds) {
  const auto set = [&](const std::string& section, const std::string& key, const ParameterValue& value) {
    document.set({section, key, value, "the plan's [" + section + "] " + key});
  };
  const auto set_solver = [&](const std::string& section, const SolverSpec& spec) {
    forerun::set_solver(document, section, spec, "the plan's [" + section + "]");
  };
  set("time", "slices", std::int64_t{settings.slices});
  document.remove("fine", "levels");  // what a ladder saves is worked out from the trial's increments
  set_solver("fine", settings.stand_in);
  set_solver("coarse", settings.coarse);
  set("parareal", "max_seconds", max_seconds);
  return make_experiment(document);
}

}  // namespace

SolverProbe probe_solvers(const Experiment& experiment) {
  SolverProbe probe;
  for (const Sample& sample : samples(experiment)) {
    probe.fine_alone += seconds_alone(*experiment.fine, sample.slice, sample.state);
    probe.fine_in_lanes += seconds_in_lanes(*experiment.fine, sample.slice, sample.state);
    probe.coarse += seconds_alone(*experiment.coarse, sample.slice, sample.state);
    ++probe.num_samples;
  }
  for (double* seconds : {&probe.fine_alone, &probe.fine_in_lanes, &probe.coarse}) {
    *seconds /= static_cast<double>(probe.num_samples);
  }
  const StateNorm norm = StateScale(scale_options(experiment.options), experiment.initial).norm();
  probe.discrepancy = largest_difference(experiment, *experiment.coarse, [&](const Sample& sample) {
    return norm.distance(sample.fine, sample.state);  // the identity's, as in a run
  });
  return probe;
}

double difference_to_fine(const Experiment& experiment, const Propagator& cheaper) {
  return largest_difference(experiment, cheaper, [](const Sample&) { return std::numeric_limits<double>::infinity(); });
}

double difference_to_fine(const Experiment& experiment, const SolverSpec& cheaper) {
  return difference_to_fine(experiment, *experiment.problem->make_propagator(cheaper));
}

SolverSpec stand_in(const Experiment& experiment, const SolverProbe& probe) {
  constexpr double alike = 0.01;
  const SolverSpec& fine = experiment.config.fine;
  if (fine.external) {
    for (std::size_t i = 0; i < experiment.cheaper_levels.size(); ++i) {
      if (difference_to_fine(experiment, *experiment.cheaper_levels[i]) <= alike * probe.discrepancy) {
        return experiment.config.fine_levels.solvers[i];
      }
    }
    return fine;
  }
  for (Index cheap = 1; cheap <= fineness(fine) / 2; cheap *= 2) {
    const SolverSpec cheaper = with_fineness(fine, cheap);
    if (difference_to_fine(experiment, cheaper) <= alike * probe.discrepancy) return cheaper;
  }
  return fine;
}

double Trial::effective_sweeps() const {
  double slices = 0.0;
  for (const IterationCost& cost : history.iterations) {
    slices += static_cast<double>(history.num_slices - cost.first_slice());
  }
  return slices / static_cast<double>(history.num_slices);
}

Trial run_trial(const ConfigDocument& document, const Experiment& configured, const SolverProbe& probe,
                const TrialSettings& settings, double max_seconds, const Console& console,
                const std::stop_token& stop) {
  const Experiment experiment = trial_experiment(document, settings, max_seconds);
  ComparisonPlan plan;
  plan.correctors = {experiment.config.corrector};
  plan.quiet = true;
  const TimeLimit limit(kTrialPatience * max_seconds, stop);
  const Comparison comparison = carry_out(plan, experiment, console, *make_logger(console, true), limit.token());
  Trial trial;
  trial.settings = settings;
  trial.interrupted = stop.stop_requested();
  if (comparison.interrupted) trial.shortfall = kBrokenOff;
  if (comparison.interrupted || comparison.runs.empty()) return trial;
  const RunRecord& record = comparison.runs.front().record;
  trial.seconds = record.seconds.total;
  trial.extrapolated = record.termination == Termination::time_limit;
  trial.solved = record.converged() || trial.extrapolated;
  for (const IterationRecord& iteration : record.iterations) trial.increments.push_back(iteration.increment);
  if (!trial.solved) {
    trial.stand_in_failed = record.failure && record.failure->solver == "fine";
    trial.shortfall = record.failure ? record.failure->sentence() : std::string(to_string(record.termination));
    return trial;
  }
  const RecordedRun run{settings.slices, experiment.dimension(), experiment.executor->num_threads(),
                        experiment.fine->block_size(), 0.0};
  trial.history = iteration_history(record, run);
  if (trial.extrapolated) continue_at_the_contraction_seen(record, experiment, trial.history);
  const auto ratio = [](Index number, Index of) { return static_cast<double>(number) / static_cast<double>(of); };
  // A tolerance is for steps, of which a shorter slice has fewer. What a solver that is not ours takes is seen.
  const auto work_ratio = [&](const SolverSpec& spec, const SolverSpec& of, const Propagator& solver, double seconds) {
    if (spec.external) {
      return settings.slices == configured.num_slices()
                 ? 1.0
                 : seconds_alone(solver, experiment.grid.slice(0), experiment.initial) / seconds;
    }
    return ratio(fineness(spec), fineness(of)) *
           (spec.is_adaptive() ? ratio(configured.num_slices(), settings.slices) : 1.0);
  };
  const double fine_ratio = work_ratio(settings.fine, configured.config.fine, *configured.fine, probe.fine_alone);
  const double coarse_ratio = work_ratio(settings.coarse, configured.config.coarse, *configured.coarse, probe.coarse);
  trial.history = with_slice_seconds(trial.history, fine_ratio * probe.fine_in_lanes, fine_ratio * probe.fine_alone,
                                     coarse_ratio * probe.coarse);
  return trial;
}

}  // namespace forerun
