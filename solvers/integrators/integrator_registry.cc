#include <string>
#include <tuple>

#include "solvers/equations/problem_registry.h"
#include "solvers/integrators/butcher_tableau.h"

namespace forerun {
namespace {

template <class Tableau>
IntegratorEntry explicit_entry(Tableau) {
  return {std::string(Tableau::name), std::string(Tableau::description), Tableau::order,
          static_cast<int>(Tableau::num_stages)};
}

/// Its last stage is the next step's first.
IntegratorEntry adaptive_entry() {
  using Method = DormandPrince5;
  return {std::string(Method::name), std::string(Method::description), Method::order,
          static_cast<int>(Method::num_stages) - 1, true};
}

}  // namespace

const std::vector<IntegratorEntry>& integrator_registry() {
  static const std::vector<IntegratorEntry> entries = [] {
    std::vector<IntegratorEntry> all{{"backward_euler", "backward Euler, for linear equations", 1, 1},
                                     adaptive_entry()};
    std::apply([&](auto... tableau) { (all.push_back(explicit_entry(tableau)), ...); }, ExplicitTableaux());
    return all;
  }();
  return entries;
}

}  // namespace forerun
