#include <string>
#include <tuple>

#include "solvers/butcher_tableau.h"
#include "solvers/problem_registry.h"

namespace forerun {
namespace {

template <class Tableau>
IntegratorEntry explicit_entry(Tableau) {
  return {std::string(Tableau::name), std::string(Tableau::description), Tableau::order,
          static_cast<int>(Tableau::num_stages)};
}

}  // namespace

const std::vector<IntegratorEntry>& integrator_registry() {
  static const std::vector<IntegratorEntry> entries = [] {
    std::vector<IntegratorEntry> all{{"backward_euler", "backward Euler, for linear equations", 1, 1}};
    std::apply([&](auto... tableau) { (all.push_back(explicit_entry(tableau)), ...); }, ExplicitTableaux());
    return all;
  }();
  return entries;
}

}  // namespace forerun
