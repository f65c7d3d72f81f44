#include "solvers/integrators/implicit/implicit_integration.h"

#include <stdexcept>

#include "solvers/equations/stiff_part.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/integrator_needs.h"

namespace forerun {

namespace {

const Jacobian* implicit_jacobian(const OdeProblem& problem, const ImplicitMethod& method) {
  require_needs(problem, find_integrator(std::string(method.name)));
  return method.is_imex() ? &problem.stiff_part()->jacobian() : problem.jacobian();
}

std::unique_ptr<ImplicitStepper> make_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                              const State& weights) {
  if (method.is_imex()) return make_imex_stepper(problem, method, weights);
  return method.is_diagonal ? make_diagonal_stepper(problem, method, weights)
                            : make_full_stepper(problem, method, weights);
}

}  // namespace

ImplicitIntegrations::ImplicitIntegrations(std::shared_ptr<const OdeProblem> problem, const ImplicitMethod& method)
    : problem_(std::move(problem)),
      jacobian_(implicit_jacobian(*problem_, method)),
      has_constant_jacobian_(method.is_imex() ? problem_->stiff_part()->has_constant_jacobian()
                                              : problem_->is_linear()),
      method_(method),
      weights_(error_weights(problem_->bounds())) {}

const LinearSolver& ImplicitIntegrations::solver() {
  std::call_once(solver_made_, [this] { solver_ = make_linear_solver(jacobian_->pattern()); });
  return *solver_;
}

ImplicitIntegrations::Loan ImplicitIntegrations::borrow(double time, const StateView& state) {
  std::unique_ptr<ImplicitIntegration> lent;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      lent = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!lent) {
    lent = std::make_unique<ImplicitIntegration>(
        ImplicitIntegration{make_stepper(*problem_, method_, weights_), StepMatrices(*jacobian_, solver(), method_)});
  }
  lent->stepper->start(time, state);
  lent->matrices.forget();
  return {*this, std::move(lent)};
}

void ImplicitIntegrations::take_back(std::unique_ptr<ImplicitIntegration> lent) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(lent));
}

const ImplicitMethod& implicit_method(const std::string& name, bool is_adaptive) {
  const ImplicitMethod* const method = find_implicit_method(name);
  if (method == nullptr || method->is_adaptive() != is_adaptive) {
    throw std::invalid_argument("'" + name + "' is no implicit Runge-Kutta method of this kind");
  }
  return *method;
}

}  // namespace forerun
