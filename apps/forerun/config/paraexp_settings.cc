#include "apps/forerun/config/paraexp_settings.h"

namespace forerun {

std::vector<ParameterSpec> ParaexpSettings::parameter_specs() {
  const ParaexpSettings defaults;
  return {
      {.name = "parts",
       .default_value = std::int64_t{defaults.options.parts},
       .description = "of the grid that are solved side by side; 0: as many as slices, 16 at most",
       .minimum = 0.0,
       .maximum = 1e9},
      {.name = "tolerance",
       .default_value = defaults.tolerance,
       .description = "error of the exponential that carries on what a part ends with, a slice, in the scaled state",
       .minimum = 0.0,
       .maximum = 0.999,
       .minimum_allowed = false},
      {.name = "norm",
       .default_value = std::string("max"),
       .description = "of errors: the largest component, or the root mean square of all",
       .choices = {"max", "rms"}},
  };
}

ParaexpSettings ParaexpSettings::from_parameters(const Parameters& parameters) {
  ParaexpSettings settings;
  settings.options.parts = static_cast<Index>(parameters.integer("parts"));
  settings.options.norm = StateNorm(parameters.text("norm") == "rms" ? NormKind::rms : NormKind::maximum);
  settings.tolerance = parameters.number("tolerance");
  return settings;
}

}  // namespace forerun
