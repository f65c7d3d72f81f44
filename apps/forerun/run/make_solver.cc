#include "apps/forerun/run/make_solver.h"

#include <algorithm>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/operator_solver.h"
#include "core/base/number_text.h"
#include "solvers/external/external_propagator.h"
#include "solvers/integrators/networks/operator_entry.h"

namespace forerun {
namespace {

/// As it stands in a command: a string without quotes.
std::string plain_text(const ParameterValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  const auto* number = std::get_if<double>(&value);
  return text != nullptr ? *text : number != nullptr ? shortest_text(*number) : toml_text(value);
}

Placeholders placeholders(const Parameters& parameters) {
  Placeholders values;
  for (const ParameterSpec& spec : parameters.specs()) values[spec.name] = plain_text(parameters.value(spec.name));
  return values;
}

int most_processes(const RunConfig& config) {
  int most = config.coarse.external ? config.coarse.external->processes : 0;
  for (const SolverSpec& level : config.fine_levels.solvers) {
    if (level.external) most = std::max(most, level.external->processes);
  }
  return most;
}

void open(const ConfigDocument& document, const std::string& section, const Propagator& solver, bool is_level) {
  const auto* external = dynamic_cast<const ExternalPropagator*>(&solver);
  if (external == nullptr) return;
  try {
    external->open();
  } catch (const ParameterError& error) {
    throw UsageError(place_of(document, section, is_level ? "levels" : error.name()) + ": [" + section + "] " +
                     error.what());
  }
}

}  // namespace

std::unique_ptr<Propagator> make_solver(const SolverSpec& spec, const OdeProblem& problem, const Parameters& parameters,
                                        int callers) {
  if (spec.method == operator_entry().name) return make_operator_solver(spec, problem, parameters);
  if (!spec.external) return problem.make_propagator(spec);
  return make_external_propagator(
      *spec.external, {.dimension = problem.dimension(), .parameters = placeholders(parameters), .callers = callers});
}

std::unique_ptr<SliceExecutor> make_run_executor(const RunConfig& config) {
  const int wanted = most_processes(config);
  auto executor = config.threads == 1 ? make_serial_executor() : make_tbb_executor(config.threads);
  return wanted > executor->num_threads() ? make_tbb_executor(wanted) : std::move(executor);
}

void open_external_solvers(const ConfigDocument& document, const Experiment& experiment) {
  const bool is_ladder = experiment.config.fine_levels.is_ladder();
  for (const auto& level : experiment.cheaper_levels) open(document, "fine", *level, true);
  open(document, "fine", *experiment.fine, is_ladder);
  if (!experiment.config.coarse_is_cheapest_level) open(document, "coarse", *experiment.coarse, false);
}

}  // namespace forerun
