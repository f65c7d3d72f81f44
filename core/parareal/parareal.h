#pragma once

#include <memory>

#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"
#include "core/parareal/coarse_sweep.h"
#include "core/parareal/coarse_trainer.h"
#include "core/parareal/parareal_options.h"
#include "core/propagation/fidelity_ladder.h"
#include "core/propagation/propagator.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"

namespace forerun {

/// What is solved: u(t_0) = `initial`, carried over `grid` by `fine`, with `coarse` running ahead.
/// Holds references; the caller keeps them alive.
struct PararealProblem {
  const TimeGrid& grid;
  const State& initial;
  const Propagator& coarse;
  FidelityLadder fine;  ///< a `Propagator` is a ladder of one level
  /// Learns a correction of `coarse`; nullptr is classic Parareal.
  CoarseTrainer* trainer = nullptr;
  /// d × (N + 1) states that errors are measured against, e.g. the serial fine solution; where processes share the run,
  /// those at the boundaries of its own slices (`held_boundaries`).
  const States* reference = nullptr;
  /// Puts predicted states back where the fine solver accepts them, if need be.
  StateProjection projection = {};
  /// Keeps what the solvers compute, and answers in their place where it knows the answer: a run with the log of one
  /// that was cut off goes on with it and ends as that would have, bit for bit; `max_seconds` counts both. nullptr:
  /// nothing is kept. The log is of this run alone.
  SolveLog* log = nullptr;
  /// Of the run that this one is a part of: iterations are numbered on from there.
  Index iterations_before = 0;
  /// The processes that share the run, all of which solve this same problem. nullptr: this one alone.
  TimeCommunicator* communicator = nullptr;
};

/// Throws std::invalid_argument where the problem's parts do not fit each other.
void check_problem(const PararealProblem& problem);

/// Parareal with a learned coarse solver. With G_k = G + m_k, m_k fitted to every pair (u, F(u) − G(u)) seen so far,
/// iteration k + 1 is
///
///   U[n+1]' = F(U[n]) + (G_k(U[n]') − G_k(U[n])),      n = 0 … N−1,      U[0]' = initial,               (1)
///
/// all F(U[n]) in parallel on `executor`, the rest a serial sweep. m = 0 is classic Parareal.
///
///  * A fixed point of (1) satisfies U[n+1] = F(U[n]) whatever m is.
///  * After k iterations slices 0 … k−1 are the serial fine solution bit for bit (until a tolerance freezes slices),
///    because the bracket in (1) is exactly zero where U[n]' = U[n]; hence the order of the sum.
///  * With a ladder of fine solvers (`FidelityLadder`) the run starts on the cheapest and climbs; only the top level
///  can end it,
///    and what is said of F above holds of the top level, its iterations counted from the first there.
///  * The record and the states do not depend on the number of threads, bit for bit (seconds excepted).
///
/// With a `communicator` each process crosses and sweeps its own slices (`owned_slices`), beginning when their first
/// state arrives from the process before; all do the bookkeeping of the whole, so states and record are bit for bit
/// those of one process (seconds excepted). Each of P processes holds its share of the states, O(d N / P). With a
/// trainer each also holds those of the last sweep, and trains on all of them: 3 d N numbers an iteration reach every
/// process; else d a process, and some five a slice. Needs P ≤ N. What ends one process ends all: by the lowest slice
/// that cannot be crossed, as `interrupted` where one was told to stop, by an exception where one has thrown.
/// Blocks do not move: K iterations freeze K of N slices one by one, so K / 2N of the processes' time is lost, 3 % for
/// 4 iterations over 64 slices; all others are frozen at once.
///
/// Cost of an iteration with f frozen slices: N − f fine solves in parallel, N − f − 1 coarse solves and 2 (N − f − 1)
/// evaluations of m, half of them in parallel. Memory: 3 states a slice, 4 with a trainer.
/// No allocation per slice and iteration.
///
/// A fine solve that fails from a predicted start costs an iteration (`IterationRecord::num_uncrossed`); where serial
/// stepping succeeds, N iterations do. From an exact start it is a result: `termination` = propagator_failed with the
/// slice, the iteration and the last good iterate. A coarse solver, a correction or a trainer that throws costs what it
/// would have given. What the reader of the record should know is in `warnings`. Throws `ParameterError` /
/// std::invalid_argument for bad options and mismatched dimensions, before any work. Sources: Maday, Mula (2020) for
/// the ladder; Lions, Maday, Turinici (2001); Gander, Vandewalle (2007); Gattiglio, Grigoryeva, Tamborrino (2024).
RunRecord solve_parareal(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
                         IterationObserver* observer = nullptr);

}  // namespace forerun
