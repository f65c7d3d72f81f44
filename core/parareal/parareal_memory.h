#pragma once

#include "core/base/state.h"

namespace forerun {

/// Bytes that `solve_parareal` holds for a run of N slices at its peak, the grid included: boundaries, fine and coarse
/// values (and corrections, with a trainer), and some twenty numbers a slice of what is known about it. Without what
/// solvers and the trainer keep themselves.
double parareal_bytes(Index dimension, double num_slices, bool with_trainer);

/// Address space beside them, for a task a slice and its place in a queue. It becomes memory as far as slices are so
/// expensive that each is a task of its own.
double parareal_reserved_bytes(double num_slices);

/// Bytes of one state at each slice boundary, such as a reference.
double boundary_bytes(Index dimension, double num_slices);

}  // namespace forerun
