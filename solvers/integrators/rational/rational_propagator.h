#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/integrator_registry.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// The integrator "optimised": steps of u' = f(t, u) with J = ∂f/∂u by the rational function R that lets Parareal
/// contract fastest in front of a given fine solver (optimal_rational.h),
///
///   u' = u + h ψ(−hJ) f(t, u),      ψ(s) = (1 − R(s))/s = Σ_i c_i/(s − p_i),
///
/// which is R(−hJ) u where f = J u. One system a real pole, (−p_i/h) I − J, and a complex one a pair of them. Order 1,
/// L-stable. Of affine equations factors serve a whole run; of others J is made anew each step.
IntegratorEntry optimised_entry();

/// Throws `ParameterError`.
std::unique_ptr<Propagator> make_optimised(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec);

/// κ of the coarse solver that `spec` says in front of the fine one it says.
double optimised_contraction(const SolverSpec& spec);

}  // namespace forerun
