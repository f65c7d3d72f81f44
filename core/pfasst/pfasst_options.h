#pragma once

#include <limits>
#include <stop_token>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state.h"
#include "core/base/state_norm.h"

namespace forerun {

struct PfasstOptions {
  /// Begin with burn-in on the coarsest level; false: from the initial state everywhere.
  bool burn_in = true;
  /// Converged when the residual is below this.
  double tolerance = 1e-9;
  /// The tolerance is relative to the scale of the states (core/parareal/state_scale.h); false: in their own units.
  bool relative = true;
  Index max_iterations = 100;
  /// Wall-clock limit, looked at after each iteration.
  double max_seconds = std::numeric_limits<double>::infinity();
  /// What residuals, increments and errors are measured in; see `MgritOptions`.
  StateNorm norm{};
  /// Ends the run as `interrupted` before the next step, at once where an equation looks (`StopScope`).
  std::stop_token stop{};

  /// Throws `ParameterError` naming the value and the rule.
  void validate() const;

  /// The keys of a configuration's [method] section, but for its name and levels, and the options they stand for.
  static std::vector<ParameterSpec> parameter_specs();
  static PfasstOptions from_parameters(const Parameters& parameters);
};

}  // namespace forerun
