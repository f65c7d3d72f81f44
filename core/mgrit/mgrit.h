#pragma once

#include <vector>

#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/mgrit/mgrit_options.h"
#include "core/propagation/propagator.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"

namespace forerun {

/// What is solved: u(t_0) = `initial`, carried over `grid` by `fine`. Holds references; the caller keeps them alive.
struct MgritProblem {
  const TimeGrid& grid;
  const State& initial;
  const Propagator& fine;
  /// coarse[l] crosses slices of grid l + 1, which are coarsening^(l + 1) times as long; the last serves those that
  /// follow, too. At least one.
  std::vector<const Propagator*> coarse;
  /// d × (N + 1) states that errors are measured against, e.g. the serial fine solution.
  const States* reference = nullptr;
  /// d × (N + 1) states to start from; nullptr: a serial solution on the coarsest grid.
  const States* guess = nullptr;
  /// As in `PararealProblem`: keeps what solvers compute, so that a run which was cut off can go on.
  SolveLog* log = nullptr;
};

/// Multigrid reduction in time: the equation u[n+1] = F(u[n]), n = 0 … N − 1, of a run's slices by a full approximation
/// scheme over grids of N, N/m, N/m², … slices. With C-points every m-th boundary, one iteration is
///
///   1. relax: from each C-point through its interval with F, in parallel; what an interval ends with is R. With
///      FCF-relaxation C-points take R and all is done once more.
///   2. residual: r_j = R_j − u_j at the C-points; it is zero elsewhere.
///   3. correct: the C-points are carried over to the next coarser grid, where v[j+1] = R_j + (Φ(v[j]) − Φ(u_j)) is
///      solved, Φ crossing m slices at once: by the same three steps, and on the coarsest grid one slice after the
///      other. C-points take what comes of it.
///
/// Facts that tests hold:
///  * Two grids and F-relaxation are classic Parareal over N/m slices, bit for bit.
///  * After k iterations k m slices are the serial fine solution bit for bit, 2 k m with FCF-relaxation, whatever the
///    coarse solvers are: all after N/m, N/(2m) iterations.
///  * The record and the states do not depend on the number of threads, bit for bit (seconds excepted).
///
/// Converged is a run whose residual, measured in step 2, is below `tolerance`, or where all is exact. C-points then
/// carry the correction that followed, F-points what the relaxation before it gave. In the record `jump` is that
/// residual, `increment` bounds how far C-points moved, errors are not estimated (infinite).
///
/// Cost of an iteration with f exact slices: N − f fine solves (FCF: about twice), an interval's one after the other;
/// on coarser grids 2 to 4 crossings a slice, (N − f)/m of them and fewer, m at a time in parallel. Memory: 1 + 3/(m −
/// 1) states a slice. A few nanoseconds a crossing beside the solvers'.
///
/// A fine solve that fails from a predicted start costs an iteration, from an exact one it is a result: `termination` =
/// propagator_failed, with slice and iteration. A coarse solver that fails costs what it would have given. Throws
/// `ParameterError` / std::invalid_argument for bad options and mismatched dimensions, before any work.
/// Sources: Falgout, Friedhoff, Kolev, MacLachlan, Schroder (2014); Brandt (1977) for the full approximation scheme.
RunRecord solve_mgrit(const MgritProblem& problem, const MgritOptions& options, SliceExecutor& executor,
                      IterationObserver* observer = nullptr);

}  // namespace forerun
