#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "apps/forerun/config/config.h"
#include "apps/forerun/config/pfasst_settings.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/mgrit/mgrit_options.h"
#include "core/parareal/ladder_planner.h"
#include "core/parareal/parareal_options.h"
#include "core/propagation/fidelity_ladder.h"
#include "core/propagation/propagator.h"
#include "learning/training/learned_model.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// How the levels of the fine solver were chosen, where that was left to us.
struct PlannedLevels {
  LadderPlan plan;
  double seconds = 0.0;
};

/// Levels and coarse solver as another run of the same family has settled them.
struct SettledSolvers {
  FineLevels levels;
  SolverSpec coarse;
};

/// A configuration brought to life (levels chosen, coarse solver settled): all that a run needs, except for the
/// corrector.
struct Experiment {
  RunConfig config;
  std::unique_ptr<OdeProblem> problem;
  State initial;
  StateBounds bounds;
  TimeGrid grid;
  std::unique_ptr<Propagator> coarse;
  std::unique_ptr<Propagator> fine;                         ///< the top level
  std::vector<std::unique_ptr<Propagator>> cheaper_levels;  ///< below it, cheapest first
  std::optional<PlannedLevels> planned;
  PararealOptions options;
  MgritOptions mgrit;     ///< of a run by that method
  PfasstSettings pfasst;  ///< likewise
  std::optional<OutputPlan> output;
  std::unique_ptr<SliceExecutor> executor;
  int num_processes = 1;  ///< that share its runs
  ProblemSignature signature;

  Index dimension() const { return initial.size(); }
  FidelityLadder ladder() const;
  Index num_slices() const { return grid.num_slices(); }
  SettledSolvers solvers() const { return {config.fine_levels, config.coarse}; }
  /// Slices of a window; all of them where there is one.
  Index window_slices() const { return grid.num_slices() / config.windows; }
};

/// Throws `UsageError` with the place in the document for values that do not go together (an integrator the equation
/// does not offer, end ≤ begin, an initial state of another dimension, more memory than the machine has) and
/// `FileError` for the initial state's file. `settled` takes the place of what the document says of levels and coarse
/// solver. Of `num_processes` that are to share the runs each must have the memory for its part of the states alone.
Experiment make_experiment(const ConfigDocument& document, const std::optional<SettledSolvers>& settled = {},
                           int num_processes = 1);

/// Bytes that a checkpoint holds of each slice propagated, at most: a state.
double checkpoint_bytes_per_slice(Index dimension);

}  // namespace forerun
