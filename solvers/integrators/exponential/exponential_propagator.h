#pragma once

#include <memory>

#include "core/propagation/propagator.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Crosses a slice of u' = A u + b exactly but for `tolerance`, the root mean square of the error in the state scaled
/// to [−1, 1] by the problem's bounds; by one of the forms of exponential_action.h, which is chosen with the matrix
/// when first needed. Slices of equal length (`resolved_length`) share what is made for it.
///
/// Deterministic, thread-safe, re-entrant. `propagate` throws `PropagationError` at the slice's begin where the
/// exponential says that it cannot be found. The constructor throws `ParameterError` ("method") unless the problem
/// `is_affine`.
std::unique_ptr<Propagator> make_exponential(std::shared_ptr<const OdeProblem> problem, double tolerance);

}  // namespace forerun
