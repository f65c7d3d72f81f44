#pragma once

#include <memory>

#include "apps/forerun/run/experiment.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {

/// The trainer that `corrector` stands for on this experiment, starting from `prior` where there is one; nullptr for
/// classic Parareal.
std::unique_ptr<HarvestingTrainer> make_learner(const NamedChoice& corrector, const Experiment& experiment,
                                                std::shared_ptr<const LearnedModel> prior = nullptr);

}  // namespace forerun
