#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/integrator_registry.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// The integrator "random_features": in each of its steps a physics-informed network of one random hidden layer
/// (core/features/feature_step.h) stands for the solution of u' = f(t, u). Only its readout is fitted, to the equation
/// itself: the residual at the points is orthogonal to the features,
///
///   y = Qᵀ f(t + hτ_i, u_0 + h S y)_i,
///
/// which is least squares where f does not depend on u. With it as fine solver on every slice Parareal is PPINN
/// (X. Meng, Z. Li, D. Zhang, G. E. Karniadakis, 2020), with the network's training replaced by a linear fit.
///
/// Newton's iteration with J at the step's beginning, in the modes of Qᵀ S: a complex system of a state's size for each
/// pair of modes, (1/(hλ) I − J) x = b. Where it does not converge in 50 iterations the step is refused with
/// `PropagationError`. Not of an order: what `neurons` cannot show, more of them or shorter steps can.
IntegratorEntry random_features_entry();

/// Throws `ParameterError` for an equation without a Jacobian.
std::unique_ptr<Propagator> make_random_features(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec);

}  // namespace forerun
