#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/state_norm.h"
#include "core/propagation/propagator.h"

namespace forerun {

/// Makes the fine solver with this many steps a slice.
using SteppedSolver = std::function<std::unique_ptr<Propagator>(Index steps)>;

/// A geometric family of step counts, cheapest first, and what was seen when it was chosen.
struct LadderPlan {
  std::vector<Index> steps;  ///< of each level; the last is the fine solver's own
  double difference = 0.0;   ///< of the cheapest level to one with twice its steps, on the slices sampled
  double rate = 0.0;         ///< by how much the difference falls when the steps double
  double work = 0.0;         ///< spent on choosing ÷ one full fine pass
};

/// Chooses the levels of a fidelity ladder for a solver with `top_steps` steps a slice:
///
///  * the cheapest is the least of 1, 2, 4, … steps that carries the initial state through the whole grid without
///    leaving the finite numbers and differs from twice its steps by at most 10⁻⁴ in the norm, away from the edge of
///    stability;
///  * one in between is where the measured rate puts the difference to the top below the tolerance: what is left for
///    the top level is one certifying pass; but at most a quarter of the top, unless that is less than twice the
///    cheapest. It is left out when it would cost more than a third of the top.
///
/// The cheapest level is a good coarse solver, too. Differences are measured on a few slices of the cheapest level's
/// own trajectory. Costs a few serial passes of cheap levels (`work`); deterministic. The plan is {top_steps} where no
/// level below half of it qualifies. Throws std::invalid_argument unless top_steps ≥ 1 and tolerance > 0,
/// `StopRequested` where a scope of the caller's asks (core/base/stop_scope.h).
LadderPlan plan_ladder(const SteppedSolver& solver, Index top_steps, const TimeGrid& grid, const State& initial,
                       const StateNorm& norm, double tolerance);

}  // namespace forerun
