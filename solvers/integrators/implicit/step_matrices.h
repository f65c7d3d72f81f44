#pragma once

#include <memory>

#include "solvers/equations/jacobian.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {

/// Factors of the matrices that a step of one length solves with: real_shift/h I − J and complex_shift/h I − J, as far
/// as the method has them.
struct StepFactors {
  std::unique_ptr<Factors<double>> real;
  std::unique_ptr<Factors<Complex>> complex;

  /// Without values yet.
  StepFactors(const LinearSolver& solver, const ImplicitMethod& method);
  /// False where a matrix is singular.
  [[nodiscard]] bool compute(const SparseMatrix& jacobian, const ImplicitMethod& method, double step);
};

/// A Jacobian and factors, kept while they serve: through stages and steps. Belongs to one thread at a time; Jacobian,
/// solver and method outlive it.
class StepMatrices {
 public:
  StepMatrices(const Jacobian& jacobian, const LinearSolver& solver, const ImplicitMethod& method)
      : of_(jacobian), method_(method), solver_(solver), own_(solver, method) {}

  /// Nothing is known any more, as at the beginning of a slice.
  void forget();
  /// J at this point.
  void linearize(double time, const StateView& state);
  bool is_linearized() const { return is_linearized_; }
  /// The Jacobian serves no longer.
  void forget_linearization() { is_linearized_ = false; }
  /// Factors for steps of this length, unless they are there. False where a matrix is singular.
  [[nodiscard]] bool factorize(double step);
  /// Somebody else's factors, which serve this step length.
  void share(std::shared_ptr<const StepFactors> factors) { shared_ = std::move(factors); }

  [[nodiscard]] bool solve(double* b) { return ++num_solves_, in_use().real->solve(b); }
  [[nodiscard]] bool solve(Complex* b) { return ++num_solves_, in_use().complex->solve(b); }
  bool is_direct() const { return solver_.is_direct(); }

  Index num_linearizations() const { return num_linearizations_; }
  Index num_factorizations() const { return num_factorizations_; }
  Index num_solves() const { return num_solves_; }

 private:
  const StepFactors& in_use() const { return shared_ ? *shared_ : own_; }

  const Jacobian& of_;
  const ImplicitMethod& method_;
  const LinearSolver& solver_;
  SparseMatrix jacobian_;
  StepFactors own_;
  std::shared_ptr<const StepFactors> shared_;
  bool is_linearized_ = false;
  double factorized_step_ = 0.0;  ///< 0: none
  Index num_linearizations_ = 0;
  Index num_factorizations_ = 0;
  Index num_solves_ = 0;
};

}  // namespace forerun
