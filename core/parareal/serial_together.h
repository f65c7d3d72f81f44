#pragma once

#include "core/execution/time_communicator.h"
#include "core/propagation/serial_fine.h"

namespace forerun {

/// The serial solution (serial_fine.h) by processes that share the grid, window by window as they share a run: each
/// steps through its own slices from where the one before has ended, and hands its last state on. The same bits.
///
/// `boundaries` has the states that this process holds (`held_boundaries`): O(d N / P) numbers. `seconds` is what all
/// processes have spent in their slices, added up: what one alone would take. A slice that cannot be crossed is
/// `failure` on all of them; a stop of one interrupts all. One process alone, or nullptr: `solve_serial`.
///
/// Cost beside the solves: d numbers from each process to the next; the solution takes as long as on one process.
/// Collective; on the thread that speaks with the others.
SerialSolution solve_serial_together(const TimeGrid& grid, const State& initial, const Propagator& fine,
                                     TimeCommunicator* communicator, Index num_windows = 1,
                                     const std::stop_token& stop = {}, const SliceLimit& limit = {});

}  // namespace forerun
