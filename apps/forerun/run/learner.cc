#include "apps/forerun/run/learner.h"

#include "learning/training/corrector_registry.h"

namespace forerun {

std::unique_ptr<HarvestingTrainer> make_learner(const NamedChoice& corrector, const Experiment& experiment,
                                                std::shared_ptr<const LearnedModel> prior) {
  const CorrectorEntry& entry = find_corrector(corrector.name);
  if (!entry.make) return nullptr;
  const CorrectorContext context{experiment.bounds, experiment.config.seed};
  CorrectorFactory factory = [&entry, context, parameters = corrector.parameters] {
    return entry.make(parameters, context);
  };
  return std::make_unique<HarvestingTrainer>(std::move(factory), experiment.signature, std::move(prior));
}

}  // namespace forerun
