#pragma once

#include <memory>
#include <vector>

#include "core/pfasst/pfasst_level.h"
#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// Levels for PFASST (core/pfasst/pfasst.h) of a problem: each by an SDC integrator ("sdc_explicit", "sdc_implicit" or
/// "sdc_imex") of which nodes, splitting, correction, mesh and other parameters count; steps and sweeps do not.
class SdcLevels {
 public:
  struct Level {
    SolverSpec solver;
    Index sweeps = 1;  ///< each time the level is visited
  };

  /// The finest first, which is the problem's own equation. Throws `ParameterError` as their propagators do, and
  /// ("method") for another integrator.
  SdcLevels(std::shared_ptr<const OdeProblem> problem, const std::vector<Level>& levels);

  /// They refer to this object.
  const std::vector<PfasstLevel>& levels() const { return levels_; }

 private:
  std::vector<std::shared_ptr<const OdeProblem>> problems_;
  std::vector<std::unique_ptr<const SplitEquation>> equations_;
  std::vector<std::unique_ptr<const SdcMethod>> methods_;
  std::vector<std::unique_ptr<const LevelTransfer>> transfers_;
  std::vector<PfasstLevel> levels_;
};

/// Whether an integrator is one of these.
bool is_sdc(const SolverSpec& spec);

}  // namespace forerun
