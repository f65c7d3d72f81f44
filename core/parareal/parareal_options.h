#pragma once

#include <limits>
#include <stop_token>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state.h"
#include "core/base/state_norm.h"
#include "core/propagation/slice_watchdog.h"

namespace forerun {

/// When a slice is taken for converged (always in a row from the exact front).
enum class StoppingRule {
  /// Its estimated error, grown to the end of the run (core/parareal/error_estimate.h), is below the tolerance, and so
  /// is that of every other slice: an amplification seen on a bad iterate proves nothing. So at least two iterations
  /// are made. Spares the last, confirming sweep where it is not needed, and goes on where small increments hide a
  /// large error.
  estimate,
  /// Its increment is below the tolerance: the rule that published counts stand on. It shows that little has changed,
  /// not that little is wrong: a run that ends so with an estimated error above the tolerance is
  /// `Termination::unconfirmed`, which is not convergence.
  published,
};

struct PararealOptions {
  /// What errors (or, by the published rule, increments) are to be below, relative to the scale of the states:
  /// core/parareal/state_scale.h. 0: iterate until every slice is exact.
  double tolerance = 5e-7;
  /// Added to what `tolerance` allows in each component, in the component's own unit. Needs a tolerance > 0.
  double absolute_tolerance = 0.0;
  StoppingRule stopping = StoppingRule::estimate;
  /// Largest safety factor of the error estimate.
  double error_safety = 20.0;
  /// A level of the fidelity ladder is left when the increment is below this many times its difference to the next.
  double level_factor = 1.0;
  /// Ends when every jump is below this, too (`stop_at_jump`); 0: not used.
  double jump_tolerance = 0.0;
  /// Iterations at most; 0: as many as slices, when every slice is exact.
  Index max_iterations = 0;
  /// Wall-clock limit, looked at after each iteration.
  double max_seconds = std::numeric_limits<double>::infinity();
  /// A predicted state that is non-finite or leaves the box of fine states seen so far, enlarged by this fraction of
  /// its widths on each side, is not used: classic, else the fine value, takes its place. Only where a correction
  /// serves.
  double state_margin = 0.2;
  /// What increments, jumps and errors are measured in. Its scale is that of the equation's bounds; without one the
  /// run's own states make it.
  StateNorm norm{};
  /// Range that sound states keep within, roughly; infinite where it is not known. A correction that serves the initial
  /// sweep must keep within it, enlarged likewise, else the bare coarse value is used. Empty: any finite state is
  /// accepted there.
  StateBounds bounds{};
  /// Ends the run as `interrupted` before the next slice, at once where a solver or a learner looks (`StopScope`).
  std::stop_token stop{};
  /// A fine solve that takes longer ends the run as `propagator_failed`.
  SliceLimit slice_limit{};

  /// Throws `ParameterError` naming the value and the rule; `dimension` is the problem's.
  void validate(Index dimension) const;

  /// The keys of a configuration's [parareal] section, and the options they stand for.
  static std::vector<ParameterSpec> parameter_specs();
  static PararealOptions from_parameters(const Parameters& parameters);
};

}  // namespace forerun
