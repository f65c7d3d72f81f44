#pragma once

#include "core/base/state_norm.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/parareal/coarse_trainer.h"
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
/// The sweep's slices are the U[m]; those that are not true, and solves that fail, tell nothing. Cost: one coarse
/// solve for every fourth slice, but at most 8, in parallel. Of a sweep that processes share each tries its own slices,
/// and all know the answer. Deterministic, whatever the threads; thread-safe.
bool depends_on_time(const Propagator& coarse_solver, const TimeGrid& grid, const SweepData& sweep,
                     const StateNorm& norm, SliceExecutor& executor);

}  // namespace forerun
