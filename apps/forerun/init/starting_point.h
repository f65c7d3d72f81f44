#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forerun {

/// A solver as [fine] or [coarse] names it: keys with their values as TOML, the first `method` or `command`.
using SolverLines = std::vector<std::pair<std::string, std::string>>;

/// Settings that a problem can be solved with in seconds, to begin from.
struct StartingPoint {
  std::string problem;
  /// Keys of [problem] that are others than their defaults, with their values as TOML.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<double> begin;  ///< unset: the problem's own
  std::optional<double> end;    ///< unset: one unit of time after the beginning
  int slices = 16;
  SolverLines fine;
  SolverLines coarse;
  double tolerance = 5e-7;
  std::string corrector = "auto";
};

/// The one of the problem called so. Of a problem that nothing is known about (a user's own): solvers whose steps
/// follow a tolerance.
StartingPoint starting_point(const std::string& problem);

}  // namespace forerun
