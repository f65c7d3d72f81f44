#include <algorithm>
#include <sstream>
#include <tuple>

#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/integrators/integrator_needs.h"
#include "solvers/integrators/reduced/reduced_propagator.h"

namespace forerun {
namespace {

/// Methods of equal steps that need no stiff part.
std::vector<std::string> rough_methods() {
  std::vector<std::string> names;
  std::apply([&](auto... tableau) { (names.emplace_back(decltype(tableau)::name), ...); }, ExplicitTableaux());
  for (const ImplicitMethod& method : implicit_methods()) {
    if (!method.is_adaptive()) names.emplace_back(method.name);
  }
  return names;
}

ParameterSpec integer_key(const char* name, std::int64_t value, const char* description, double least, double most) {
  ParameterSpec key{name, value, description};
  key.minimum = least;
  key.maximum = most;
  return key;
}

/// How a basis is had.
std::vector<ParameterSpec> basis_keys() {
  ParameterSpec method{"rough_method", std::string("sdirk2"),
                       "of the rough run whose states the basis is from; with pod of the reduced equation, too"};
  method.choices = rough_methods();
  ParameterSpec remainder{"remainder", std::string("auto"),
                          "what becomes of a state outside of the basis; auto: what is measured to be best"};
  remainder.choices = remainder_names();
  return {integer_key("basis_size", 32, "directions that are kept, at most", 1, 10000),
          method,
          integer_key("snapshots", 64, "intervals of the rough run, a state after each", 1, 100000),
          integer_key("snapshot_steps", 4, "steps of the rough run in each interval", 1, 1e9),
          {"snapshots_begin", 0.0, "where the rough run begins"},
          {"snapshots_end", 1.0, "where the rough run ends"},
          {"initial_from", std::string(), "file of the state that the rough run begins with; none: the problem's own"},
          {"snapshots_from", std::string(),
           "files of states in columns, separated by commas, that stand in for the rough run, like "
           "boundaries-classic.npy of an earlier run"},
          remainder};
}

std::vector<std::filesystem::path> listed_files(const std::string& text) {
  std::vector<std::filesystem::path> files;
  std::istringstream rest(text);
  for (std::string name; std::getline(rest, name, ',');) {
    const std::size_t first = name.find_first_not_of(' ');
    if (first != std::string::npos) files.emplace_back(name.substr(first, name.find_last_not_of(' ') - first + 1));
  }
  return files;
}

ReducedOptions basis_options(const SolverSpec& spec) {
  const Parameters& values = spec.options;
  ReducedOptions options;
  options.snapshots = {.solver = SolverSpec(values.text("rough_method"), values.integer("snapshot_steps")),
                       .begin = values.number("snapshots_begin"),
                       .end = values.number("snapshots_end"),
                       .intervals = static_cast<Index>(values.integer("snapshots")),
                       .initial_state = values.text("initial_from")};
  options.files = listed_files(values.text("snapshots_from"));
  options.basis_size = static_cast<Index>(values.integer("basis_size"));
  options.remainder = values.text("remainder");
  return options;
}

}  // namespace

IntegratorEntry pod_entry() {
  ParameterSpec steps = steps_key();
  steps.description = "of rough_method for the reduced equation, per slice";
  std::vector<ParameterSpec> keys{
      steps, integer_key("affine_steps", 0,
                         "the same where the equation is affine: one matrix then serves for all slices, and steps cost "
                         "nothing; 0: as many as `steps`",
                         0, 1e9)};
  for (ParameterSpec& key : basis_keys()) keys.push_back(std::move(key));
  return {.name = "pod",
          .description = "reduced model on the main directions of a rough run (POD, Galerkin, DEIM)",
          .order = 0,
          .stages = 0,
          .stability = Stability::a_stable,
          .needs = IntegratorNeeds::jacobian,
          .keys = keys,
          .make = make_pod};
}

std::unique_ptr<Propagator> make_pod(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
  require_needs(*problem, spec.entry());
  require_reducible(*problem);
  const std::string& method = spec.options.text("rough_method");
  const std::int64_t affine_steps = spec.options.integer("affine_steps");
  ReducedOptions options = basis_options(spec);
  options.solver = SolverSpec(method, spec.steps());
  options.affine_solver = SolverSpec(method, affine_steps > 0 ? affine_steps : std::int64_t{spec.steps()});
  return std::make_unique<ReducedPropagator>(std::move(problem), std::move(options));
}

IntegratorEntry pinn_entry() {
  ParameterSpec steps = steps_key();
  steps.description = "networks one after the other, per slice";
  std::vector<ParameterSpec> keys{
      steps, integer_key("neurons", 12, "of the hidden layer, beside a constant and a linear feature", 1, 100)};
  for (ParameterSpec& key : basis_keys()) keys.push_back(std::move(key));
  return {
      .name = "pinn",
      .description = "physics-informed network fitted once for all states of a reduced set, for equations u' = A u + b",
      .order = 0,
      .stages = 0,
      .stability = Stability::a_stable,
      .needs = IntegratorNeeds::linear,
      .keys = keys,
      .make = make_pinn};
}

std::unique_ptr<Propagator> make_pinn(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
  require_needs(*problem, spec.entry());
  ReducedOptions options = basis_options(spec);
  options.affine_solver = SolverSpec("random_features", spec.steps());
  options.affine_solver.options.set("neurons", spec.options.integer("neurons"));
  options.solver = options.affine_solver;
  return std::make_unique<ReducedPropagator>(std::move(problem), std::move(options));
}

}  // namespace forerun
