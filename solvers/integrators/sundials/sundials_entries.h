#pragma once

#include <vector>

#include "solvers/integrators/integrator_registry.h"

namespace forerun {

/// The integrators of SUNDIALS; none where the build has not found it.
std::vector<IntegratorEntry> sundials_entries();

}  // namespace forerun
