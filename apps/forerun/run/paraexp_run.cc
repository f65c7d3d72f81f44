#include "apps/forerun/run/paraexp_run.h"

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "core/base/number_text.h"
#include "core/parareal/state_scale.h"
#include "solvers/equations/linear_part.h"

namespace forerun {

void require_linear_problem(const ConfigDocument& document, const Experiment& experiment) {
  const ParaexpSettings settings = paraexp_settings(experiment);
  try {
    settings.options.validate(experiment.num_slices());
  } catch (const ParameterError& error) {
    throw UsageError(place_of(document, "method", error.name()) + ": [method] " + error.what());
  }
  if (is_linear_with_source(*experiment.problem)) return;
  throw UsageError(place_of(document, "problem", "name") + ": [problem] name = \"" + experiment.problem->name() +
                   "\": must be linear but for a source, u' = A u + b(t), for paraexp");
}

RunRecord run_paraexp(const Experiment& experiment, const States* reference, SolveLog* log, const std::stop_token& stop,
                      const SliceLimit& limit, IterationObserver* observer) {
  ParaexpSettings settings = paraexp_settings(experiment);
  settings.options.stop = stop;
  settings.options.slice_limit = limit;
  if (reference) settings.options.norm = norm_of_states(scale_options(experiment.options), *reference);
  SolverSpec exponential("exponential");
  exponential.options.set("tolerance", settings.tolerance);
  const auto homogeneous = make_homogeneous(*experiment.problem)->make_propagator(exponential);
  return solve_paraexp({experiment.grid, experiment.initial, *experiment.fine, *homogeneous, reference, log},
                       settings.options, *experiment.executor, observer);
}

ParaexpSettings paraexp_settings(const Experiment& experiment) {
  return ParaexpSettings::from_parameters(method_choice(experiment.config, kParaexp).parameters);
}

std::string paraexp_text(const Experiment& experiment) {
  const ParaexpSettings settings = paraexp_settings(experiment);
  const Index parts = settings.options.num_parts(experiment.num_slices());
  return std::to_string(parts) + (parts == 1 ? " part" : " parts") + ", carried on by exponentials to " +
         shortest_text(settings.tolerance);
}

double paraexp_bytes(const Experiment& experiment) {
  const Index parts = paraexp_settings(experiment).options.num_parts(experiment.num_slices());
  const double states = (1.0 + 0.5 * static_cast<double>(parts)) * static_cast<double>(experiment.num_slices());
  return states * 8.0 * static_cast<double>(experiment.dimension());
}

}  // namespace forerun
