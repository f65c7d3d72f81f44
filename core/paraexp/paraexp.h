#pragma once

#include <stop_token>

#include "core/base/state_norm.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/propagation/propagator.h"
#include "core/propagation/slice_watchdog.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"
#include "core/record/speedup_model.h"

namespace forerun {

/// u' = A u + g(t), u(t_0) = `initial`. Holds references; the caller keeps them alive.
struct ParaexpProblem {
  const TimeGrid& grid;
  const State& initial;
  /// F: crosses a slice of the whole equation, source and all.
  const Propagator& forced;
  /// H: crosses a slice of u' = A u; linear in the state. Exact, or its error is part of the answer.
  const Propagator& homogeneous;
  /// d × (N + 1) states that errors are measured against.
  const States* reference = nullptr;
  /// As in `PararealProblem`: keeps what solvers compute, so that a run which was cut off can go on.
  SolveLog* log = nullptr;
};

struct ParaexpOptions {
  /// Parts of the grid that are solved side by side; 0: as many as slices, 16 at most.
  Index parts = 0;
  StateNorm norm{};          ///< of errors
  SliceLimit slice_limit{};  ///< of a crossing by F
  std::stop_token stop{};

  /// Throws `ParameterError` naming the value and the rule.
  void validate(Index num_slices) const;
  Index num_parts(Index num_slices) const;
};

/// ParaExp: a linear equation with a source, in one go. Part p of the grid, slices a … b − 1, is crossed by F from zero
/// (the first from `initial`), which gives v; what it ends with is then carried on by H to the end of the grid, w. As
/// the equation is linear,
///
///   U[n] = v_p[n] + Σ_{q < p} w_q[n],      n in part p,
///
/// and all parts are independent of each other; sums are made in the order of the parts. What is exact of F is exact
/// here: the difference to serial stepping is that of F to H on the homogeneous equation, of the order of F's own
/// error.
///
/// The record has one iteration. Cost on as many processors as parts: N/P fine solves and N − N/P crossings by H, one
/// after the other, which is why H is to be cheap. Memory: 1 + P/2 states a slice. The record and the states do not
/// depend on the number of threads, bit for bit (seconds excepted).
///
/// A solver that fails ends the run: `termination` = propagator_failed with the lowest slice of the lowest part. Throws
/// `ParameterError` / std::invalid_argument for bad options and mismatched dimensions, before any work.
/// Source: Gander, Güttel (2013), SIAM J. Sci. Comput. 35, C123–C142.
RunRecord solve_paraexp(const ParaexpProblem& problem, const ParaexpOptions& options, SliceExecutor& executor,
                        IterationObserver* observer = nullptr);

/// Speed-up of such a run with one processor a part, from its own measured times: all seconds of F ÷ (those of the
/// slowest part + those of the longest way by H), which need not be the same part's. 0 when it took no measurable time.
ModelledSpeedup modelled_paraexp_speedup(const RunRecord& record, Index num_parts);

}  // namespace forerun
