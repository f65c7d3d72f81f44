#include "apps/forerun/run/coarse_stability.h"

#include <algorithm>

#include "apps/forerun/run/report.h"
#include "solvers/coarsening/problem_variant.h"
#include "solvers/integrators/stability.h"

namespace forerun {

std::optional<std::string> coarse_stability_warning(const Experiment& experiment, const RunRecord& record) {
  if (record.warnings.empty() || experiment.config.coarse.external) return std::nullopt;
  if (record.boundaries.cols() != experiment.num_slices() + 1) return std::nullopt;  // other processes have the rest
  const SolverSpec& coarse = experiment.config.coarse;
  Index needed = 0;
  const EquationOfSolver equation(*experiment.problem, coarse);
  for (const Index n : {Index{0}, experiment.num_slices() / 2, experiment.num_slices() - 1}) {
    const State state = equation.restricted(record.boundaries.col(n));
    const auto steps = stable_steps(equation.problem(), coarse.method, experiment.grid.slice(n), state);
    needed = std::max(needed, steps.value_or(0));
  }
  if (needed <= coarse.steps()) return std::nullopt;
  return "the coarse solver " + solver_text(coarse) + " is unstable here: " + std::to_string(needed) +
         " steps a slice or more";
}

}  // namespace forerun
