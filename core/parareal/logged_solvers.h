#pragma once

#include <memory>
#include <vector>

#include "core/parareal/parareal.h"
#include "core/propagation/logged_propagator.h"

namespace forerun {

/// The solvers of a problem as its run calls them: through the problem's log, where it has one.
class LoggedSolvers {
 public:
  explicit LoggedSolvers(const PararealProblem& problem);

  const FidelityLadder& fine() const { return fine_; }
  const Propagator& coarse() const { return *coarse_; }

 private:
  std::vector<std::unique_ptr<const LoggedPropagator>> logged_;
  FidelityLadder fine_;
  const Propagator* coarse_;
};

}  // namespace forerun
