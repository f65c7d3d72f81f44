#include "solvers/integrators/implicit/stage_stepper.h"

#include <algorithm>

#include "core/base/stop_scope.h"
#include "solvers/integrators/implicit/stage_algebra.h"

namespace forerun {

StageStepper::StageStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights)
    : ImplicitStepper(problem, method, weights), base_(problem.dimension()), change_(problem.dimension()) {}

void StageStepper::evaluate_implicit(double time, const State& state, State& derivative) {
  evaluate(time, state.data(), derivative.data());
}

StepOutcome StageStepper::solve_stage(double time, const StageSolve& how) {
  NewtonMonitor monitor(how.options, how.state_size, carried_);
  StepOutcome outcome;
  auto verdict = NewtonMonitor::Verdict::go_on;
  while (verdict == NewtonMonitor::Verdict::go_on) {
    StopScope::throw_if_stop_requested();
    if (how.is_relinearized) {
      how.matrices.linearize(time, next_);
      if (!how.matrices.factorize(how.h)) return outcome;
    }
    evaluate_implicit(time, next_, change_);
    stage_algebra::residual(dimension(), change_.data(), shift(how.h), next_.data(), base_.data(), change_.data());
    if (!how.matrices.solve(change_.data())) return outcome;
    const double change = stage_algebra::add_change(dimension(), weights_.data(), change_.data(), next_.data());
    if (is_solved_at_once() && how.matrices.is_direct()) return {true, 0.0, 1};
    verdict = monitor.judge(change);
    outcome.rate = std::max(outcome.rate, monitor.rate());
  }
  outcome.has_converged = verdict == NewtonMonitor::Verdict::converged;
  outcome.num_iterations = monitor.num_iterations();
  carried_ = outcome.has_converged ? monitor.carried() : 1.0;
  return outcome;
}

bool StageStepper::join(const StepOutcome& stage, StepOutcome& step) {
  step.has_converged = stage.has_converged;
  step.rate = std::max(step.rate, stage.rate);
  step.num_iterations = std::max(step.num_iterations, stage.num_iterations);
  return stage.has_converged;
}

}  // namespace forerun
