#include "apps/forerun/campaign/rough_runs.h"

#include "apps/forerun/campaign/operator_training.h"
#include "apps/forerun/cli/usage_error.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/reduced/snapshots.h"

namespace forerun {
namespace {

constexpr const char* kRoughMethod = "sdirk2";
constexpr std::int64_t kRoughSteps = 4;  ///< in an interval
constexpr Index kLeastIntervals = 64;    ///< of a run

Index intervals_in_a_slice(const TimeGrid& grid) {
  return (kLeastIntervals + grid.num_slices() - 1) / grid.num_slices();
}

RoughRun run_roughly(const Experiment& experiment, Index directions, bool with_states) {
  const TimeGrid& grid = experiment.grid;
  const Index slices = grid.num_slices(), inside = intervals_in_a_slice(grid);
  const auto solver = experiment.problem->make_propagator({kRoughMethod, kRoughSteps});
  RoughRun run{{}, States(experiment.dimension(), slices + 1), {}};
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
  if (with_states) run.states = std::move(states);
  return run;
}

}  // namespace

std::vector<RoughRun> rough_runs(const CampaignConfig& config, const std::vector<Draw>& draws,
                                 const SettledSolvers& solvers, Index directions, bool with_states,
                                 SliceExecutor& executor) {
  std::vector<RoughRun> runs(draws.size());
  executor.for_each(static_cast<Index>(draws.size()), [&](Index r) {
    const Draw& draw = draws[static_cast<std::size_t>(r)];
    Experiment experiment = make_experiment(run_document(config, draw), solvers);
    if (draw.initial) experiment.initial = *draw.initial;
    try {
      runs[static_cast<std::size_t>(r)] = run_roughly(experiment, directions, with_states);
    } catch (const PropagationError&) {
      // The others say what they can.
    }
  });
  return runs;
}

double rough_states_bytes(const Experiment& middle, std::size_t num_runs) {
  const auto states = static_cast<double>(intervals_in_a_slice(middle.grid) * middle.num_slices() + 1);
  return sizeof(double) * static_cast<double>(num_runs) * states * static_cast<double>(middle.dimension());
}

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

}  // namespace forerun
