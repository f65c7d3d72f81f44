#include "solvers/equations/problem_registry.h"

#include <algorithm>

#include "solvers/equations/problems/problems.h"

namespace forerun {

const std::vector<ProblemEntry>& problem_registry() {
  static const std::vector<ProblemEntry> entries{brusselator_problem(),
                                                 burgers_problem(),
                                                 dahlquist_problem(),
                                                 diffusion_reaction_problem(),
                                                 double_pendulum_problem(),
                                                 equations_problem(),
                                                 fitzhugh_nagumo_problem(),
                                                 heat_problem(),
                                                 hopf_problem(),
                                                 lorenz_problem(),
                                                 rossler_problem(),
                                                 shallow_water_problem(),
                                                 transport_problem(),
                                                 wave_problem()};
  return entries;
}

const ProblemEntry& find_problem(const std::string& name) {
  const std::vector<ProblemEntry>& entries = problem_registry();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
  if (found != entries.end()) return *found;
  std::vector<std::string> names;
  for (const ProblemEntry& entry : entries) names.push_back(entry.name);
  throw ParameterError("name", "unknown problem '" + name + "': " + suggestion(name, names));
}

std::string equation_text(const ProblemEntry& entry, const Parameters& parameters) {
  return entry.open ? entry.open->equation(parameters) : entry.equation;
}

std::string problem_identity(const ProblemEntry& entry, const Parameters& parameters) {
  return entry.open ? entry.name + ": " + entry.open->equation(parameters) : entry.name;
}

const ProblemEntry& find_identified_problem(const std::string& identity) {
  return find_problem(identity.substr(0, identity.find(':')));
}

}  // namespace forerun
