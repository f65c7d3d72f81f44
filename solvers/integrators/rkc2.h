#pragma once

#include <memory>

#include "core/propagation/propagator.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// The Runge–Kutta–Chebyshev method of order 2: explicit, with as many stages as stability needs.
///
///   Y_0 = u,   Y_1 = Y_0 + μ̃_1 h F_0,
///   Y_j = (1 − μ_j − ν_j) Y_0 + μ_j Y_{j−1} + ν_j Y_{j−2} + μ̃_j h F_{j−1} + γ̃_j h F_0,   j = 2 … s,   u' = Y_s,
///
/// with coefficients from the Chebyshev polynomial T_s, damped by ε = 2/13. A step is stable while h ρ ≤ 0.65 (s² − 1),
/// ρ being the spectral radius of ∂f/∂u where its eigenvalues lie near the negative real axis: s grows with √(h ρ), so
/// diffusion is crossed in steps that explicit methods of few stages would need hρ / 2 of. Waves want short steps as
/// ever: the stability region is thin around the real axis.
/// Source: Sommeijer, Shampine, Verwer, RKC: an explicit solver for parabolic PDEs, J. Comput. Appl. Math. 88 (1998).
///
/// ρ is estimated at the beginning of each step (stability.h). Deterministic, thread-safe, re-entrant; no memory
/// of earlier slices. Work is known by crossing a slice only. Errors: `PropagationError` with the time at which the
/// state became non-finite, the stages more than 10⁵, or (with a tolerance) the steps too small.
///
/// `steps` of equal length.
std::unique_ptr<Propagator> make_rkc2(std::shared_ptr<const OdeProblem> problem, Index steps);

/// Steps that follow a tolerance: √(Σ_i (w_i e_i)² / d) ≤ tolerance with the weights of `AdaptiveRkPropagator` and
///
///   e = 0.8 (u − u') + 0.4 h (f(u) + f(u')).
std::unique_ptr<Propagator> make_adaptive_rkc2(std::shared_ptr<const OdeProblem> problem, double tolerance);

}  // namespace forerun
