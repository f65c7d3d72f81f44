#pragma once

#include <spdlog/logger.h>

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/cli/machine_options.h"
#include "apps/forerun/plan/method_trial.h"
#include "apps/forerun/plan/serial_advice.h"
#include "apps/forerun/plan/trial.h"
#include "core/record/scaling_model.h"

namespace forerun {

struct PlanOptions {
  ScalingOptions scaling;
  std::optional<Index> processors;  ///< the machine to plan for; unset: one processor a slice
  std::optional<double>
      budget_seconds;  ///< of all trials, and of serial solvers again; unset: a fifth of serial fine, 2 s to 2 min
};

/// A trial with its run modelled on this machine and on the one planned for.
struct PlannedRun {
  Trial trial;
  ScalingPoint here;
  ScalingPoint there;
};

/// The solvers of a ladder, the top last, and the fine work of a run on it.
struct LadderAdvice {
  FineLevels levels;
  bool configured = false;  ///< as in the configuration; else recommended
  double effective_sweeps = 0.0;
  ScalingPoint here;
  ScalingPoint there;
};

struct PlanStudy {
  SolverProbe probe;
  SolverSpec stand_in;
  double budget_seconds = 0.0;
  int threads_here = 1;
  PlanOptions options;
  std::vector<PlannedRun> runs;          ///< the configured settings first
  std::optional<std::size_t> best_here;  ///< no value: no trial was solved
  std::optional<std::size_t> best_there;
  std::optional<LadderAdvice> ladder;  ///< for the best run there; no value: levels would not help
  std::vector<MethodTrial> methods;    ///< other ones than Parareal, those that do not suit the problem among them
  std::optional<SerialAdvice> serial;  ///< no value: there was nothing to measure errors against
  bool interrupted = false;
};

/// Times the solvers, finds a cheap stand-in for F, and tries the configured slices and coarse steps, then others:
/// twice and half the coarse steps, twice and half the slices at the same step sizes; and other methods than Parareal.
/// Then, with as much time again, every serial integrator. `logger` is told what is tried.
PlanStudy make_plan_study(const ConfigDocument& document, const PlanOptions& options, const Console& console,
                          spdlog::logger& logger, std::stop_token stop);

/// Which level each sweep of a run on a ladder would be served by, from the increments of a run without one: level ℓ,
/// off from F by differences[ℓ] (zero at the top), sweeps until the increment is below max(differences[ℓ], tolerance),
/// at least once.
std::vector<std::size_t> expected_ladder_levels(const std::vector<double>& increments,
                                                const std::vector<double>& differences, double tolerance);

}  // namespace forerun
