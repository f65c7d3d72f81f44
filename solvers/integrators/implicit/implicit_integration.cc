#include "solvers/integrators/implicit/implicit_integration.h"

#include <stdexcept>

#include "core/base/parameters.h"
#include "solvers/integrators/error_weights.h"

namespace forerun {

ImplicitIntegrations::ImplicitIntegrations(std::shared_ptr<const OdeProblem> problem, const ImplicitMethod& method)
    : problem_(std::move(problem)), method_(method), weights_(error_weights(problem_->bounds())) {
  if (problem_->jacobian() == nullptr) {
    throw ParameterError("method", "method = \"" + std::string(method_.name) + "\": needs a Jacobian, which " +
                                       problem_->name() + " does not have");
  }
}

const LinearSolver& ImplicitIntegrations::solver() {
  std::call_once(solver_made_, [this] { solver_ = make_linear_solver(problem_->jacobian()->pattern()); });
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
    const auto make = method_.is_diagonal ? make_diagonal_stepper : make_full_stepper;
    lent = std::make_unique<ImplicitIntegration>(
        ImplicitIntegration{make(*problem_, method_, weights_), StepMatrices(*problem_, solver(), method_)});
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
