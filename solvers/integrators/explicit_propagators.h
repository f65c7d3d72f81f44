#pragma once

#include <memory>
#include <tuple>

#include "core/base/state_norm.h"
#include "solvers/equations/any_equation.h"
#include "solvers/integrators/adaptive_rk_propagator.h"
#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/rk_propagator.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// The explicit Runge–Kutta method that `spec` names, for an equation; nullptr if it names none. Compiles all of them.
template <class Equation>
std::unique_ptr<Propagator> compile_explicit_propagator(const Equation& equation, const StateBounds& bounds,
                                                        const SolverSpec& spec) {
  std::unique_ptr<Propagator> made;
  const auto make_if_meant = [&]<class Tableau>(Tableau) {
    if (spec.method == Tableau::name) made = std::make_unique<RkPropagator<Equation, Tableau>>(equation, spec.steps());
  };
  std::apply([&](auto... tableau) { (make_if_meant(tableau), ...); }, ExplicitTableaux());
  if (spec.method == DormandPrince5::name) {
    made = std::make_unique<AdaptiveRkPropagator<Equation, DormandPrince5>>(equation, bounds, spec.tolerance());
  }
  return made;
}

/// The same, compiled beforehand.
std::unique_ptr<Propagator> make_explicit_propagator(const AnyField& equation, const StateBounds& bounds,
                                                     const SolverSpec& spec);
std::unique_ptr<Propagator> make_explicit_propagator(const AnySystem& equation, const StateBounds& bounds,
                                                     const SolverSpec& spec);

}  // namespace forerun
