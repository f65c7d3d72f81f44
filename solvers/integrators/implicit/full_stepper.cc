#include <algorithm>
#include <limits>

#include "core/base/stop_scope.h"
#include "solvers/integrators/implicit/implicit_stepper.h"
#include "solvers/integrators/implicit/stage_algebra.h"

namespace forerun {
namespace {

using StageTable = std::vector<std::vector<double>>;

std::vector<double> flat(const StageTable& matrix) {
  std::vector<double> numbers;
  for (const std::vector<double>& row : matrix) numbers.insert(numbers.end(), row.begin(), row.end());
  return numbers;
}

StageTable table_product(const StageTable& a, const StageTable& b) {
  StageTable result(a.size(), std::vector<double>(b.front().size(), 0.0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size(); ++k) {
      for (std::size_t j = 0; j < b[k].size(); ++j) result[i][j] += a[i][k] * b[k][j];
    }
  }
  return result;
}

/// All stages at once: the changes z_i of the state solve (a⁻¹/h ⊗ I) z = f(t + c_i h, u + z_i)_i. In modes w, z = T w,
/// a step of Newton's iteration solves
///
///   (λ/h I − J) Δw = T⁻¹ f(u + T w) − λ/h w
///
/// for the real eigenvalue λ of a⁻¹ and for a complex one. The new state is u + z_s.
class FullStepper final : public ImplicitStepper {
 public:
  FullStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights)
      : ImplicitStepper(problem, method, weights),
        num_stages_(static_cast<int>(method.num_stages)),
        stages_(problem.dimension(), num_stages_),
        slopes_(problem.dimension(), num_stages_),
        real_(method.real_shift ? problem.dimension() : 0),
        real_change_(real_.size()),
        last_real_(real_.size()),
        complex_(problem.dimension()),
        complex_change_(problem.dimension()),
        last_complex_(problem.dimension()),
        to_modes_(flat(method.to_modes)) {
    if (method.is_adaptive()) {
      error_weights_ = table_product({method.e}, method.from_modes).front();
      error_.resize(problem.dimension());
      trial_.resize(problem.dimension());
      trial_slope_.resize(problem.dimension());
    }
  }

  StepOutcome attempt(double h, StepMatrices& matrices, const NewtonOptions& options, bool is_relinearized) override {
    step_ = h;
    if (problem_.is_linear() && matrices.is_direct()) return attempt_linear(matrices);
    guess(h);
    NewtonMonitor monitor(options, options.is_relative ? norm(state_) : 0.0, carried_);
    StepOutcome outcome;
    auto verdict = NewtonMonitor::Verdict::go_on;
    while (verdict == NewtonMonitor::Verdict::go_on) {
      StopScope::throw_if_stop_requested();
      for (int i = 0; i < num_stages_; ++i) {
        const auto stage = static_cast<std::size_t>(i);
        stage_algebra::combine_modes(dimension(), num_stages_, state_.data(), 1.0, method_.from_modes[stage].data(),
                                     modes(), stages_.col(i).data());
        evaluate(time_ + method_.c[stage] * h, stages_.col(i).data(), slopes_.col(i).data());
      }
      if (is_relinearized) {
        matrices.linearize(time_ + h, stages_.col(num_stages_ - 1));
        if (!matrices.factorize(h)) return outcome;
      }
      stage_algebra::mode_residuals(dimension(), num_stages_, to_modes_.data(), slopes_.data(),
                                    method_.real_shift.value_or(0.0) / h, *method_.complex_shift / h, modes(),
                                    changes());
      if (!solve(matrices)) return outcome;
      verdict =
          monitor.judge(stage_algebra::add_mode_changes(dimension(), num_stages_, weights_.data(), changes(), modes()));
      outcome.rate = std::max(outcome.rate, monitor.rate());
    }
    outcome.has_converged = verdict == NewtonMonitor::Verdict::converged;
    outcome.num_iterations = monitor.num_iterations();
    carried_ = outcome.has_converged ? monitor.carried() : 1.0;
    set_next();
    return outcome;
  }

  double error(StepMatrices& matrices, double tolerance, bool is_doubtful) override {
    const auto estimate = [&](const State& slope) {
      stage_algebra::combine_modes(dimension(), num_stages_, slope.data(), 1.0 / step_, error_weights_.data(), modes(),
                                   error_.data());
      return matrices.solve(error_.data()) ? norm(error_) : std::numeric_limits<double>::infinity();
    };
    const double size = estimate(slope());
    if (!(size > tolerance) || !is_doubtful) return size;
    trial_ = state_ + error_;
    evaluate(time_, trial_.data(), trial_slope_.data());
    return estimate(trial_slope_);
  }

 private:
  stage_algebra::Modes modes() { return {real_.data(), complex_.data()}; }
  stage_algebra::Modes changes() { return {real_change_.data(), complex_change_.data()}; }

  void step_was_accepted() override {
    real_.swap(last_real_);
    complex_.swap(last_complex_);
  }

  bool solve(StepMatrices& matrices) {
    return (real_.size() == 0 || matrices.solve(real_change_.data())) && matrices.solve(complex_change_.data());
  }

  void set_next() {
    stage_algebra::combine_modes(dimension(), num_stages_, state_.data(), 1.0, method_.from_modes.back().data(),
                                 modes(), next_.data());
  }

  /// From w = 0 all stages have the slope f(u), and one step of Newton's iteration solves the equations.
  StepOutcome attempt_linear(StepMatrices& matrices) {
    real_.setZero();
    complex_.setZero();
    for (int i = 0; i < num_stages_; ++i) slopes_.col(i) = slope();
    stage_algebra::mode_residuals(dimension(), num_stages_, to_modes_.data(), slopes_.data(), 0.0, 0.0, modes(),
                                  changes());
    if (!solve(matrices)) return {};
    stage_algebra::add_mode_changes(dimension(), num_stages_, weights_.data(), changes(), modes());
    set_next();
    return {true, 0.0, 1};
  }

  /// First guess of the modes: the polynomial through the last step's stages (and its first state, where no stage
  /// stands there), prolonged over this step. A linear function of the last step's modes.
  void guess(double h) {
    if (last_step_ == 0.0) {
      real_.setZero();
      complex_.setZero();
      return;
    }
    real_ = last_real_;
    complex_ = last_complex_;
    std::vector<double> nodes = method_.c;
    if (nodes.front() > 0.0) nodes.push_back(0.0);
    StageTable prolonged;  // z_i of this step from those of the last; the last state is where z begins anew
    for (const double c : method_.c) {
      std::vector<double> weights = lagrange_weights(nodes, 1.0 + c * h / last_step_);
      weights.resize(method_.num_stages);
      weights.back() -= 1.0;
      prolonged.push_back(std::move(weights));
    }
    const StageTable of_modes = table_product(method_.to_modes, table_product(prolonged, method_.from_modes));
    stage_algebra::transform_modes(dimension(), num_stages_, flat(of_modes).data(), modes());
  }

  int num_stages_;
  States stages_;
  States slopes_;
  State real_;
  State real_change_;
  State last_real_;  ///< of the step accepted last
  Eigen::VectorXcd complex_;
  Eigen::VectorXcd complex_change_;
  Eigen::VectorXcd last_complex_;
  std::vector<double> to_modes_;
  std::vector<double> error_weights_;
  State error_;
  State trial_;
  State trial_slope_;
};

}  // namespace

std::unique_ptr<ImplicitStepper> make_full_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                                   const State& weights) {
  return std::make_unique<FullStepper>(problem, method, weights);
}

}  // namespace forerun
