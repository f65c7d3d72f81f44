#include "solvers/equations/problem_registry.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "solvers/equations/problems/problems.h"
#include "solvers/equations/register_problem.h"
#include "solvers/external/external_problem.h"

namespace forerun {
namespace {

/// References to entries are given away, so nothing may be added once it is in use.
struct Registry {
  std::mutex mutex;
  bool is_in_use = false;
  std::vector<ProblemEntry> entries{allen_cahn_problem(),
                                    allen_cahn_2d_problem(),
                                    brusselator_problem(),
                                    brusselator_2d_problem(),
                                    brusselator_3d_problem(),
                                    burgers_problem(),
                                    dahlquist_problem(),
                                    diffusion_reaction_problem(),
                                    double_pendulum_problem(),
                                    equations_problem(),
                                    fitzhugh_nagumo_problem(),
                                    heat_problem(),
                                    heat_2d_problem(),
                                    hopf_problem(),
                                    interchange_problem(),
                                    lorenz_problem(),
                                    oregonator_problem(),
                                    robertson_problem(),
                                    rossler_problem(),
                                    shallow_water_problem(),
                                    transport_problem(),
                                    van_der_pol_problem(),
                                    wave_problem()};
};

Registry& registry() {
  static Registry the_one;
  return the_one;
}

bool may_be_registered_as(std::string_view text) {
  const auto may_stand = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), may_stand);
}

bool precedes(const ProblemEntry& a, const ProblemEntry& b) { return a.name < b.name; }

}  // namespace

const std::vector<ProblemEntry>& problem_registry() {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.is_in_use = true;
  return all.entries;
}

void register_problem(ProblemEntry entry) {
  const std::string problem = "problem '" + entry.name + "': ";
  if (!may_be_registered_as(entry.name)) {
    throw std::invalid_argument(problem + "must be called by lower-case letters, digits and _");
  }
  if (!entry.make) throw std::invalid_argument(problem + "must have a function that makes it");
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  if (all.is_in_use) throw std::logic_error(problem + "must be registered before the problems are first looked at");
  const auto place = std::lower_bound(all.entries.begin(), all.entries.end(), entry, precedes);
  const bool is_taken = place != all.entries.end() && place->name == entry.name;
  if (is_taken || entry.name == external_problem().name) {
    throw std::invalid_argument(problem + "must have another name, there is one of this name already");
  }
  all.entries.insert(place, std::move(entry));
}

const ProblemEntry& find_problem(const std::string& name) {
  const std::vector<ProblemEntry>& entries = problem_registry();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
  if (found != entries.end()) return *found;
  if (name == external_problem().name) return external_problem();
  std::vector<std::string> names;
  for (const ProblemEntry& entry : entries) names.push_back(entry.name);
  names.push_back(external_problem().name);
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
