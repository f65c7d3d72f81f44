#include "apps/forerun/config/pfasst_settings.h"

namespace forerun {

std::vector<ParameterSpec> PfasstSettings::parameter_specs() {
  const PfasstSettings defaults;
  const auto number_of = [](std::string name, Index value, double maximum, std::string description) {
    return ParameterSpec{.name = std::move(name),
                         .default_value = std::int64_t{value},
                         .description = std::move(description),
                         .minimum = 1.0,
                         .maximum = maximum};
  };
  std::vector<ParameterSpec> specs = PfasstOptions::parameter_specs();
  specs.push_back(number_of("levels", defaults.levels, 8.0,
                            "[fine], [coarse], and further ones with about half the nodes, each on a mesh as much "
                            "coarser again as that of [coarse]"));
  specs.push_back(
      number_of("sweeps", defaults.sweeps, 100.0, "of each level but the coarsest each time it is visited"));
  specs.push_back(number_of("coarse_sweeps", defaults.coarse_sweeps, 100.0, "of the coarsest level, likewise"));
  return specs;
}

PfasstSettings PfasstSettings::from_parameters(const Parameters& parameters) {
  PfasstSettings settings;
  settings.options = PfasstOptions::from_parameters(parameters);
  settings.levels = static_cast<Index>(parameters.integer("levels"));
  settings.sweeps = static_cast<Index>(parameters.integer("sweeps"));
  settings.coarse_sweeps = static_cast<Index>(parameters.integer("coarse_sweeps"));
  return settings;
}

}  // namespace forerun
