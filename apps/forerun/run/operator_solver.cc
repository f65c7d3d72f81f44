#include "apps/forerun/run/operator_solver.h"

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "learning/networks/operator_propagator.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

constexpr double kSameSlope = 1e-9;  ///< relative to the largest component

[[noreturn]] void refuse(const std::string& file, const std::string& sentence) {
  throw ParameterError("file", "file = '" + file + "': " + sentence);
}

void require_equation(const std::string& file, const TrainedOperator& trained, const OdeProblem& problem,
                      const Parameters& parameters) {
  const std::string& learned = trained.family.common.problem;
  const auto other = [&](const std::string& reason) {
    refuse(file, "the network was trained for another equation, '" + learned + "': " + reason);
  };
  if (trained.probe.size() != problem.dimension()) {
    refuse(file, "the network was trained for states of " + std::to_string(trained.probe.size()) +
                     " components, not of " + std::to_string(problem.dimension()));
  }
  for (const std::string& name : trained.family.box.names) {
    if (!has_key(parameters.specs(), name)) other("this one has no parameter " + name);
  }
  const State slope = slope_at(*middle_of_box(problem, parameters, trained.family.box), trained.probe);
  const double size = trained.slope.cwiseAbs().maxCoeff();
  if ((slope - trained.slope).cwiseAbs().maxCoeff() <= kSameSlope * size) return;
  std::string differing;
  for (const auto& [name, value] : trained.family.common.parameters) {
    if (!has_key(parameters.specs(), name) || toml_text(parameters.value(name)) == value) continue;
    differing += (differing.empty() ? "" : ", ") + name + " was " + value;
  }
  other(differing.empty() ? "the right-hand side differs" : differing);
}

}  // namespace

std::unique_ptr<OdeProblem> problem_at(const OdeProblem& problem, const Parameters& parameters, const ParameterBox& box,
                                       const StateView& values) {
  Parameters changed = parameters;
  for (Index j = 0; j < box.size(); ++j) changed.set(box.names[static_cast<std::size_t>(j)], values[j]);
  return find_problem(problem.name()).make(changed);
}

std::unique_ptr<OdeProblem> middle_of_box(const OdeProblem& problem, const Parameters& parameters,
                                          const ParameterBox& box) {
  return problem_at(problem, parameters, box, 0.5 * (box.lower + box.upper));
}

State slope_at(const OdeProblem& problem, const StateView& probe) {
  State slope(problem.dimension());
  problem.evaluate(problem.default_begin(), probe, slope);
  return slope;
}

std::unique_ptr<Propagator> make_operator_solver(const SolverSpec& spec, const OdeProblem& problem,
                                                 const Parameters& parameters) {
  const std::string& file = spec.options.text("file");
  const TrainedOperator trained = read_operator_file(file);
  require_equation(file, trained, problem, parameters);
  const ParameterBox& box = trained.family.box;
  State values(box.size());
  for (Index j = 0; j < box.size(); ++j) values[j] = parameters.number(box.names[static_cast<std::size_t>(j)]);
  try {
    return std::make_unique<OperatorPropagator>(trained.network, trained.inputs(values),
                                                trained.family.common.slice_length, spec.steps());
  } catch (const std::invalid_argument& error) {
    refuse(file, error.what());
  }
}

void require_trained_slices(const ConfigDocument& document, const std::string& section, const Propagator& solver,
                            const TimeGrid& grid) {
  const auto* network = dynamic_cast<const OperatorPropagator*>(&solver);
  if (network == nullptr) return;
  for (Index n = 0; n < grid.num_slices(); ++n) {
    const std::string reason = network->defect(grid.slice(n));
    if (reason.empty()) continue;
    const std::string key = section == "coarse" ? "file" : "levels";
    throw UsageError(place_of(document, section, key) + ": [" + section + "] " + key + ": slice " + std::to_string(n) +
                     " cannot be crossed: " + reason);
  }
}

}  // namespace forerun
