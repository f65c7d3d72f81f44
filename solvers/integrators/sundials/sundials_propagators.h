#pragma once

#include <memory>
#include <string>

#include "core/propagation/propagator.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Integrators of SUNDIALS (LLNL), where the build has found it:
///
///   "cvode_adams"   CVODE, Adams–Moulton of order 1–12, fixed-point iteration
///   "cvode_bdf"     CVODE, BDF of order 1–5, Newton
///   "arkode_erk"    ARKODE, explicit Runge–Kutta of a given order
///   "arkode_dirk"   ARKODE, diagonally implicit Runge–Kutta of a given order, Newton
///
/// Steps and orders are SUNDIALS' own choice: the root mean square of a step's estimated error in the scaled state is
/// at most `tolerance`, as for Forerun's own adaptive integrators. Newton's systems are solved by Forerun's linear
/// solvers with the equation's own Jacobian.
///
/// Each slice starts afresh, at low order: nothing of the slice before is used. Deterministic, thread-safe, re-entrant.
/// Errors: a right-hand side that is not finite makes the step shorter; `PropagationError` with time and SUNDIALS'
/// reason where the slice cannot be crossed. `StopScope` is looked at before each evaluation.
/// Source: A. C. Hindmarsh et al., SUNDIALS, ACM Trans. Math. Softw. 31 (2005), 363–396.
enum class SundialsMethod { cvode_adams, cvode_bdf, arkode_erk, arkode_dirk };

/// `order` is used by ARKODE only.
std::unique_ptr<Propagator> make_sundials_propagator(std::shared_ptr<const OdeProblem> problem, SundialsMethod method,
                                                     double tolerance, int order);

}  // namespace forerun
