#include "apps/forerun/campaign/physics_training.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/operator_solver.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "learning/networks/physics_operator.h"
#include "learning/networks/train_operator.h"
#include "solvers/integrators/reduced/reduced_equation.h"
#include "solvers/integrators/reduced/snapshots.h"

namespace forerun {
namespace {

constexpr const char* kRoughMethod = "sdirk2";
constexpr std::int64_t kRoughSteps = 4;  ///< in an interval
constexpr Index kLeastIntervals = 64;    ///< of a run
constexpr double kMostBytes = 4e9;       ///< of a fit

/// What is kept of a run: its main directions, and where its slices begin and end.
struct RoughRun {
  States directions;
  States boundaries;  ///< none where the solver has failed
};

RoughRun run_roughly(const Experiment& experiment, Index directions) {
  const TimeGrid& grid = experiment.grid;
  const Index slices = grid.num_slices(), inside = (kLeastIntervals + slices - 1) / slices;
  const auto solver = experiment.problem->make_propagator({kRoughMethod, kRoughSteps});
  RoughRun run{{}, States(experiment.dimension(), slices + 1)};
  States states(experiment.dimension(), slices * inside + 1);
  states.col(0) = run.boundaries.col(0) = experiment.initial;
  for (Index n = 0; n < slices; ++n) {
    const TimeGrid intervals(grid.slice(n).begin, grid.slice(n).end, inside);
    for (Index i = 0; i < inside; ++i) {
      StopScope::throw_if_stop_requested();
      const Index at = n * inside + i;
      solver->propagate(intervals.slice(i), State(states.col(at)), states.col(at + 1));
    }
    run.boundaries.col(n + 1) = states.col((n + 1) * inside);
  }
  if (states.allFinite() && !states.isZero(0.0)) run.directions = condensed(states, directions);
  return run;
}

std::vector<RoughRun> rough_runs(const CampaignConfig& config, const std::vector<Draw>& draws,
                                 const SettledSolvers& solvers, Index directions, SliceExecutor& executor) {
  std::vector<RoughRun> runs(draws.size());
  executor.for_each(static_cast<Index>(draws.size()), [&](Index r) {
    const Draw& draw = draws[static_cast<std::size_t>(r)];
    Experiment experiment = make_experiment(run_document(config, draw), solvers);
    if (draw.initial) experiment.initial = *draw.initial;
    try {
      runs[static_cast<std::size_t>(r)] = run_roughly(experiment, directions);
    } catch (const PropagationError&) {
      // The others say what they can.
    }
  });
  return runs;
}

/// Of runs first … last − 1.
States basis_of_runs(const CampaignConfig& config, const std::vector<RoughRun>& runs, std::size_t last, Index most) {
  States all;
  for (std::size_t r = 0; r < last; ++r) {
    if (runs[r].directions.size() == 0) continue;
    States together(runs[r].directions.rows(), all.cols() + runs[r].directions.cols());
    if (all.size() > 0) together.leftCols(all.cols()) = all;
    together.rightCols(runs[r].directions.cols()) = runs[r].directions;
    all = condensed(together, 2 * most);
  }
  if (all.size() == 0)
    throw UsageError(config.base.file_name() + ": there is nothing to learn from, no run could be made roughly");
  return leading_directions(all, most);
}

OperatorSamples rough_slices(const CampaignConfig& config, const TrainedOperator& trained,
                             const std::vector<RoughRun>& runs, const std::vector<Draw>& draws, std::size_t first) {
  const Index d = trained.probe.size();
  OperatorSamples samples{States(d, 0), States(d, 0), States(trained.family.box.size(), 0)};
  for (std::size_t r = first; r < runs.size(); ++r) {
    const Index before = samples.size(), slices = runs[r].boundaries.cols() - 1;
    if (slices < 1 || !runs[r].boundaries.allFinite()) continue;
    samples.starts.conservativeResize(d, before + slices);
    samples.ends.conservativeResize(d, before + slices);
    samples.inputs.conservativeResize(Eigen::NoChange, before + slices);
    samples.starts.rightCols(slices) = runs[r].boundaries.leftCols(slices);
    samples.ends.rightCols(slices) = runs[r].boundaries.rightCols(slices);
    samples.inputs.rightCols(slices).colwise() = operator_inputs(config, trained, draws[r]);
  }
  return samples;
}

void require_memory_of_fit(const CampaignConfig& config, const States& basis, Index num_inputs) {
  const double bytes = physics_fit_bytes(basis.cols(), num_inputs);
  if (bytes <= kMostBytes) return;
  throw UsageError(config.base.file_name() + ": [operator] modes: " + std::to_string(basis.cols()) + " directions at " +
                   std::to_string(num_inputs) + " parameters take " + format_bytes(bytes) +
                   " to fit: must be at most " + format_bytes(kMostBytes) +
                   "; fewer modes, neurons or samples will do");
}

EquationFamily equations_of(const CampaignConfig& config, const Experiment& middle, const ParameterBox& box,
                            const OperatorOptions& options, States basis, SliceExecutor& executor) {
  EquationFamily family{std::move(basis), physics_inputs(options, box.size()), {}};
  require_memory_of_fit(config, family.modes, family.inputs.cols());
  family.sides.resize(static_cast<std::size_t>(family.inputs.cols()));
  const double length = middle.grid.slice(0).length();
  executor.for_each(family.inputs.cols(), [&](Index i) {
    StopScope::throw_if_stop_requested();
    const State unit = 0.5 * (family.inputs.col(i).array() + 1.0);
    const State values = box.lower + (box.upper - box.lower).cwiseProduct(unit);
    const auto problem = problem_at(*middle.problem, middle.config.problem.parameters, box, values);
    family.sides[static_cast<std::size_t>(i)] = length * project(*problem, family.modes);
  });
  return family;
}

double measured_fine_seconds(const Experiment& middle) {
  State end(middle.dimension());
  const Stopwatch watch;
  middle.fine->propagate(middle.grid.slice(0), middle.initial, end);
  return watch.seconds();
}

}  // namespace

OperatorTraining train_physics_operator_for(const CampaignConfig& config, const Experiment& middle,
                                            SliceExecutor& executor, const std::stop_token& stop) {
  const StopScope scope(stop);
  const OperatorOptions options = OperatorOptions::from_parameters(config.operator_network);
  OperatorTraining training;
  training.from_equation = true;
  TrainedOperator& trained = training.trained;
  trained = untrained_operator(config, middle);
  const std::vector<Draw> draws = make_draws(config, *middle.problem, middle.grid.begin());
  training.num_runs = static_cast<Index>(draws.size());
  training.num_held_out = num_held_out(config.operator_network, training.num_runs);
  const std::size_t learned = draws.size() - static_cast<std::size_t>(training.num_held_out);

  const Stopwatch watch;
  const std::vector<RoughRun> runs = rough_runs(config, draws, middle.solvers(), 2 * options.modes, executor);
  EquationFamily family = equations_of(config, middle, trained.family.box, options,
                                       basis_of_runs(config, runs, learned, options.modes), executor);
  training.num_samples = family.inputs.cols();
  trained.network = fit_physics_operator(options, std::move(family), executor);
  trained.training_seconds = watch.seconds();

  const OperatorSamples held_out = rough_slices(config, trained, runs, draws, learned);
  trained.error = held_out.size() > 0 ? relative_error(*trained.network, held_out, executor) : std::nan("");
  training.slice_seconds = seconds_a_slice(*trained.network, rough_slices(config, trained, runs, draws, 0));
  training.fine_seconds = measured_fine_seconds(middle);
  return training;
}

}  // namespace forerun
