#pragma once

#include <vector>

#include "apps/forerun/campaign/rough_runs.h"
#include "learning/networks/physics_flow.h"

namespace forerun {

/// What a network for an equation that is not linear (learning/networks/physics_flow.h) is fitted at.
///
/// Coordinates are the components of states of at most 16, else the main directions of the rough runs. Samples are
/// states of the first `learned` rough runs, most of them displaced at random by up to a tenth of what each coordinate
/// varies by, with the run's own parameters or others near them; so the equation is asked beside the runs, too. Rough
/// states say where the family lies and are nothing that the network is to reproduce.
struct FlowTask {
  FlowSamples samples;
  std::unique_ptr<const FlowEquations> equations;  ///< over the slice, whose length is 1
};

/// Throws `UsageError` where no rough run could be made and where a fit would take too much memory.
FlowTask flow_task(const CampaignConfig& config, const Experiment& middle, const TrainedOperator& trained,
                   const OperatorOptions& options, const std::vector<Draw>& draws, const std::vector<RoughRun>& runs,
                   std::size_t learned, SliceExecutor& executor);

}  // namespace forerun
