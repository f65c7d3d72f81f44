#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/implicit/newton_monitor.h"
#include "solvers/integrators/implicit/step_matrices.h"

namespace forerun {

/// How the equations of a step were solved.
struct StepOutcome {
  bool has_converged = false;
  double rate = 0.0;  ///< the largest factor by which changes shrank
  Index num_iterations = 0;
};

/// Makes the steps of an implicit Runge–Kutta method, without choosing their lengths or what happens when one fails.
///
/// It knows the last step, which the next one's first guess is extrapolated from. Belongs to one thread at a time;
/// problem, method and weights outlive it.
class ImplicitStepper {
 public:
  virtual ~ImplicitStepper() = default;

  /// Forgets all before: integration begins at (time, state).
  void start(double time, const StateView& state);
  /// A step of length h from the current state. Each iteration uses the factors that `matrices` has, for this h; or
  /// with `is_relinearized` new ones, of the Jacobian at the iterate (Newton's method proper where stages come one by
  /// one).
  virtual StepOutcome attempt(double h, StepMatrices& matrices, const NewtonOptions& options, bool is_relinearized) = 0;
  /// The step attempted is made.
  void accept();
  /// The estimated error of the step attempted, in the weighted norm; not finite where it cannot be told. Where it is
  /// above `tolerance`, `is_doubtful` (a first step, or one after a rejected one) lets the estimate be damped once
  /// more.
  virtual double error(StepMatrices& matrices, double tolerance, bool is_doubtful) = 0;

  double time() const { return time_; }
  /// To land on a time without rounding.
  void set_time(double time) { time_ = time; }
  const State& state() const { return state_; }
  Index num_evaluations() const { return num_evaluations_; }
  /// f at the current state.
  const State& slope();

 protected:
  ImplicitStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights);

  void evaluate(double time, const double* state, double* derivative);
  double norm(const State& x) const;
  Index dimension() const { return state_.size(); }
  virtual void step_was_accepted() {}

  const OdeProblem& problem_;
  const ImplicitMethod& method_;
  const State& weights_;
  double time_ = 0.0;
  State state_;
  State next_;
  State slope_;
  bool has_slope_ = false;
  double step_ = 0.0;       ///< the step attempted last
  double last_step_ = 0.0;  ///< the step accepted last; 0: none
  double carried_ = 1.0;    ///< `NewtonMonitor::carried`
  Index num_evaluations_ = 0;
};

std::unique_ptr<ImplicitStepper> make_diagonal_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                                       const State& weights);
std::unique_ptr<ImplicitStepper> make_full_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                                   const State& weights);

/// For a problem that has a stiff part.
std::unique_ptr<ImplicitStepper> make_imex_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                                   const State& weights);

/// Weights of the values at `nodes` in their interpolation polynomial's value at x.
std::vector<double> lagrange_weights(const std::vector<double>& nodes, double x);

}  // namespace forerun
