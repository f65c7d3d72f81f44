#pragma once

#include <limits>
#include <stop_token>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state.h"
#include "core/base/state_norm.h"
#include "core/propagation/slice_watchdog.h"

namespace forerun {

/// What is done on a grid before the next coarser one is asked. C-points are those that the coarser grid has, too,
/// F-points the others.
enum class Relaxation {
  f,    ///< from each C-point through the F-points behind it
  fcf,  ///< that, to the next C-point, and once more
};

/// How often coarser grids are visited.
enum class MultigridCycle {
  v,  ///< each once on the way down and once on the way up
  f,  ///< on the way up, from each grid but the finest, one V-cycle more
};

/// How the residuals of the C-points become one number.
enum class ResidualNorm {
  maximum,  ///< max_j ‖r_j‖, in the norm of the states
  two,      ///< √(Σ_j Σ_i (w_i r_ji)²), w_i as in `StateNorm`: all components of all C-points, none averaged
};

struct MgritOptions {
  /// Slices of a grid that one of the next coarser grid spans: m.
  Index coarsening = 4;
  /// Grids at most, the finest included. Two with F-relaxation are Parareal.
  Index max_levels = 10;
  /// The coarsest grid has so many slices or more.
  Index min_coarse_slices = 2;
  Relaxation relaxation = Relaxation::fcf;
  MultigridCycle cycle = MultigridCycle::v;
  /// One V-cycle on each grid, on its own equation, on the way from the coarsest grid to the start.
  bool full_multigrid = false;
  /// Converged when the residual is below this. 0: iterate until every slice is exact.
  double tolerance = 5e-7;
  /// The tolerance is relative to the scale of the states (core/parareal/state_scale.h); false: in their own units.
  bool relative = true;
  ResidualNorm residual_norm = ResidualNorm::maximum;
  /// Iterations at most; 0: until every slice is exact.
  Index max_iterations = 0;
  /// Wall-clock limit, looked at after each iteration.
  double max_seconds = std::numeric_limits<double>::infinity();
  /// What residuals, increments and errors are measured in. Its scale is that of the equation's bounds; without one a
  /// relative tolerance follows the run's own states.
  StateNorm norm{};
  /// Ends the run as `interrupted` before the next interval, at once where a solver looks (`StopScope`).
  std::stop_token stop{};
  /// A fine solve that takes longer ends the run as `propagator_failed`.
  SliceLimit slice_limit{};

  /// Slices of each grid, the finest first, of a run of so many.
  std::vector<Index> grid_sizes(Index num_slices) const;
  /// Intervals that an iteration makes exact.
  Index num_passes() const { return relaxation == Relaxation::fcf ? 2 : 1; }

  /// Throws `ParameterError` naming the value and the rule.
  void validate(Index num_slices) const;

  /// The keys of a configuration's [method] section, but for its name, and the options they stand for.
  static std::vector<ParameterSpec> parameter_specs();
  static MgritOptions from_parameters(const Parameters& parameters);
};

}  // namespace forerun
