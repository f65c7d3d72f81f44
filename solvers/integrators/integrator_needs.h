#pragma once

#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Whether a problem has what an integrator needs of it (`IntegratorEntry::needs`).
bool meets_needs(const OdeProblem& problem, const IntegratorEntry& integrator);
/// Throws `ParameterError` ("method") where it does not.
void require_needs(const OdeProblem& problem, const IntegratorEntry& integrator);

}  // namespace forerun
