#include "core/mgrit/mgrit_options.h"

#include <algorithm>
#include <cmath>

#include "core/base/require_option.h"

namespace forerun {
std::vector<Index> MgritOptions::grid_sizes(Index num_slices) const {
  std::vector<Index> sizes;
  for (Index size = num_slices; sizes.empty() || size >= min_coarse_slices; size /= coarsening) {
    if (static_cast<Index>(sizes.size()) == max_levels) break;
    sizes.push_back(size);
  }
  return sizes;
}

void MgritOptions::validate(Index num_slices) const {
  require_option(coarsening >= 2, "coarsening", static_cast<double>(coarsening), "an integer ≥ 2");
  require_option(max_levels >= 2, "max_levels", static_cast<double>(max_levels), "an integer ≥ 2");
  require_option(min_coarse_slices >= 1, "min_coarse_slices", static_cast<double>(min_coarse_slices), "an integer ≥ 1");
  const Index most = num_slices / coarsening;
  const Index few = std::min<Index>(min_coarse_slices, 2);
  require_option(most >= few, "coarsening", static_cast<double>(coarsening),
                 "small enough to leave a coarser grid of " + std::to_string(few) + " slices or more, of " +
                     std::to_string(num_slices));
  require_option(most >= min_coarse_slices, "min_coarse_slices", static_cast<double>(min_coarse_slices),
                 "at most " + std::to_string(most) + ", the slices of the second grid");
  require_option(std::isfinite(tolerance) && tolerance >= 0.0, "tolerance", tolerance, "a finite number ≥ 0");
  require_option(max_iterations >= 0, "max_iterations", static_cast<double>(max_iterations), "an integer ≥ 0");
  require_option(max_seconds > 0.0, "max_seconds", max_seconds, "a number > 0");
  require_option(slice_limit.seconds > 0.0, "slice_timeout", slice_limit.seconds, "a number > 0");
}

std::vector<ParameterSpec> MgritOptions::parameter_specs() {
  const MgritOptions defaults;
  return {
      {.name = "coarsening",
       .default_value = std::int64_t{defaults.coarsening},
       .description = "slices that one slice of the next coarser grid spans",
       .minimum = 2.0,
       .maximum = 1e9},
      {.name = "max_levels",
       .default_value = std::int64_t{defaults.max_levels},
       .description = "grids at most, the finest included; 2 with relaxation = \"f\" is Parareal",
       .minimum = 2.0,
       .maximum = 64.0},
      {.name = "min_coarse_slices",
       .default_value = std::int64_t{defaults.min_coarse_slices},
       .description = "slices that the coarsest grid has at least",
       .minimum = 1.0,
       .maximum = 1e9},
      {.name = "relaxation",
       .default_value = std::string("fcf"),
       .description = "before a coarser grid is asked: through the slices once, or to the next coarse point and again",
       .choices = {"f", "fcf"}},
      {.name = "cycle",
       .default_value = std::string("v"),
       .description = "coarser grids are visited once, or from each but the finest once more on the way up",
       .choices = {"v", "f"}},
      {.name = "full_multigrid",
       .default_value = defaults.full_multigrid,
       .description = "the start is the coarsest solution improved by one V-cycle on each grid"},
      {.name = "tolerance",
       .default_value = defaults.tolerance,
       .description = "what the residual of the coarse points is to be below; 0: every slice exact",
       .minimum = 0.0},
      {.name = "relative",
       .default_value = defaults.relative,
       .description = "the tolerance is relative to the scale of the states, not in their units"},
      {.name = "norm",
       .default_value = std::string("max"),
       .description = "of states: the largest component, or the root mean square of all",
       .choices = {"max", "rms"}},
      {.name = "residual_norm",
       .default_value = std::string("max"),
       .description = "of the residual: the largest of all coarse points, or the 2-norm of all their components",
       .choices = {"max", "two"}},
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
  };
}

MgritOptions MgritOptions::from_parameters(const Parameters& parameters) {
  MgritOptions options;
  options.coarsening = static_cast<Index>(parameters.integer("coarsening"));
  options.max_levels = static_cast<Index>(parameters.integer("max_levels"));
  options.min_coarse_slices = static_cast<Index>(parameters.integer("min_coarse_slices"));
  options.relaxation = parameters.text("relaxation") == "f" ? Relaxation::f : Relaxation::fcf;
  options.cycle = parameters.text("cycle") == "f" ? MultigridCycle::f : MultigridCycle::v;
  options.full_multigrid = parameters.flag("full_multigrid");
  options.tolerance = parameters.number("tolerance");
  options.relative = parameters.flag("relative");
  options.norm = StateNorm(parameters.text("norm") == "rms" ? NormKind::rms : NormKind::maximum);
  options.residual_norm = parameters.text("residual_norm") == "two" ? ResidualNorm::two : ResidualNorm::maximum;
  options.max_iterations = static_cast<Index>(parameters.integer("max_iterations"));
  options.max_seconds = parameters.number("max_seconds");
  return options;
}

}  // namespace forerun
