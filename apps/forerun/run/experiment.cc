#include "apps/forerun/run/experiment.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/method_run.h"
#include "apps/forerun/run/operator_solver.h"
#include "core/base/stopwatch.h"
#include "core/files/array_file.h"
#include "core/parareal/parareal_memory.h"
#include "core/parareal/state_scale.h"
#include "solvers/equations/equation.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

/// make(), its complaints with the place that caused them: the key that an error names, or else `key`.
template <typename Make>
auto made_at(const ConfigDocument& document, const std::string& section, const std::string& key, const Make& make) {
  try {
    return make();
  } catch (const ParameterError& error) {
    const bool is_there = document.find(section, error.name()) != nullptr;
    throw UsageError(place_of(document, section, is_there ? error.name() : key) + ": [" + section + "] " +
                     error.what());
  } catch (const std::invalid_argument& error) {
    throw UsageError(place_of(document, section, key) + ": [" + section + "] " + error.what());
  }
}

/// What is wrong with an equation whose parameters are extreme: something overflows. Empty: nothing.
std::string unsoundness(const OdeProblem& problem, bool uses_own_initial_state) {
  const StateBounds bounds = problem.bounds();
  const State scale = 2.0 / (bounds.upper - bounds.lower).array();
  if (!scale.allFinite() || (scale.array() <= 0.0).any()) return "the range of its states cannot be scaled to [-1, 1]";
  const bool is_finite = !uses_own_initial_state || problem.initial_state().allFinite();
  return is_finite ? "" : "its initial state is not finite";
}

/// A parameter may keep its rule and still be none that the equation can be computed with.
void require_sound_problem(const ConfigDocument& document, const RunConfig& config, const OdeProblem& problem) {
  const bool uses_own_initial_state = !config.has_own_initial_state();
  const std::string what = unsoundness(problem, uses_own_initial_state);
  if (what.empty()) return;
  const auto refuse = [&](const std::string& place, const std::string& value) {
    throw UsageError(place + ": [problem] " + value + ": must let '" + problem.name() + "' be computed, but " + what);
  };
  const auto is_sound = [&](const Parameters& others) {
    try {
      return unsoundness(*find_problem(problem.name()).make(others), uses_own_initial_state).empty();
    } catch (const std::invalid_argument&) {
      return false;  // an expression's default is none
    }
  };
  const Parameters& parameters = config.problem.parameters;
  for (const ParameterSpec& spec : parameters.specs()) {
    if (!parameters.is_set(spec.name)) continue;
    Parameters without = parameters;
    without.set(spec.name, spec.default_value);
    if (!is_sound(without)) continue;
    refuse(place_of(document, "problem", spec.name), spec.name + " = " + toml_text(parameters.value(spec.name)));
  }
  refuse(document.place_of_section("problem"), "its parameters together");
}

double begin_of(const RunConfig& config, const OdeProblem& problem) {
  return config.begin.value_or(problem.default_begin());
}

/// The configuration's state as it is, or the problem's own, which knows when time begins.
State initial_state(const ConfigDocument& document, const RunConfig& config, const OdeProblem& problem) {
  if (!config.has_own_initial_state()) return initial_state_at(problem, begin_of(config, problem));
  State state = config.initial_state ? read_state_file(*config.initial_state) : *config.initial_values;
  if (state.size() != problem.dimension()) {
    throw UsageError(place_of(document, "problem", "initial_state") + ": " +
                     (config.initial_state ? config.initial_state->string() : "[problem] initial_state") + " has " +
                     std::to_string(state.size()) + " values: must be " + std::to_string(problem.dimension()) +
                     ", the dimension of '" + problem.name() + "'");
  }
  return state;
}

double physical_memory() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void require_memory(const ConfigDocument& document, Index dimension, Index slices, int num_processes) {
  const double needed = parareal_bytes(dimension, static_cast<double>(slices) / num_processes, false);
  if (needed <= physical_memory()) return;
  throw UsageError(place_of(document, "time", "slices") + ": [time] slices = " + std::to_string(slices) +
                   ": the states alone would take " + format_bytes(needed) +
                   (num_processes > 1 ? " in each process" : "") + ", must fit into this machine's " +
                   format_bytes(physical_memory()));
}

std::optional<OutputPlan> output_plan(const ConfigDocument& document, const RunConfig& config, const TimeGrid& grid,
                                      const OdeProblem& problem, int num_processes) {
  if (!config.output) return std::nullopt;
  OutputPlan plan = make_output_plan(document, *config.output, grid, problem.layout());
  const double bytes = plan.bytes(problem.dimension()) / num_processes;
  if (bytes <= physical_memory()) return plan;
  throw UsageError(document.place_of_section("output") + ": [output] " + std::to_string(plan.times.size()) +
                   " states would take " + format_bytes(bytes) + ", must fit into this machine's " +
                   format_bytes(physical_memory()));
}

TimeGrid time_grid(const ConfigDocument& document, const RunConfig& config, const OdeProblem& problem) {
  if (config.boundaries) return TimeGrid(*config.boundaries);
  const double begin = begin_of(config, problem);
  if (!(config.end > begin)) {
    const std::string backwards =
        config.end < begin ? ". To go back in time, solve for v(s) = u(-s): v' = -f(-s, v)" : "";
    throw UsageError(place_of(document, "time", "end") + ": [time] end = " + toml_text(config.end) +
                     ": must be a number > begin = " + toml_text(begin) + backwards);
  }
  return made_at(document, "time", "slices", [&] { return TimeGrid(begin, config.end, config.slices); });
}

/// Where states may be, for learners, if nobody knows: as far to each side as the largest component at the beginning.
StateBounds bounds_around(const State& initial) {
  const double size = initial.cwiseAbs().maxCoeff();
  return uniform_bounds(initial.size(), size > 0.0 ? -size : -1.0, size > 0.0 ? size : 1.0);
}

/// Where nobody knows how large states are, the norm goes by those of the run.
PararealOptions parareal_options(const RunConfig& config, const OdeProblem& problem) {
  Parameters parameters = config.parareal;
  if (config.method.name != kParareal) {  // what is common to both is said once
    for (const char* key : kCommonKeys) {
      const bool is_there = has_key(config.method.parameters.specs(), key);
      if (is_there && !parameters.is_set(key)) parameters.set(key, config.method.parameters.value(key));
    }
  }
  PararealOptions options = PararealOptions::from_parameters(parameters);
  if (problem.has_bounds()) options.norm = StateNorm(problem.bounds(), options.norm.kind());
  options.bounds = problem.range();
  return options;
}

/// Tolerances in the states' own units take no scale.
MgritOptions mgrit_options(const RunConfig& config, const OdeProblem& problem) {
  MgritOptions options = MgritOptions::from_parameters(method_choice(config, kMgrit).parameters);
  if (options.relative && problem.has_bounds()) options.norm = StateNorm(problem.bounds(), options.norm.kind());
  if (config.slice_timeout > 0.0) options.slice_limit.seconds = config.slice_timeout;
  return options;
}

PfasstSettings pfasst_settings(const RunConfig& config, const OdeProblem& problem) {
  PfasstSettings settings = PfasstSettings::from_parameters(method_choice(config, kPfasst).parameters);
  PfasstOptions& options = settings.options;
  if (options.relative && problem.has_bounds()) options.norm = StateNorm(problem.bounds(), options.norm.kind());
  return settings;
}

/// What a tolerance or stability costs is known by crossing a slice.
bool work_is_measured(const SolverSpec& fine) { return fine.is_adaptive() || fine.entry().stages == 0; }

/// Settles `levels = "auto"` and a coarse solver that follows the ladder.
std::optional<PlannedLevels> choose_levels(RunConfig& config, const OdeProblem& problem, const TimeGrid& grid,
                                           const State& initial, const PararealOptions& options) {
  if (!config.fine_levels.automatic) return std::nullopt;
  const Stopwatch watch;
  const SteppedSolver solver = [&](Index steps) { return problem.make_propagator(with_fineness(config.fine, steps)); };
  const double tolerance = options.tolerance > 0.0 ? options.tolerance : std::numeric_limits<double>::epsilon();
  LadderPlan plan = plan_ladder(solver, fineness(config.fine), grid, initial,
                                StateScale(scale_options(options), initial).norm(), tolerance);
  config.fine_levels = {false, {}};
  for (const Index steps : plan.steps) config.fine_levels.solvers.push_back(with_fineness(config.fine, steps));
  if (config.coarse_is_cheapest_level) {
    // Where no level is good enough something runs ahead all the same: a run ends as serial stepping does.
    config.coarse = plan.steps.size() > 1 ? config.fine_levels.solvers.front() : rough_version(config.fine);
  }
  return PlannedLevels{std::move(plan), watch.seconds()};
}

/// Where a level states what it costs. Meshes and parameters of their own are more than a list of numbers can show.
void require_growing_work(const ConfigDocument& document, const RunConfig& config,
                          const std::vector<std::unique_ptr<Propagator>>& cheaper, const Propagator& fine) {
  if (work_is_measured(config.fine)) return;
  const auto& solvers = config.fine_levels.solvers;
  for (std::size_t i = 0; i < cheaper.size(); ++i) {
    const Propagator& next = i + 1 < cheaper.size() ? *cheaper[i + 1] : fine;
    if (next.work_per_slice() > cheaper[i]->work_per_slice()) continue;
    throw UsageError(place_of(document, "fine", "levels") + ": [fine] levels: " + to_text(solvers[i + 1]) +
                     ": must cost more than the level before it, " + to_text(solvers[i]));
  }
}

ProblemSignature signature(const RunConfig& config, const OdeProblem& problem, const TimeGrid& grid) {
  ProblemSignature signature;
  signature.problem = problem_identity(find_problem(config.problem.name), config.problem.parameters);
  for (const ParameterSpec& spec : config.problem.parameters.specs()) {
    signature.parameters[spec.name] = toml_text(config.problem.parameters.value(spec.name));
  }
  signature.dimension = problem.dimension();
  signature.slice_length = grid.slice_length();
  signature.coarse = to_text(config.coarse);
  signature.fine = to_text(config.fine);
  return signature;
}

}  // namespace

double checkpoint_bytes_per_slice(Index dimension) { return 8.0 * static_cast<double>(dimension); }

Experiment make_experiment(const ConfigDocument& document, const std::optional<SettledSolvers>& settled,
                           int num_processes) {
  RunConfig config = read_config(document);
  if (settled) {
    config.fine_levels = settled->levels;
    config.coarse = settled->coarse;
  }
  auto problem = made_at(document, "problem", "name",
                         [&] { return find_problem(config.problem.name).make(config.problem.parameters); });
  made_at(document, "problem", "name", [&] { require_sound_problem(document, config, *problem); });
  State initial = initial_state(document, config, *problem);
  require_memory(document, problem->dimension(), config.slices, num_processes);
  TimeGrid grid = time_grid(document, config, *problem);
  std::optional<OutputPlan> output = output_plan(document, config, grid, *problem, num_processes);
  StateBounds bounds = problem->has_bounds() ? problem->bounds() : bounds_around(initial);
  MgritOptions mgrit = mgrit_options(config, *problem);
  PfasstSettings pfasst = pfasst_settings(config, *problem);
  PararealOptions options = parareal_options(config, *problem);
  if (config.slice_timeout > 0.0) options.slice_limit.seconds = config.slice_timeout;
  try {
    options.validate(problem->dimension());  // what each key allows need not go together
  } catch (const ParameterError& error) {
    throw UsageError(place_of(document, "parareal", error.name()) + ": [parareal] " + error.what());
  }
  auto executor = make_run_executor(config);
  const auto make = [&](const SolverSpec& spec) {
    return make_solver(spec, *problem, config.problem.parameters, executor->num_threads());
  };
  auto fine = made_at(document, "fine", "method", [&] { return make(config.fine); });
  std::optional<PlannedLevels> planned = choose_levels(config, *problem, grid, initial, options);
  std::vector<std::unique_ptr<Propagator>> cheaper_levels;
  for (std::size_t i = 0; i + 1 < config.fine_levels.solvers.size(); ++i) {
    cheaper_levels.push_back(made_at(document, "fine", "levels", [&] { return make(config.fine_levels.solvers[i]); }));
    require_trained_slices(document, "fine", *cheaper_levels.back(), grid);
  }
  require_growing_work(document, config, cheaper_levels, *fine);
  auto coarse = made_at(document, "coarse", "method", [&] { return make(config.coarse); });
  if (!config.coarse_is_cheapest_level) require_trained_slices(document, "coarse", *coarse, grid);
  require_learner(document, config.corrector, *problem);
  ProblemSignature learned_on = signature(config, *problem, grid);
  Experiment experiment{.config = std::move(config),
                        .problem = std::move(problem),
                        .initial = std::move(initial),
                        .bounds = std::move(bounds),
                        .grid = std::move(grid),
                        .coarse = std::move(coarse),
                        .fine = std::move(fine),
                        .cheaper_levels = std::move(cheaper_levels),
                        .planned = std::move(planned),
                        .options = std::move(options),
                        .mgrit = std::move(mgrit),
                        .pfasst = std::move(pfasst),
                        .output = std::move(output),
                        .executor = std::move(executor),
                        .num_processes = num_processes,
                        .signature = std::move(learned_on)};
  const std::string& method = experiment.config.method.name;
  if (is_by_method(method)) require_suitable(document, experiment, method);
  return experiment;
}

FidelityLadder Experiment::ladder() const {
  std::vector<const Propagator*> levels;
  for (const auto& level : cheaper_levels) levels.push_back(level.get());
  levels.push_back(fine.get());
  if (work_is_measured(config.fine)) return FidelityLadder(std::move(levels), grid.slice(0), initial);
  return FidelityLadder(std::move(levels));
}

}  // namespace forerun
