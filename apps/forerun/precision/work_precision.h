#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/time_grid.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// A solver on the whole interval at once: what it costs, and how far its end is from the solution's.
struct PrecisionPoint {
  SolverSpec solver;
  double seconds = 0.0;
  double error = 0.0;  ///< in the scaled state
};

/// What serial solvers are measured on.
struct PrecisionTask {
  const OdeProblem& problem;
  Slice interval;
  State initial;
  State reference;  ///< the solution at the end
  StateNorm norm;
  double smallest_error = 1e-9;  ///< that anybody asks for
  double max_seconds = 10.0;     ///< of one solve, which is broken off then
};

/// The method with the tolerance or the steps that `precision_series` begins with: 10⁻², one.
SolverSpec loosest(const std::string& method);

/// The next version in the series of `solver`: a tolerance lower by about √10, or twice the steps. Nothing after the
/// last.
std::optional<SolverSpec> next_finer(const SolverSpec& solver);

/// `loosest` and finer and finer versions of it until errors are below the smallest asked for, the time for a solve is
/// up, or `is_beaten` says of the last point that nothing is to be hoped for (it may be asked more than once of a
/// point). Versions that fail, and those whose error is not finite, are left out. Tolerances fall by about √10 from
/// 10⁻²; steps double from one.
std::vector<PrecisionPoint> precision_series(const PrecisionTask& task, const SolverSpec& loosest,
                                             const std::function<bool(const PrecisionPoint&)>& is_beaten,
                                             const std::stop_token& stop);

/// The fastest point with an error of at most `error`.
const PrecisionPoint* fastest_within(const std::vector<PrecisionPoint>& points, double error);

/// The state at the end by `solver`; throws what the solver throws.
State solve_whole(const OdeProblem& problem, const SolverSpec& solver, const Slice& interval, const State& initial);

}  // namespace forerun
