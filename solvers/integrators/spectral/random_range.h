#pragma once

#include "core/propagation/propagator.h"

namespace forerun {

// What randomised decompositions of a slice's map are made of (N. Halko, P. G. Martinsson, J. A. Tropp, SIAM Review 53
// (2011), 217–288). Deterministic and thread-safe.

/// The ends of one slice from these states, d × n, as a block. Throws what the propagator throws.
States across(const Propagator& propagator, const Slice& slice, const States& in);

/// An orthonormal basis of the columns, n ≤ d, by Householder reflections: 4 d n² flops.
States basis_of(const States& columns);

/// d × n numbers, uniform in [−1, 1), the same at every call.
States drawn_columns(Index dimension, Index count);

}  // namespace forerun
