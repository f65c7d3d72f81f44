#include "solvers/integrators/integrator_needs.h"

namespace forerun {

bool meets_needs(const OdeProblem& problem, const IntegratorEntry& integrator) {
  switch (integrator.needs) {
    case IntegratorNeeds::linear:
      return problem.is_affine() && problem.jacobian() != nullptr;
    case IntegratorNeeds::jacobian:
      return problem.jacobian() != nullptr;
    case IntegratorNeeds::stiff_part:
      return problem.stiff_part() != nullptr;
    case IntegratorNeeds::nothing:
      break;
  }
  return true;
}

void require_needs(const OdeProblem& problem, const IntegratorEntry& integrator) {
  if (meets_needs(problem, integrator)) return;
  throw ParameterError("method", "method = \"" + integrator.name + "\": needs " + to_string(integrator.needs) +
                                     ", which " + problem.name() +
                                     (integrator.needs == IntegratorNeeds::linear ? " is not" : " does not have"));
}

}  // namespace forerun
