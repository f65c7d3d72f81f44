#include "apps/forerun/run/mgrit_run.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "apps/forerun/run/make_solver.h"
#include "core/base/number_text.h"
#include "core/mgrit/mgrit.h"
#include "core/parareal/parareal_memory.h"

namespace forerun {

RunRecord run_mgrit(const Experiment& experiment, const MgritOptions& options, const States* reference, SolveLog* log,
                    IterationObserver* observer) {
  MgritProblem problem{experiment.grid, experiment.initial, *experiment.fine, {experiment.coarse.get()}, reference};
  problem.log = log;
  std::vector<std::unique_ptr<Propagator>> of_coarser_grids;
  const RunConfig& config = experiment.config;
  const std::size_t num_grids = options.grid_sizes(experiment.num_slices()).size();
  // Programs that are not ours run once and serve all.
  while (!config.coarse.external && problem.coarse.size() + 1 < num_grids) {
    of_coarser_grids.push_back(
        make_solver(config.coarse, *experiment.problem, config.problem.parameters, experiment.executor->num_threads()));
    problem.coarse.push_back(of_coarser_grids.back().get());
  }
  return solve_mgrit(problem, options, *experiment.executor, observer);
}

std::string mgrit_text(const Experiment& experiment) {
  const MgritOptions& options = experiment.mgrit;
  std::string grids;
  for (const Index size : options.grid_sizes(experiment.num_slices())) {
    grids += (grids.empty() ? "" : ", ") + std::to_string(size);
  }
  return "coarsening " + std::to_string(options.coarsening) +
         (options.relaxation == Relaxation::f ? ", F-relaxation" : ", FCF-relaxation") +
         (options.cycle == MultigridCycle::v ? ", V-cycles" : ", F-cycles") +
         (options.full_multigrid ? " after full multigrid" : "") + ", grids of " + grids + " slices, residual below " +
         shortest_text(options.tolerance);
}

Index most_iterations(const MgritOptions& options, Index num_slices) {
  const Index length = options.coarsening * options.num_passes();
  const Index exact = (num_slices + length - 1) / length;
  return options.max_iterations > 0 ? std::min(options.max_iterations, exact) : exact;
}

double mgrit_bytes(const MgritOptions& options, Index dimension, Index num_slices) {
  double bytes = 0.0;
  for (const Index size : options.grid_sizes(num_slices)) {
    const double kept = bytes > 0.0 ? 3.0 : 1.0;  // coarser grids also have both parts of their equation
    bytes += kept * boundary_bytes(dimension, static_cast<double>(size));
  }
  return bytes;
}

}  // namespace forerun
