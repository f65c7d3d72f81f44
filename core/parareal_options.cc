#include "core/parareal_options.h"

#include <cmath>
#include <sstream>

namespace forerun {
namespace {

void require(bool rule_holds, const char* name, double value, const char* rule) {
  if (rule_holds) return;
  std::ostringstream sentence;
  sentence << name << " = " << value << ": must be " << rule;
  throw ParameterError(name, sentence.str());
}

}  // namespace

void PararealOptions::validate(Index dimension) const {
  require(std::isfinite(tolerance) && tolerance >= 0.0, "tolerance", tolerance, "a finite number ≥ 0");
  require(std::isfinite(jump_tolerance) && jump_tolerance >= 0.0, "jump_tolerance", jump_tolerance,
          "a finite number ≥ 0");
  require(max_iterations >= 0, "max_iterations", static_cast<double>(max_iterations), "an integer ≥ 0");
  require(max_seconds > 0.0, "max_seconds", max_seconds, "a number > 0");
  require(std::isfinite(state_margin) && state_margin >= 0.0, "state_margin", state_margin, "a finite number ≥ 0");
  require(bounds.lower.size() == bounds.upper.size(), "bounds", static_cast<double>(bounds.lower.size()),
          "as many lower as upper bounds");
  require(bounds.lower.size() == 0 || bounds.lower.size() == dimension, "bounds",
          static_cast<double>(bounds.lower.size()), "one bound a state component");
}

std::vector<ParameterSpec> PararealOptions::parameter_specs() {
  ParameterSpec tolerance{"tolerance", 5e-7,
                          "freeze slices whose increment (in the scaled state) is below this; 0: never"};
  tolerance.minimum = 0.0;
  ParameterSpec jump{"jump_tolerance", 0.0, "also converged when every jump is below this; 0: not used"};
  jump.minimum = 0.0;
  ParameterSpec iterations{"max_iterations", std::int64_t{0}, "iterations at most; 0: as many as slices"};
  iterations.minimum = 0;
  iterations.maximum = 1e9;
  ParameterSpec seconds{"max_seconds", 1e9, "wall-clock limit, looked at after each iteration"};
  seconds.minimum = 0.0;
  seconds.minimum_allowed = false;
  seconds.unit = "s";
  ParameterSpec margin{"state_margin", 0.2,
                       "predicted states may leave the box of fine states by this fraction of its widths"};
  margin.minimum = 0.0;
  return {tolerance, jump, iterations, seconds, margin};
}

}  // namespace forerun
