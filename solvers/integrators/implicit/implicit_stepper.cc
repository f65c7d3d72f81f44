#include "solvers/integrators/implicit/implicit_stepper.h"

#include <utility>

#include "solvers/integrators/implicit/stage_algebra.h"

namespace forerun {

ImplicitStepper::ImplicitStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights)
    : problem_(problem),
      method_(method),
      weights_(weights),
      state_(problem.dimension()),
      next_(problem.dimension()),
      slope_(problem.dimension()) {}

void ImplicitStepper::start(double time, const StateView& state) {
  time_ = time;
  state_ = state;
  has_slope_ = false;
  last_step_ = 0.0;
  carried_ = 1.0;
  num_evaluations_ = 0;
}

void ImplicitStepper::accept() {
  std::swap(state_, next_);
  time_ += step_;
  has_slope_ = false;
  last_step_ = step_;
  step_was_accepted();
}

const State& ImplicitStepper::slope() {
  if (!has_slope_) evaluate(time_, state_.data(), slope_.data());
  has_slope_ = true;
  return slope_;
}

void ImplicitStepper::evaluate(double time, const double* state, double* derivative) {
  problem_.evaluate(time, Eigen::Map<const State>(state, dimension()), Eigen::Map<State>(derivative, dimension()));
  ++num_evaluations_;
}

double ImplicitStepper::norm(const State& x) const { return stage_algebra::norm(x.size(), weights_.data(), x.data()); }

std::vector<double> lagrange_weights(const std::vector<double>& nodes, double x) {
  std::vector<double> weights(nodes.size(), 1.0);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      if (i != j) weights[i] *= (x - nodes[j]) / (nodes[i] - nodes[j]);
    }
  }
  return weights;
}

}  // namespace forerun
