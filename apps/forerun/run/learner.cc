#include "apps/forerun/run/learner.h"

#include "apps/forerun/cli/usage_error.h"
#include "learning/stencil/stencil_features.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/integrators/tangent/solver_tangent.h"
#include "solvers/integrators/tangent/tangent_modes.h"

namespace forerun {

void require_learner(const ConfigDocument& document, const NamedChoice& corrector, const OdeProblem& problem) {
  const CorrectorEntry& entry = find_corrector(corrector.name);
  if (!entry.needs_mesh) return;
  const auto refuse = [&](const char* key, const std::string& rule) {
    throw UsageError(place_of(document, "corrector", key) + ": [corrector] " + key + ": " + rule);
  };
  const StateLayout layout = problem.layout();
  if (layout.axes.empty()) {
    refuse("name", "'" + corrector.name + "' must have an equation on a mesh, '" + problem.name() + "' is none");
  }
  const std::string& recipe = corrector.parameters.text("recipe");
  if (recipe == "auto") return;
  try {
    const auto fields = static_cast<Index>(layout.fields.size());
    const FieldScale scale{State::Zero(2 * fields), State::Ones(2 * fields)};  // and of increments
    const StencilFeatures features(layout, StencilRecipe::parse(recipe), scale, "tanh", 0);
  } catch (const std::invalid_argument& error) {
    refuse("recipe", std::string(error.what()) + "; an example is '" + StencilRecipe{}.text() + "'");
  }
}

namespace {

/// Of `steps` of the fine method in each slice; 0: of the fine solver itself.
std::shared_ptr<const TangentModesFinder> linearised(const Experiment& experiment, Index steps) {
  const RunConfig& config = experiment.config;
  const std::shared_ptr<const OdeProblem> problem = find_problem(config.problem.name).make(config.problem.parameters);
  SolverSpec fine = config.fine;
  std::shared_ptr<const Propagator> own;
  if (steps > 0 && !fine.external && !fine.is_adaptive()) {
    fine.refine_to(std::int64_t{steps});
    own = problem->make_propagator(fine);
  }
  const Propagator& solver = own ? *own : *experiment.fine;
  return std::make_shared<const TwoTangents>(make_solver_tangent(problem, fine, solver),
                                             make_solver_tangent(problem, config.coarse, *experiment.coarse),
                                             *experiment.coarse, experiment.fine->work_per_slice(), own);
}

}  // namespace

CorrectorContext corrector_context(const Experiment& experiment) {
  const double work = experiment.fine->work_per_slice();
  const auto components = static_cast<double>(experiment.dimension()) * static_cast<double>(experiment.window_slices());
  return {experiment.bounds,
          experiment.config.seed,
          experiment.problem->layout(),
          work > 1.0 ? work * components : 0.0,
          components,
          [&experiment](Index steps) { return linearised(experiment, steps); }};
}

std::unique_ptr<HarvestingTrainer> make_learner(const NamedChoice& corrector, const Experiment& experiment,
                                                std::shared_ptr<const LearnedModel> prior) {
  const CorrectorEntry& entry = find_corrector(corrector.name);
  if (!entry.make) return nullptr;
  const CorrectorContext context = corrector_context(experiment);
  CorrectorFactory factory = [&entry, context, parameters = corrector.parameters] {
    return entry.make(parameters, context);
  };
  return std::make_unique<HarvestingTrainer>(std::move(factory), experiment.signature, std::move(prior));
}

}  // namespace forerun
