#pragma once

#include <stop_token>

#include "apps/forerun/campaign/operator_training.h"
#include "apps/forerun/run/experiment.h"

namespace forerun {

/// The runs of a campaign as far as a physics-informed network (learning/networks/physics_operator.h, physics_flow.h)
/// is made from them.
///
/// Its basis is had from rough runs of the draws, by an L-stable method of order 2 with 4 steps in each of at least 64
/// intervals; the network is fitted to the equation, projected on it, at parameters all over the box. The fine solver
/// is not asked. The rough runs of the last `held_out` part of the draws have no part in the basis: how well their
/// slices are predicted is the error. Executor, errors and determinism as `train_operator_for`.
///
/// Equations u' = A u + b have a network that is affine in the state. Others have one of features of the state
/// (physics_flow.h), fitted at states of the rough runs and beside them, at the runs' parameters and near them; where
/// it is off by a slice's change or more, it is refused with a `UsageError`.
OperatorTraining train_physics_operator_for(const CampaignConfig& config, const Experiment& middle,
                                            SliceExecutor& executor, const std::stop_token& stop);

}  // namespace forerun
