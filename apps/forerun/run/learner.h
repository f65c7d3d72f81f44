#pragma once

#include <memory>

#include "apps/forerun/run/experiment.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {

/// What correctors of this experiment are told; holds references to its solvers.
CorrectorContext corrector_context(const Experiment& experiment);

/// Throws `UsageError` with the place in the document where the problem does not offer this corrector, or its options
/// do not go together.
void require_learner(const ConfigDocument& document, const NamedChoice& corrector, const OdeProblem& problem);

/// The trainer that `corrector` stands for on this experiment, starting from `prior` where there is one; nullptr for
/// classic Parareal.
std::unique_ptr<HarvestingTrainer> make_learner(const NamedChoice& corrector, const Experiment& experiment,
                                                std::shared_ptr<const LearnedModel> prior = nullptr);

}  // namespace forerun
