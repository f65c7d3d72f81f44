#pragma once

#include <stop_token>

#include "apps/forerun/campaign/operator_training.h"
#include "apps/forerun/run/experiment.h"

namespace forerun {

/// The runs of a campaign as far as a physics-informed network (learning/networks/physics_operator.h) is made from
/// them.
///
/// Its basis is had from rough runs of the draws, by an L-stable method of order 2 with 4 steps in each of at least 64
/// intervals; the network is fitted to the equation, projected on it, at parameters all over the box. The fine solver
/// is not asked. The rough runs of the last `held_out` part of the draws have no part in the basis: how well their
/// slices are predicted is the error. Executor, errors and determinism as `train_operator_for`. Equations are u' = A u
/// + b, which `read_campaign_config` sees to.
OperatorTraining train_physics_operator_for(const CampaignConfig& config, const Experiment& middle,
                                            SliceExecutor& executor, const std::stop_token& stop);

}  // namespace forerun
