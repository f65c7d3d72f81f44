#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Whether f(t, u) = A u + b(t) with a constant matrix A and a known Jacobian. Of equations that are written as text
/// that is seen from the text, in the time of making the problem; others say it of themselves and have a constant b.
bool is_linear_with_source(const OdeProblem& problem);

/// The homogeneous equation u' = A u of a problem u' = A u + b(t), A = ∂f/∂u (sparse), with every integrator that needs
/// no stiff part; and the one with Aᵀ. An integrator with equal steps carries a state across a slice by a matrix T, a
/// rational function of A that is evaluated step by step; on the second equation by Tᵀ.
///
/// Both evaluate a right-hand side in 2 · (entries of A) operations. Initial states are 0, bounds −1 and 1 or, of
/// `make_homogeneous`, those of the problem moved to 0. Throws std::invalid_argument unless
/// `is_linear_with_source`.
std::unique_ptr<OdeProblem> make_linear_part(const OdeProblem& problem);
std::unique_ptr<OdeProblem> make_homogeneous(const OdeProblem& problem);
std::unique_ptr<OdeProblem> make_transposed_linear_part(const OdeProblem& problem);

}  // namespace forerun
