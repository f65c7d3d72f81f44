#pragma once

#include <vector>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/run/experiment.h"
#include "core/execution/slice_executor.h"
#include "learning/networks/operator_file.h"

namespace forerun {

/// What is kept of a rough run: its main directions, where its slices begin and end, and all its states where they are
/// asked for.
struct RoughRun {
  States directions;
  States boundaries;  ///< not finite where the solver has failed, or none
  States states;
};

/// Runs of the draws by an L-stable method of order 2 with 4 steps in each of at least 64 intervals: where the states
/// of a family lie, for networks that learn from its equation. Independent pieces of `executor`; `StopRequested`.
std::vector<RoughRun> rough_runs(const CampaignConfig& config, const std::vector<Draw>& draws,
                                 const SettledSolvers& solvers, Index directions, bool with_states,
                                 SliceExecutor& executor);

/// What all states of so many runs take.
double rough_states_bytes(const Experiment& middle, std::size_t num_runs);

/// At most `most` directions of runs first … last − 1. Throws `UsageError` where none of them could be made.
States basis_of_runs(const CampaignConfig& config, const std::vector<RoughRun>& runs, std::size_t last, Index most);

/// The slices of runs `first` and on, in the way networks learn from fine ones.
OperatorSamples rough_slices(const CampaignConfig& config, const TrainedOperator& trained,
                             const std::vector<RoughRun>& runs, const std::vector<Draw>& draws, std::size_t first);

}  // namespace forerun
