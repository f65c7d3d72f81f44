#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "solvers/integrators/implicit/implicit_stepper.h"

namespace forerun {

/// What one slice is crossed with: a stepper and its matrices. Their memory is kept and used again, their contents are
/// not.
struct ImplicitIntegration {
  std::unique_ptr<ImplicitStepper> stepper;
  StepMatrices matrices;
};

/// All that the slices of one implicit propagator share: problem, method, scale, the solver of its linear systems (made
/// when first asked for), and integrations that nobody uses at the moment. Thread-safe.
class ImplicitIntegrations {
 public:
  /// Gives an integration back at its end.
  class Loan {
   public:
    Loan(ImplicitIntegrations& lender, std::unique_ptr<ImplicitIntegration> lent)
        : lender_(lender), lent_(std::move(lent)) {}
    Loan(Loan&&) = default;
    ~Loan() {
      if (lent_) lender_.take_back(std::move(lent_));
    }
    ImplicitIntegration& operator*() const { return *lent_; }
    ImplicitIntegration* operator->() const { return lent_.get(); }

   private:
    ImplicitIntegrations& lender_;
    std::unique_ptr<ImplicitIntegration> lent_;
  };

  /// Throws `ParameterError` ("method") where the problem does not have what the method needs.
  ImplicitIntegrations(std::shared_ptr<const OdeProblem> problem, const ImplicitMethod& method);

  const OdeProblem& problem() const { return *problem_; }
  /// Of what is implicit: the right-hand side, or of an IMEX method its stiff part.
  const Jacobian& jacobian() const { return *jacobian_; }
  /// It is one matrix, so factors serve all slices.
  bool has_constant_jacobian() const { return has_constant_jacobian_; }
  const ImplicitMethod& method() const { return method_; }
  const State& weights() const { return weights_; }
  const LinearSolver& solver();
  /// Begun at (time, state).
  Loan borrow(double time, const StateView& state);

 private:
  void take_back(std::unique_ptr<ImplicitIntegration> lent);

  std::shared_ptr<const OdeProblem> problem_;
  const Jacobian* jacobian_;
  bool has_constant_jacobian_;
  const ImplicitMethod& method_;
  State weights_;
  std::once_flag solver_made_;
  std::shared_ptr<const LinearSolver> solver_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ImplicitIntegration>> idle_;
};

/// The method of that name; throws std::invalid_argument where there is none, or none of that kind.
const ImplicitMethod& implicit_method(const std::string& name, bool is_adaptive);

}  // namespace forerun
