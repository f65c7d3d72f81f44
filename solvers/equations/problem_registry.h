#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// A problem that can be named in a configuration.
struct ProblemEntry {
  std::string name;      ///< "burgers"
  std::string equation;  ///< "u_t = ν u_xx − u u_x on [−1, 1], periodic"
  std::vector<ParameterSpec> parameters;
  std::function<std::unique_ptr<OdeProblem>(const Parameters&)> make;
};

/// All problems, in alphabetical order; built once, on first use, thread-safe.
const std::vector<ProblemEntry>& problem_registry();
/// Throws `ParameterError` ("name") naming the nearest known problem.
const ProblemEntry& find_problem(const std::string& name);

/// An integrator that can be named in a configuration.
struct IntegratorEntry {
  std::string name;  ///< "rk4"
  std::string description;
  int order = 1;
  int stages = 1;         ///< evaluations a step
  bool adaptive = false;  ///< steps follow a tolerance
};
const std::vector<IntegratorEntry>& integrator_registry();

}  // namespace forerun
