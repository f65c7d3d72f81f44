#include "core/pfasst/pfasst_options.h"

#include <cmath>

#include "core/base/require_option.h"

namespace forerun {

void PfasstOptions::validate() const {
  require_option(std::isfinite(tolerance) && tolerance > 0.0, "tolerance", tolerance, "a finite number > 0");
  require_option(max_iterations >= 1, "max_iterations", static_cast<double>(max_iterations), "an integer ≥ 1");
  require_option(max_seconds > 0.0, "max_seconds", max_seconds, "a number > 0");
}

std::vector<ParameterSpec> PfasstOptions::parameter_specs() {
  const PfasstOptions defaults;
  return {
      {.name = "burn_in",
       .default_value = defaults.burn_in,
       .description = "begin with the coarsest level swept from step to step"},
      {.name = "tolerance",
       .default_value = defaults.tolerance,
       .description = "what the residual of the collocation equations is to be below",
       .minimum = 0.0,
       .minimum_allowed = false},
      {.name = "relative",
       .default_value = defaults.relative,
       .description = "the tolerance is relative to the scale of the states, not in their units"},
      {.name = "norm",
       .default_value = std::string("max"),
       .description = "of states: the largest component, or the root mean square of all",
       .choices = {"max", "rms"}},
      {.name = "max_iterations",
       .default_value = std::int64_t{defaults.max_iterations},
       .description = "iterations at most",
       .minimum = 1.0,
       .maximum = 1e9},
      {.name = "max_seconds",
       .default_value = 1e9,
       .description = "wall-clock limit, looked at after each iteration",
       .minimum = 0.0,
       .minimum_allowed = false,
       .unit = "s"},
  };
}

PfasstOptions PfasstOptions::from_parameters(const Parameters& parameters) {
  PfasstOptions options;
  options.burn_in = parameters.flag("burn_in");
  options.tolerance = parameters.number("tolerance");
  options.relative = parameters.flag("relative");
  options.norm = StateNorm(parameters.text("norm") == "rms" ? NormKind::rms : NormKind::maximum);
  options.max_iterations = static_cast<Index>(parameters.integer("max_iterations"));
  options.max_seconds = parameters.number("max_seconds");
  return options;
}

}  // namespace forerun
