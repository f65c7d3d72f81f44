#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/parameters.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Of a problem whose parameters' names and number are the configuration's business.
struct OpenParameters {
  std::vector<ParameterSpec> patterns;  ///< what keys may be called and hold, for documentation
  /// The parameters that these settings come to, with their rules. Throws `ParameterError`.
  std::function<std::vector<ParameterSpec>(const std::vector<std::pair<std::string, ParameterValue>>&)> specs;
  /// Throws `ParameterError` (an `ExpressionError` where it has a place in a text) for what `make` would refuse.
  std::function<void(const Parameters&)> check;
  /// What makes it this equation and no other; on one line.
  std::function<std::string(const Parameters&)> equation;
};

/// A problem that can be named in a configuration.
struct ProblemEntry {
  std::string name;      ///< "burgers"
  std::string equation;  ///< "u_t = ν u_xx − u u_x on [−1, 1], periodic"
  std::vector<ParameterSpec> parameters;
  std::function<std::unique_ptr<OdeProblem>(const Parameters&)> make;
  std::optional<OpenParameters> open = {};
};

/// All problems, in alphabetical order; built once, on first use, thread-safe.
const std::vector<ProblemEntry>& problem_registry();
/// Throws `ParameterError` ("name") naming the nearest known problem.
const ProblemEntry& find_problem(const std::string& name);

/// The equation of a problem with these parameters.
std::string equation_text(const ProblemEntry& entry, const Parameters& parameters);
/// What models and stores are bound to: the problem's name; behind a colon the equation, where the configuration says
/// it.
std::string problem_identity(const ProblemEntry& entry, const Parameters& parameters);
/// The entry of a problem by its identity. Throws as `find_problem`.
const ProblemEntry& find_identified_problem(const std::string& identity);

}  // namespace forerun
