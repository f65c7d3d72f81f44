#include "apps/forerun/run/coarse_stability.h"

#include <algorithm>

#include "apps/forerun/run/report.h"
#include "core/execution/held_boundaries.h"
#include "core/parareal/ended_together.h"
#include "solvers/coarsening/problem_variant.h"
#include "solvers/integrators/stability.h"

namespace forerun {
namespace {

/// Steps that the coarse solver needs in the slices behind those of the three states that are this process's own.
Index needed_steps(const Experiment& experiment, const States& boundaries, const TimeCommunicator* communicator) {
  const Index num_slices = experiment.num_slices(), num_windows = experiment.config.windows;
  if (boundaries.cols() != num_columns(held_boundaries(communicator, num_slices, num_windows))) return 0;
  const std::vector<ColumnBlock> own = own_boundaries(communicator, num_slices, num_windows);
  const SolverSpec& coarse = experiment.config.coarse;
  const EquationOfSolver equation(*experiment.problem, coarse);
  Index needed = 0;
  for (const Index n : {Index{0}, num_slices / 2, num_slices - 1}) {
    for (const ColumnBlock& block : own) {
      if (n < block.first || n >= block.first + block.count) continue;
      const State state = equation.restricted(boundaries.col(block.column + n - block.first));
      const auto steps = stable_steps(equation.problem(), coarse.method, experiment.grid.slice(n), state);
      needed = std::max(needed, steps.value_or(0));
    }
  }
  return needed;
}

}  // namespace

std::optional<std::string> coarse_stability_warning(const Experiment& experiment, const RunRecord& record,
                                                    TimeCommunicator* communicator) {
  if (record.warnings.empty() || experiment.config.coarse.external) return std::nullopt;
  auto needed = static_cast<double>(needed_steps(experiment, record.boundaries, communicator));
  if (communicator != nullptr) done_together(*communicator, [&] { communicator->maximize({&needed, 1}); });
  const SolverSpec& coarse = experiment.config.coarse;
  if (needed <= static_cast<double>(coarse.steps())) return std::nullopt;
  return "the coarse solver " + solver_text(coarse) +
         " is unstable here: " + std::to_string(static_cast<Index>(needed)) + " steps a slice or more";
}

}  // namespace forerun
