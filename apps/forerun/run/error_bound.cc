#include "apps/forerun/run/error_bound.h"

namespace forerun {
namespace {

bool is_of_the_fine_solver(const SolverSpec& coarse, const SolverSpec& fine) {
  return !fine.external && !fine.is_of_variant() && !coarse.is_of_variant() && !fine.is_adaptive() &&
         coarse.options.text("modes_of") == fine.method && coarse.steps() == fine.steps();
}

}  // namespace

std::unique_ptr<SpectralBound> make_error_bound(const Experiment& experiment, const NamedChoice& corrector) {
  const auto* const coarse = dynamic_cast<const SpectralPropagator*>(experiment.coarse.get());
  const RunConfig& config = experiment.config;
  if (coarse == nullptr || corrector.name != "classic" || !experiment.cheaper_levels.empty() || config.windows > 1 ||
      experiment.num_processes > 1 || !is_of_the_fine_solver(config.coarse, config.fine)) {
    return nullptr;
  }
  return std::make_unique<SpectralBound>(*coarse, experiment.grid);
}

}  // namespace forerun
