#include "core/parareal/parareal_options.h"

#include <cmath>

#include "core/base/require_option.h"

namespace forerun {
void PararealOptions::validate(Index dimension) const {
  require_option(std::isfinite(tolerance) && tolerance >= 0.0, "tolerance", tolerance, "a finite number ≥ 0");
  require_option(std::isfinite(absolute_tolerance) && absolute_tolerance >= 0.0, "absolute_tolerance",
                 absolute_tolerance, "a finite number ≥ 0");
  require_option(absolute_tolerance == 0.0 || tolerance > 0.0, "absolute_tolerance", absolute_tolerance,
                 "0 where tolerance is 0: then every slice is made exact");
  require_option(absolute_tolerance == 0.0 || std::isfinite(absolute_tolerance / tolerance), "absolute_tolerance",
                 absolute_tolerance, "a number that tolerance divides without overflow");
  require_option(std::isfinite(jump_tolerance) && jump_tolerance >= 0.0, "jump_tolerance", jump_tolerance,
                 "a finite number ≥ 0");
  require_option(std::isfinite(error_safety) && error_safety >= 1.0, "error_safety", error_safety,
                 "a finite number ≥ 1");
  require_option(std::isfinite(level_factor) && level_factor > 0.0, "level_factor", level_factor,
                 "a finite number > 0");
  require_option(max_iterations >= 0, "max_iterations", static_cast<double>(max_iterations), "an integer ≥ 0");
  require_option(max_seconds > 0.0, "max_seconds", max_seconds, "a number > 0");
  require_option(slice_limit.seconds > 0.0, "slice_timeout", slice_limit.seconds, "a number > 0");
  require_option(std::isfinite(state_margin) && state_margin >= 0.0, "state_margin", state_margin,
                 "a finite number ≥ 0");
  require_option(bounds.lower.size() == bounds.upper.size(), "bounds", static_cast<double>(bounds.lower.size()),
                 "as many lower as upper bounds");
  require_option(bounds.lower.size() == 0 || bounds.lower.size() == dimension, "bounds",
                 static_cast<double>(bounds.lower.size()), "one bound a state component");
}

std::vector<ParameterSpec> PararealOptions::parameter_specs() {
  const PararealOptions defaults;
  return {
      {.name = "tolerance",
       .default_value = defaults.tolerance,
       .description = "error wanted, relative to the scale of the states; 0: every slice exact",
       .minimum = 0.0},
      {.name = "absolute_tolerance",
       .default_value = defaults.absolute_tolerance,
       .description = "added to what the tolerance allows in each component, in the component's own unit",
       .minimum = 0.0},
      {.name = "norm",
       .default_value = std::string("max"),
       .description = "of states: the largest component, or the root mean square of all",
       .choices = {"max", "rms"}},
      {.name = "stopping",
       .default_value = std::string("estimate"),
       .description = "what is held against the tolerance: the estimated error, or increments alone as in the papers",
       .choices = {"estimate", "published"}},
      {.name = "error_safety",
       .default_value = defaults.error_safety,
       .description = "safety factor of the error estimate, at most: it follows what sweeps show",
       .minimum = 1.0},
      {.name = "level_factor",
       .default_value = defaults.level_factor,
       .description = "leave a fine level when the increment is below this times its difference to the next level",
       .minimum = 0.0,
       .minimum_allowed = false},
      {.name = "jump_tolerance",
       .default_value = defaults.jump_tolerance,
       .description =
           "ends when every jump is below this, too, unconfirmed where the estimated error is not; 0: not used",
       .minimum = 0.0},
      {.name = "max_iterations",
       .default_value = std::int64_t{defaults.max_iterations},
       .description = "iterations at most; 0: until every slice is exact",
       .minimum = 0.0,
       .maximum = 1e9},
      {.name = "max_seconds",
       .default_value = 1e9,
       .description = "wall-clock limit, looked at after each iteration",
       .minimum = 0.0,
       .minimum_allowed = false,
       .unit = "s"},
      {.name = "state_margin",
       .default_value = defaults.state_margin,
       .description = "predicted states may leave the box of fine states by this fraction of its widths",
       .minimum = 0.0},
  };
}

PararealOptions PararealOptions::from_parameters(const Parameters& parameters) {
  PararealOptions options;
  options.tolerance = parameters.number("tolerance");
  options.absolute_tolerance = parameters.number("absolute_tolerance");
  options.norm = StateNorm(parameters.text("norm") == "rms" ? NormKind::rms : NormKind::maximum);
  options.stopping = parameters.text("stopping") == "published" ? StoppingRule::published : StoppingRule::estimate;
  options.error_safety = parameters.number("error_safety");
  options.level_factor = parameters.number("level_factor");
  options.jump_tolerance = parameters.number("jump_tolerance");
  options.max_iterations = static_cast<Index>(parameters.integer("max_iterations"));
  options.max_seconds = parameters.number("max_seconds");
  options.state_margin = parameters.number("state_margin");
  return options;
}

}  // namespace forerun
