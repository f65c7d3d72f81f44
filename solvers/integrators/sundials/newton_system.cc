#include "solvers/integrators/sundials/newton_system.h"

#include <algorithm>
#include <cmath>

namespace forerun::sundials {

NewtonSystem::NewtonSystem(const OdeProblem& problem, const LinearSolver& solver, SUNContext context)
    : problem_(problem),
      factors_(solver.make_real()),
      matrix_(SUNMatNewEmpty(context)),
      solver_(SUNLinSolNewEmpty(context)) {
  matrix_->content = this;
  matrix_->ops->getid = [](SUNMatrix) { return SUNMATRIX_CUSTOM; };
  solver_->content = this;
  solver_->ops->gettype = [](SUNLinearSolver) { return SUNLINEARSOLVER_DIRECT; };
  solver_->ops->getid = [](SUNLinearSolver) { return SUNLINEARSOLVER_CUSTOM; };
  solver_->ops->setup = [](SUNLinearSolver self, SUNMatrix) { return of(self->content).factorize() ? 0 : 1; };
  solver_->ops->solve = [](SUNLinearSolver self, SUNMatrix, N_Vector x, N_Vector b, realtype) {
    return of(self->content).solve(x, b) ? 0 : 1;
  };
}

NewtonSystem::~NewtonSystem() {
  // The contents are this object's own.
  solver_->content = nullptr;
  SUNLinSolFreeEmpty(solver_);
  matrix_->content = nullptr;
  SUNMatFreeEmpty(matrix_);
}

bool NewtonSystem::update(double t, N_Vector y, double gamma, bool keep_jacobian) {
  gamma_ = gamma;
  if (keep_jacobian) return true;
  problem_.jacobian()->evaluate(t, Eigen::Map<const State>(N_VGetArrayPointer(y), problem_.dimension()), jacobian_);
  return std::all_of(jacobian_.values.begin(), jacobian_.values.end(),
                     [](double value) { return std::isfinite(value); });
}

// (I − γ J) x = b is (I/γ − J) x = b/γ.
bool NewtonSystem::factorize() { return factors_->compute(jacobian_, 1.0 / gamma_); }

bool NewtonSystem::solve(N_Vector x, N_Vector b) {
  N_VScale(1.0 / gamma_, b, x);
  return factors_->solve(N_VGetArrayPointer(x));
}

}  // namespace forerun::sundials
