#pragma once

#include <memory>
#include <vector>

#include "core/propagation/propagator.h"
#include "solvers/linear/linear_form.h"

namespace forerun {

/// Backward Euler for u' = A u: each of `steps` equal steps of length h solves
///
///   (I − h A) u' = u.
///
/// The slice's length is taken as `resolved_length` has it, so that equal slices have equal steps although their
/// lengths differ in the last bits. The sparse matrix is factorised once for each step length that occurs, also where
/// several threads ask at once, and the factors serve every later step; the 64 used last are kept, more than a uniform
/// grid needs (factor_cache.h). Order 1, L-stable. Cost of a step: two triangular solves. Deterministic; thread-safe
/// and re-entrant: what is kept never changes a result. Errors: `propagate` throws `PropagationError` when I − hA is
/// singular or a step's result is non-finite. Here throws `ParameterError` if steps < 1.
std::unique_ptr<Propagator> make_backward_euler(Index dimension, const std::vector<MatrixEntry>& matrix, Index steps);

}  // namespace forerun
