#include "solvers/equations/ode_problem.h"

namespace forerun {

State initial_state_at(const OdeProblem& problem, double begin) {
  State state = problem.initial_state();
  if (const std::optional<Index> time = problem.time_component()) state[*time] = begin;
  return state;
}

}  // namespace forerun
