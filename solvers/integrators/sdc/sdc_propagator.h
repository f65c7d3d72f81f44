#pragma once

#include <memory>
#include <vector>

#include "core/sdc/sdc_step.h"
#include "solvers/integrators/integrator_registry.h"
#include "solvers/integrators/sdc/split_problem.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// The integrators "sdc_explicit", "sdc_implicit" and "sdc_imex": steps of equal length by spectral deferred
/// corrections (core/sdc/sdc_step.h), `sweeps` of them from values that are those of the step's begin, on `nodes` nodes
/// of a family. Order min(sweeps, order of the nodes); with many sweeps the collocation method, whose Radau form is
/// "radau2" or "radau3" with 2 or 3 nodes.
///
/// Cost of a step: sweeps × nodes evaluations, and as many systems. Deterministic, thread-safe, re-entrant. Looks at
/// `StopScope` every sweep. `propagate` throws `PropagationError` with the step that failed.
std::vector<IntegratorEntry> sdc_entries();

/// The splitting that an integrator of these is for, and its nodes. Throws `ParameterError` ("nodes").
SdcSplitting sdc_splitting(const SolverSpec& spec);
SdcMethod sdc_method(const SolverSpec& spec);

}  // namespace forerun
