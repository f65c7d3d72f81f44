#pragma once

#include <vector>

#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/pfasst/pfasst_level.h"
#include "core/pfasst/pfasst_options.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"
#include "core/record/speedup_model.h"

namespace forerun {

/// What is solved: the collocation equations of one step a slice of `grid`, those of the finest level, from
/// `initial`. Holds references; the caller keeps them alive.
struct PfasstProblem {
  const TimeGrid& grid;
  const State& initial;
  /// The finest first; its states are the run's. All nodes have the end of a step.
  std::vector<PfasstLevel> levels;
  /// d × (N + 1) states that errors are measured against.
  const States* reference = nullptr;
  /// Work of sweeping one step once on the finest level, in that of the serial solver on a slice: for the record.
  double sweep_work = 1.0;
  /// Keeps what iterations come to, so that a run that was ended can go on (core/record/solve_log.h); may be nullptr.
  /// Of this problem alone, for its identity is the log's.
  SolveLog* log = nullptr;
};

/// PFASST, the parallel full approximation scheme in space and time: the collocation equations of N steps,
///
///   u_nm = U_n + h Σ_j Q_mj f(t_nj, u_nj),      U_{n+1} = u_nM,      n = 0 … N − 1,
///
/// by sweeps of spectral deferred corrections (core/sdc/sdc_step.h) on levels with fewer nodes, coarser meshes and
/// cheaper sweeps (core/pfasst/step_hierarchy.h). One iteration is, for each step,
///
///   1. down: from level to level, with a sweep on each between the finest and the coarsest;
///   2. coarsest: a sweep from what the step before has just ended with, one step after the other;
///   3. up: each level takes the correction of the one below and starts from what the step before had come to on its
///      way down, corrected likewise; it is swept.
///
/// Steps do 1 and 3 in parallel, and 3 as soon as 2 has passed. With one step it is multilevel SDC, with one level too
/// SDC; with one level and several steps, which then only pass on what they have, iterations are many.
///
/// The run begins with burn-in (pfasst_block.h), so that step n has been swept n + 1 times where that is cheap. It has
/// converged when the residual, the largest of the equations above, U_n being what step n − 1 has ended with, is below
/// `tolerance`: then states are those of the collocation solution but for the residuals that have gathered. In the
/// record `jump` is that residual, `increment` how far steps' ends moved, `converged_front` the leading steps whose
/// residual is below the tolerance. Errors are not estimated.
///
/// The record and the states do not depend on the number of threads, bit for bit (seconds excepted). Memory: about 6 M
/// states a step and level, M nodes.
///
/// A step that cannot be swept, or is not finite, ends the run: `termination` = propagator_failed. Throws
/// `ParameterError` / std::invalid_argument for bad options and levels that do not fit, before any work.
/// Sources: Emmett, Minion (2012), Comm. App. Math. Comp. Sci. 7, 105–132; Speck et al. (2015), BIT 55, 843–867.
RunRecord solve_pfasst(const PfasstProblem& problem, const PfasstOptions& options, SliceExecutor& executor,
                       IterationObserver* observer = nullptr);

/// Speed-up of a run with one processor a step, from its own measured times:
///
///   S = N · T_F / Σ_k (max_n T_n + T_coarsest),
///
/// T_F the mean seconds of a step by the serial solver, which are those of its sweeps on the finest level; T_n those of
/// step n's sweeps but for the coarsest level, whose sweeps go from step to step. Burn-in counts as an iteration more,
/// which it is not longer than there. 0 when the run took no measurable time.
ModelledSpeedup modelled_pfasst_speedup(const RunRecord& record, const PfasstOptions& options, Index num_steps);

}  // namespace forerun
