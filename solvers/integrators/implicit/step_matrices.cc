#include "solvers/integrators/implicit/step_matrices.h"

namespace forerun {

StepFactors::StepFactors(const LinearSolver& solver, const ImplicitMethod& method)
    : real(method.real_shift ? solver.make_real() : nullptr),
      complex(method.complex_shift ? solver.make_complex() : nullptr) {}

bool StepFactors::compute(const SparseMatrix& jacobian, const ImplicitMethod& method, double step) {
  return (!real || real->compute(jacobian, *method.real_shift / step)) &&
         (!complex || complex->compute(jacobian, *method.complex_shift / step));
}

void StepMatrices::forget() {
  is_linearized_ = false;
  factorized_step_ = 0.0;
  shared_.reset();
  num_linearizations_ = num_factorizations_ = num_solves_ = 0;
}

void StepMatrices::linearize(double time, const StateView& state) {
  of_.evaluate(time, state, jacobian_);
  is_linearized_ = true;
  factorized_step_ = 0.0;
  ++num_linearizations_;
}

bool StepMatrices::factorize(double step) {
  if (shared_ || step == factorized_step_) return true;
  factorized_step_ = 0.0;
  ++num_factorizations_;
  if (!own_.compute(jacobian_, method_, step)) return false;
  factorized_step_ = step;
  return true;
}

}  // namespace forerun
