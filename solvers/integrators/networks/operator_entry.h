#pragma once

#include "solvers/integrators/integrator_registry.h"

namespace forerun {

/// What stands for trained operator networks where an integrator is asked for: not one of the registry, since it takes
/// a file to make one. `file` names it; `steps` applications of the network cross a slice.
///
/// `make` throws `ParameterError` ("method"): files are read by who runs the solver (apps/forerun/run/make_solver.h).
const IntegratorEntry& operator_entry();

}  // namespace forerun
