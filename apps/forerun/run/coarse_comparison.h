#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/exit_status.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/solve_request.h"

namespace forerun {

/// A coarse strategy on a problem: its runs, or why there are none.
struct CoarseTrial {
  std::string strategy;
  std::string solver;           ///< "rk4 × 16"
  double set_up_seconds = 0.0;  ///< making its solver, and what that finds out when it first crosses a slice
  Comparison comparison;        ///< without a serial solution of its own
  std::vector<double> errors;   ///< of its runs, against serial fine
  std::string refusal;          ///< why it cannot be used here; empty where it can
};

/// The same problem and fine solver with several coarse solvers, each made by a strategy (coarse_strategy.h).
struct CoarseComparison {
  std::string heading;  ///< the problem, a line
  SerialSolution serial_fine;
  std::vector<CoarseTrial> trials;
  bool interrupted = false;
};

/// Tries `request.strategies`, each with `request.correctors` (none: classic and auto); serial fine is solved once.
/// [coarse] of the configuration applies to the strategy it names; the others follow from the fine solver alone. A
/// strategy that does not suit the problem is listed with the reason. Throws `UsageError` where none does.
CoarseComparison compare_coarse(const SolveRequest& request, const Console& console, spdlog::logger& logger,
                                std::stop_token stop);

/// Why a strategy cannot be used, without the place of the key: a command has set it, and it stands in no file.
std::string reason_of_refusal(const CoarseTrial& trial);

/// For people: a row a strategy and corrector, and below who was fastest.
std::string coarse_comparison_table(const CoarseComparison& comparison);
/// The same as JSON of schema "forerun.coarse/1"; ends with a newline.
std::string coarse_comparison_json(const CoarseComparison& comparison);

/// `forerun compare --coarse`. Throws as `solve` does.
ExitStatus solve_with_strategies(const SolveRequest& request, const Console& console);

}  // namespace forerun
