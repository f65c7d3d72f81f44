#pragma once

#include "core/base/state_norm.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/propagation/propagator.h"

namespace forerun {

/// Whether it matters when a slice is, as in forced problems: the coarse solver, started on slice n from a state that
/// it has crossed slice m ≠ n with before, gives something else,
///
///   ‖G_n(U[m]) − G_m(U[m])‖ > ‖F(U[m]) − G_m(U[m])‖ / 100,
///
/// for at least one of some pairs (m, n): near ones, which fast forcing tells apart, and far ones, for slow forcing.
/// What is small beside the discrepancy does not matter to those who learn that; rounding is, where slices are equally
/// long but for the last digit.
///
/// Column m of `states`, `fine` and `coarse`: U[m], F(U[m]), G_m(U[m]), of all slices of the grid. Cost: one coarse
/// solve for every fourth slice, but at most 8, in parallel. A solve that fails tells nothing. Deterministic, whatever
/// the threads; thread-safe.
bool depends_on_time(const Propagator& coarse_solver, const TimeGrid& grid, const StatesView& states,
                     const StatesView& fine, const StatesView& coarse, const StateNorm& norm, SliceExecutor& executor);

}  // namespace forerun
