#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"

namespace forerun {

/// The homogeneous equation u' = A u of a problem u' = A u + b, A = ∂f/∂u (sparse), with every integrator that needs no
/// stiff part; and the one with Aᵀ. An integrator with equal steps carries a state across a slice by a matrix T, a
/// rational function of A that is evaluated step by step; on the second equation by Tᵀ.
///
/// Both evaluate a right-hand side in 2 · (entries of A) operations. Initial states are 0. Throws std::invalid_argument
/// unless `problem.is_affine()` with a Jacobian.
std::unique_ptr<OdeProblem> make_linear_part(const OdeProblem& problem);
std::unique_ptr<OdeProblem> make_transposed_linear_part(const OdeProblem& problem);

}  // namespace forerun
