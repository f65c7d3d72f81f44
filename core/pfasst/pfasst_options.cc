#include "core/pfasst/pfasst_options.h"

#include <cmath>

#include "core/base/require_option.h"

namespace forerun {

void PfasstOptions::validate() const {
  require_option(std::isfinite(tolerance) && tolerance > 0.0, "tolerance", tolerance, "a finite number > 0");
  require_option(max_iterations >= 1, "max_iterations", static_cast<double>(max_iterations), "an integer ≥ 1");
  require_option(max_seconds > 0.0, "max_seconds", max_seconds, "a number > 0");
}

}  // namespace forerun
