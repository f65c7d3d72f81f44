#pragma once

#include <memory>
#include <string>

#include "core/propagation/propagator.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Crosses a slice by `steps` equal steps of an implicit Runge–Kutta method (implicit/implicit_tableau.h):
/// "backward_euler", "crank_nicolson", "sdirk2", "radau2", "radau3", "lobatto2"; or of an IMEX method
/// (implicit/imex_tableau.h): "ars222", "ars343". In what follows the latter solve for the stiff part alone.
///
/// The stages' equations are solved by simplified Newton iteration, to 10⁻¹³ of the state's size in the root mean
/// square of the state scaled by the problem's `bounds`. Jacobian and factors serve as long as it converges well. Where
/// it does not converge, the Jacobian is taken anew at the step's begin, then at every iterate; where that does not
/// help either, `propagate` throws `PropagationError` with the time and number of the step, as it does for a singular
/// matrix and for a state that is not finite. u' = A u takes no iteration, nor does a stiff part with a constant
/// Jacobian: their factors are made once for each step length that occurs and serve all slices and threads
/// (factor_cache.h); lengths are taken as `resolved_length` has them.
///
/// Cost of a step: per iteration and stage an evaluation of f and a solution (linear/linear_solver.h), on occasion a
/// Jacobian and a factorisation. Pattern, order of elimination and memory are found when first needed and kept; nothing
/// is carried from slice to slice that could show in a result. Deterministic, thread-safe, re-entrant. Looks at
/// `StopScope` every iteration.
/// Throws `ParameterError` if steps < 1 or where the problem has no Jacobian (or stiff part), std::invalid_argument for
/// another method.
std::unique_ptr<Propagator> make_implicit_rk(std::shared_ptr<const OdeProblem> problem, const std::string& method,
                                             Index steps);

/// Crosses a slice by steps whose length follows a tolerance: "esdirk43" or "radau5". A step is accepted when the root
/// mean square of its estimated error, in the state scaled to [−1, 1] by `bounds`, is at most `tolerance`, as
/// `AdaptiveRkPropagator` has it; Newton's iteration is pursued to a part of that. Lengths by PI control ("esdirk43")
/// or by Gustafsson's prediction ("radau5"), kept where they would grow by less than a fifth, so that factors serve. A
/// step whose iteration does not converge is tried with a new Jacobian, then shorter.
///
/// Otherwise as above. `propagate` throws `PropagationError` when steps shrink below 10⁻¹³ of the slice.
/// Requires 0 < tolerance < 1, which `SolverSpec` sees to.
std::unique_ptr<Propagator> make_adaptive_implicit_rk(std::shared_ptr<const OdeProblem> problem,
                                                      const std::string& method, double tolerance);

}  // namespace forerun
