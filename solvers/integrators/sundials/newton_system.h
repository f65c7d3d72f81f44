#pragma once

#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>
#include <sundials/sundials_nvector.h>

#include <memory>

#include "solvers/equations/ode_problem.h"
#include "solvers/linear/linear_solver.h"

namespace forerun::sundials {

/// Newton's matrix I − γ J for SUNDIALS, held as J and γ, and the solver of its systems: Forerun's Jacobians and
/// factors behind SUNDIALS' interfaces. Belongs to one integration.
class NewtonSystem {
 public:
  NewtonSystem(const OdeProblem& problem, const LinearSolver& solver, SUNContext context);
  ~NewtonSystem();
  NewtonSystem(const NewtonSystem&) = delete;
  NewtonSystem& operator=(const NewtonSystem&) = delete;

  SUNMatrix matrix() const { return matrix_; }
  SUNLinearSolver solver() const { return solver_; }

  /// Makes the matrix that of `gamma`, with a new Jacobian at (t, y) unless `keep_jacobian`. False if that is not
  /// finite.
  bool update(double t, N_Vector y, double gamma, bool keep_jacobian);

 private:
  static NewtonSystem& of(void* content) { return *static_cast<NewtonSystem*>(content); }

  bool factorize();
  bool solve(N_Vector x, N_Vector b);

  const OdeProblem& problem_;
  SparseMatrix jacobian_;
  double gamma_ = 0.0;
  std::unique_ptr<Factors<double>> factors_;
  SUNMatrix matrix_;
  SUNLinearSolver solver_;
};

}  // namespace forerun::sundials
