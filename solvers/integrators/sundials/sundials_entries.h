#pragma once

#include <string>
#include <vector>

#include "solvers/integrators/integrator_registry.h"

namespace forerun {

/// The integrators of SUNDIALS; none where the build has not found it.
std::vector<IntegratorEntry> sundials_entries();

/// "6.4.1", of the library that is linked; empty where the build has not found it.
std::string sundials_version();

}  // namespace forerun
