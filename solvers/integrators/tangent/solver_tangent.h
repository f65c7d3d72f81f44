#pragma once

#include <memory>

#include "core/propagation/propagator.h"
#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/tangent/linear_map.h"

namespace forerun {

/// The tangent of an explicit Runge–Kutta method with equal steps, by the method's own steps: with J_i = ∂f/∂u at stage
/// i of a step and V the columns,
///
///   K_i = J_i (V + h Σ_{j<i} a_ij K_j),   V ← V + h Σ_i b_i K_i,
///
/// and its transposed, by the steps backwards, Λ ← Λ + Σ_i M_i with M_i = J_iᵀ (h b_i Λ + h Σ_{j>i} a_ji M_j). Both are
/// exact but for rounding, as the Jacobian is. Memory: a state a step. nullptr where `spec` is no such method or the
/// problem has no Jacobian.
std::unique_ptr<SolverTangent> make_explicit_tangent(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec);

/// That of a solver with equal steps and no stiff part apart from the rest for an equation u' = A u + b(t), by the same
/// solver of u' = A u and of u' = Aᵀ u. Exact but for rounding. nullptr where it is none of those.
std::unique_ptr<SolverTangent> make_linear_tangent(const OdeProblem& problem, const SolverSpec& spec);

/// That of any solver, by differences
///
///   T v = (P(u + ε v) − P(u)) / ε,      ε = √noise · ‖u‖ / ‖v‖,
///
/// `noise` being what a solver's result is good to: exact to about √noise. Where the problem has a Jacobian the
/// transposed is known roughly, by four steps of backward Euler with it along the chord from u to P(u). `problem` may
/// be nullptr. Holds a reference to the solver.
std::unique_ptr<SolverTangent> make_difference_tangent(std::shared_ptr<const OdeProblem> problem,
                                                       const Propagator& solver, double noise);

/// The first of these that there is. `solver` is what `spec` stands for with the problem; a mesh or parameters of its
/// own are seen from outside.
std::unique_ptr<SolverTangent> make_solver_tangent(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec,
                                                   const Propagator& solver);

}  // namespace forerun
