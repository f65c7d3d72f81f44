#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "solvers/equations/problem_registry.h"

namespace forerun {

/// A registered problem at its defaults but for the values given.
inline std::unique_ptr<OdeProblem> make_problem(
    const std::string& name, std::initializer_list<std::pair<const char*, ParameterValue>> values = {}) {
  const ProblemEntry& entry = find_problem(name);
  Parameters parameters(entry.parameters);
  for (const auto& [key, value] : values) parameters.set(key, value);
  return entry.make(parameters);
}

/// u(end) from u(0) = `initial` in one slice.
inline State propagate(const OdeProblem& problem, const SolverSpec& spec, const State& initial, double end) {
  State result(problem.dimension());
  problem.make_propagator(spec)->propagate({0, 0.0, end}, initial, result);
  return result;
}

inline State derivative(const OdeProblem& problem, const State& state) {
  State result(problem.dimension());
  problem.evaluate(0.0, state, result);
  return result;
}

}  // namespace forerun
