#pragma once

#include "solvers/integrators/implicit/implicit_stepper.h"

namespace forerun {

/// A stepper that finds one stage after the other: the state y of
///
///   (y − base)/(hγ) = g(time, y),
///
/// g being the right-hand side or, of an IMEX method, its stiff part.
class StageStepper : public ImplicitStepper {
 protected:
  /// What the stages of one attempt have in common.
  struct StageSolve {
    double h;
    double state_size;  ///< weighted norm, where the options are relative to it
    StepMatrices& matrices;
    const NewtonOptions& options;
    bool is_relinearized;
  };

  StageStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights);

  double state_size(const NewtonOptions& options) const { return options.is_relative ? norm(state_) : 0.0; }
  /// 1/(hγ).
  double shift(double h) const { return *method_.real_shift / h; }
  /// derivative = g(time, state).
  virtual void evaluate_implicit(double time, const State& state, State& derivative);
  /// ∂g/∂u is constant: one iteration is all it takes, where systems are solved directly.
  virtual bool is_solved_at_once() const { return false; }
  /// y in `next_`, which has the first guess, for `base_`.
  StepOutcome solve_stage(double time, const StageSolve& how);
  /// Adds what a stage took to what its step did; false where it did not converge.
  static bool join(const StepOutcome& stage, StepOutcome& step);

  State base_;
  State change_;
};

}  // namespace forerun
