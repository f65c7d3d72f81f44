#include "apps/forerun/run/pfasst_run.h"

#include <cmath>
#include <memory>
#include <vector>

#include "apps/forerun/cli/usage_error.h"
#include "core/base/number_text.h"
#include "core/parareal/parareal_memory.h"
#include "core/pfasst/pfasst.h"
#include "solvers/integrators/sdc/sdc_levels.h"

namespace forerun {
namespace {

/// Those that [fine] and [coarse] say, and what follows from them.
std::vector<SdcLevels::Level> levels_of(const Experiment& experiment) {
  const PfasstSettings& settings = experiment.pfasst;
  std::vector<SdcLevels::Level> levels{{experiment.config.fine, settings.sweeps}};
  for (Index l = 1; l < settings.levels; ++l) {
    SolverSpec solver = experiment.config.coarse;
    if (l > 1) {
      const SolverSpec& above = levels.back().solver;
      solver.options.set("nodes", (above.options.integer("nodes") + 1) / 2);
      solver.options.set("coarsening", std::int64_t{above.coarsening() * experiment.config.coarse.coarsening()});
    }
    levels.push_back({std::move(solver), settings.sweeps});
  }
  levels.back().sweeps = settings.levels > 1 ? settings.coarse_sweeps : settings.sweeps;
  return levels;
}

/// The experiment's problem, which outlives what is made of it.
std::shared_ptr<const OdeProblem> lent_problem(const Experiment& experiment) {
  return {std::shared_ptr<const OdeProblem>(), experiment.problem.get()};
}

[[noreturn]] void refuse_setting(const ConfigDocument& document, const std::string& section, const std::string& key,
                                 const std::string& sentence) {
  throw UsageError(place_of(document, section, key) + ": [" + section + "] " + sentence);
}

void require_one_step(const ConfigDocument& document, const std::string& section, const SolverSpec& solver) {
  if (solver.external || !is_sdc(solver)) {
    refuse_setting(document, section, "method",
                   "method = \"" + solver.method + "\": must be sdc_explicit, sdc_implicit or sdc_imex for pfasst");
  }
  if (solver.steps() != 1) {
    refuse_setting(document, section, "steps",
                   "steps = " + std::to_string(solver.steps()) + ": must be 1 for pfasst, whose steps are the slices");
  }
  if (solver.options.text("quadrature") == "gauss") {
    refuse_setting(document, section, "quadrature",
                   "quadrature = \"gauss\": must be radau or lobatto for pfasst, with a node at the end of a step");
  }
}

}  // namespace

void require_pfasst_levels(const ConfigDocument& document, const Experiment& experiment) {
  const RunConfig& config = experiment.config;
  require_one_step(document, "fine", config.fine);
  if (config.slice_timeout > 0.0) {
    refuse_setting(document, "fine", "slice_timeout",
                   "slice_timeout: must be left out for pfasst, which sweeps all slices");
  }
  if (experiment.pfasst.levels > 1) require_one_step(document, "coarse", config.coarse);
  const std::vector<SdcLevels::Level> levels = levels_of(experiment);
  for (std::size_t l = 1; l < levels.size(); ++l) {
    const std::string section = l == 1 ? "coarse" : "method";
    try {
      SdcLevels(lent_problem(experiment), {levels[l - 1], levels[l]});
    } catch (const ParameterError& error) {
      const std::string level = l == 1 ? "" : "levels: level " + std::to_string(l + 1) + ": ";
      refuse_setting(document, section, l == 1 ? error.name() : "levels", level + error.what());
    }
  }
}

RunRecord run_pfasst(const Experiment& experiment, const PfasstOptions& options, const States* reference, SolveLog* log,
                     IterationObserver* observer) {
  const SdcLevels levels(lent_problem(experiment), levels_of(experiment));
  const double sweeps_of_serial_steps = static_cast<double>(experiment.config.fine.options.integer("sweeps"));
  return solve_pfasst(
      {experiment.grid, experiment.initial, levels.levels(), reference, 1.0 / sweeps_of_serial_steps, log}, options,
      *experiment.executor, observer);
}

std::string pfasst_text(const Experiment& experiment) {
  std::string nodes;
  for (const SdcLevels::Level& level : levels_of(experiment)) {
    nodes += (nodes.empty() ? "" : ", ") + std::to_string(level.solver.options.integer("nodes"));
    if (level.solver.coarsening() > 1) nodes += " (mesh / " + std::to_string(level.solver.coarsening()) + ")";
  }
  const PfasstSettings& settings = experiment.pfasst;
  return "levels of " + nodes + " nodes" + (settings.options.burn_in ? ", after burn-in" : "") + ", residual below " +
         shortest_text(settings.options.tolerance);
}

double pfasst_bytes(const Experiment& experiment) {
  const auto dimension = static_cast<double>(experiment.dimension());
  double states = 2.0;  // boundaries, and what steps end with
  for (const SdcLevels::Level& level : levels_of(experiment)) {
    const auto nodes = static_cast<double>(level.solver.options.integer("nodes"));
    const auto axes = static_cast<double>(experiment.problem->layout().axes.size());
    const double share = std::pow(static_cast<double>(level.solver.coarsening()), -axes);
    states += share * (1.0 + 6.0 * nodes);
  }
  return states * 8.0 * dimension * static_cast<double>(experiment.num_slices());
}

}  // namespace forerun
