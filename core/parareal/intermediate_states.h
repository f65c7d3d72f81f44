#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/base/column_block.h"
#include "core/base/state.h"
#include "core/execution/slice_executor.h"
#include "core/propagation/propagator.h"

namespace forerun {

/// The fine solver for a part of a slice that is `share` of its length, 0 < share ≤ 1: of equal accuracy, so with as
/// many steps as that part of a slice has. Asked on one thread, before any part is crossed; what it gives lives on.
using PartSolver = std::function<const Propagator&(double share)>;

/// The states that a time grid's boundaries leave out, and what they cost.
struct IntermediateStates {
  States states;  ///< column j at times[j]
  /// Where processes share the slices: those of the columns that this one has, in `states` from the left.
  std::vector<ColumnBlock> columns;
  double seconds = 0.0;      ///< wall clock
  double fine_passes = 0.0;  ///< the time crossed, relative to the whole interval
};

/// States of the fine solution at `times`, which grow and lie on the grid: at a boundary U[n] itself, within slice n
///
///   u(τ_1) = F_{t_n → τ_1}(U[n]),      u(τ_{i+1}) = F_{τ_i → τ_{i+1}}(u(τ_i)).
///
/// Only slices with times between their boundaries are crossed, in parallel, up to the last such time. Times within
/// rounding of a boundary are the boundary's. Of each state the `components` are kept, in their order; all of them
/// where the list is empty.
///
/// `boundaries` holds U[n] in column n, of a run that has converged; with `held`, those of these slices alone
/// (`held_boundaries`): then only times within them are looked after, and `fine_passes` is that of all. Results do not
/// depend on the number of threads. Memory: kept components × times, and a state for each slice under way. Throws
/// std::invalid_argument for times that do not grow or lie outside, `SliceError` where a part cannot be crossed,
/// `StopRequested`.
IntermediateStates intermediate_states(std::span<const double> times, const std::vector<Index>& components,
                                       const TimeGrid& grid, const States& boundaries, const PartSolver& solver,
                                       SliceExecutor& executor, std::span<const ColumnBlock> held = {});

}  // namespace forerun
