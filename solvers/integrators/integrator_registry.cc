#include "solvers/integrators/integrator_registry.h"

#include <algorithm>
#include <tuple>

#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/exponential/exponential_propagator.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/integrators/implicit/implicit_rk.h"
#include "solvers/integrators/networks/operator_entry.h"
#include "solvers/integrators/networks/random_feature_propagator.h"
#include "solvers/integrators/rational/rational_propagator.h"
#include "solvers/integrators/reduced/reduced_propagator.h"
#include "solvers/integrators/rkc2.h"
#include "solvers/integrators/sdc/sdc_propagator.h"
#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/spectral/spectral_propagator.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

template <class Tableau>
IntegratorEntry explicit_entry(Tableau) {
  return {.name = std::string(Tableau::name),
          .description = std::string(Tableau::description),
          .order = Tableau::order,
          .stages = static_cast<int>(Tableau::num_stages),
          .keys = {steps_key()},
          .make = {}};
}

/// Its last stage is the next step's first.
IntegratorEntry dopri5_entry() {
  using Method = DormandPrince5;
  return {.name = std::string(Method::name),
          .description = std::string(Method::description),
          .order = Method::order,
          .stages = static_cast<int>(Method::num_stages) - 1,
          .adaptive = true,
          .error_order = Method::order,
          .keys = {tolerance_key()},
          .make = {}};
}

IntegratorEntry implicit_entry(const ImplicitMethod& method) {
  IntegratorEntry entry;
  entry.name = method.name;
  entry.description = method.description;
  entry.order = method.order;
  entry.stages = static_cast<int>(method.num_stages);
  entry.adaptive = method.is_adaptive();
  entry.error_order = method.error_order;
  entry.stability = method.is_l_stable ? Stability::l_stable : Stability::a_stable;
  entry.needs = method.is_imex() ? IntegratorNeeds::stiff_part : IntegratorNeeds::jacobian;
  entry.keys = {entry.adaptive ? tolerance_key() : steps_key()};
  entry.make = [](std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
    return spec.is_adaptive() ? make_adaptive_implicit_rk(std::move(problem), spec.method, spec.tolerance())
                              : make_implicit_rk(std::move(problem), spec.method, spec.steps());
  };
  return entry;
}

IntegratorEntry rkc2_entry() {
  return {.name = "rkc2",
          .description = "Runge-Kutta-Chebyshev method, stages by stiffness",
          .order = 2,
          .stages = 0,
          .stability = Stability::real_axis,
          .keys = {steps_key()},
          .make = [](std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
            return make_rkc2(std::move(problem), spec.steps());
          }};
}

IntegratorEntry adaptive_rkc2_entry() {
  return {.name = "rkc",
          .description = "Runge-Kutta-Chebyshev method, steps by a tolerance, stages by stiffness",
          .order = 2,
          .stages = 0,
          .adaptive = true,
          .error_order = 3,
          .stability = Stability::real_axis,
          .keys = {tolerance_key()},
          .make = [](std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
            return make_adaptive_rkc2(std::move(problem), spec.tolerance());
          }};
}

IntegratorEntry exponential_entry() {
  return {.name = "exponential",
          .description = "the exponential of the equation's matrix by Pade, Krylov or Chebyshev approximation",
          .order = 0,
          .stages = 0,
          .adaptive = true,
          .error_order = 8,  // errors fall faster than any power: this is what work goes with
          .stability = Stability::l_stable,
          .needs = IntegratorNeeds::linear,
          .keys = {tolerance_key()},
          .make = [](std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
            return make_exponential(std::move(problem), spec.tolerance());
          }};
}

}  // namespace

std::string to_string(IntegratorNeeds needs) {
  switch (needs) {
    case IntegratorNeeds::linear:
      return "a linear equation";
    case IntegratorNeeds::jacobian:
      return "a Jacobian";
    case IntegratorNeeds::stiff_part:
      return "a stiff part apart from the rest";
    case IntegratorNeeds::nothing:
      break;
  }
  return "nothing";
}

std::string to_string(Stability stability) {
  switch (stability) {
    case Stability::real_axis:
      return "stabilised along the negative real axis";
    case Stability::a_stable:
      return "A-stable";
    case Stability::l_stable:
      return "L-stable";
    case Stability::explicit_steps:
      break;
  }
  return "explicit";
}

ParameterSpec steps_key() {
  ParameterSpec spec{"steps", std::int64_t{1}, "steps of equal length per slice"};
  spec.minimum = 1;
  spec.maximum = 1e9;
  return spec;
}

ParameterSpec tolerance_key() {
  ParameterSpec spec{"tolerance", 1e-9, "of a step's error in the scaled state"};
  spec.minimum = 0.0;
  spec.minimum_allowed = false;
  spec.maximum = 0.999;
  return spec;
}

const std::vector<IntegratorEntry>& integrator_registry() {
  static const std::vector<IntegratorEntry> entries = [] {
    std::vector<IntegratorEntry> all{dopri5_entry()};
    std::apply([&](auto... tableau) { (all.push_back(explicit_entry(tableau)), ...); }, ExplicitTableaux());
    all.push_back(rkc2_entry());
    all.push_back(adaptive_rkc2_entry());
    for (const ImplicitMethod& method : implicit_methods()) all.push_back(implicit_entry(method));
    for (const ImplicitMethod& method : imex_methods()) all.push_back(implicit_entry(method));
    for (IntegratorEntry& entry : sdc_entries()) all.push_back(std::move(entry));
    all.push_back(exponential_entry());
    all.push_back(random_features_entry());
    all.push_back(optimised_entry());
    all.push_back(spectral_entry());
    all.push_back(pod_entry());
    all.push_back(pinn_entry());
    for (IntegratorEntry& entry : sundials_entries()) all.push_back(std::move(entry));
    return all;
  }();
  return entries;
}

const IntegratorEntry& find_integrator(const std::string& name) {
  const auto& all = integrator_registry();
  const auto found = std::find_if(all.begin(), all.end(), [&](const IntegratorEntry& e) { return e.name == name; });
  if (found != all.end()) return *found;
  for (const IntegratorEntry* entry : {&external_entry(), &operator_entry()}) {
    if (name == entry->name) return *entry;
  }
  std::vector<std::string> names;
  for (const IntegratorEntry& entry : all) names.push_back(entry.name);
  throw ParameterError("method", "method = \"" + name + "\": no such integrator, " + suggestion(name, names));
}

const IntegratorEntry& external_entry() {
  static const IntegratorEntry entry{.name = "external",
                                     .description = "a command, a worker or a library",
                                     .order = 0,
                                     .keys = {steps_key()},
                                     .make = {}};
  return entry;
}

}  // namespace forerun
