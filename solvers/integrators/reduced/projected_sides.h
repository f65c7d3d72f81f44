#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"

namespace forerun {

/// An equation u' = f(t, u) in the coordinates of an orthonormal basis B, u = B y, as it is: f is computed on all of
/// its mesh,
///
///   dy/dt = Bᵀ f(t, B y),      ∂/∂y = Bᵀ (∂f/∂u) B.
///
/// What is cheaper, and approximate, is `reduce` (reduced_equation.h). Cost: 4 d r operations and f; of the derivative
/// the Jacobian and 2 d r². Deterministic; const members may run on many threads. Time is where the problem begins.
class ProjectedSides {
 public:
  /// Throws std::invalid_argument for an equation without a Jacobian, and a basis of another dimension.
  ProjectedSides(std::shared_ptr<const OdeProblem> problem, std::shared_ptr<const States> basis);

  void evaluate(const StateView& coordinates, StateOut slope) const;
  void differentiate(const StateView& coordinates, States& jacobian) const;

 private:
  std::shared_ptr<const OdeProblem> problem_;
  std::shared_ptr<const States> basis_;
  bool is_whole_;  ///< B = I
};

}  // namespace forerun
