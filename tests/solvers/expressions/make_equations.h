#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "solvers/equations/problem_registry.h"
#include "solvers/expressions/equations_spec.h"

namespace forerun::testing {

/// The parameters of an `equations` problem, as a configuration would give them.
inline Parameters equation_parameters(const std::vector<NamedValue>& given) {
  Parameters parameters(equation_parameter_specs(given));
  for (const auto& [key, value] : given) parameters.set(key, value);
  return parameters;
}

inline std::unique_ptr<OdeProblem> make_equations(const std::vector<NamedValue>& given) {
  return find_problem("equations").make(equation_parameters(given));
}

/// An axis as a configuration has it.
inline std::vector<NamedValue> axis(const std::string& name, double from, double to, Index points,
                                    const std::string& boundary, const ParameterValue& value) {
  const std::string table = "mesh." + name + ".";
  return {
      {table + "from", from}, {table + "to", to}, {table + "points", std::int64_t{points}}, {table + boundary, value}};
}

inline std::vector<NamedValue> joined(std::vector<NamedValue> a, const std::vector<NamedValue>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace forerun::testing
