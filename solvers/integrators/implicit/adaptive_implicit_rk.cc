#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/base/stop_scope.h"
#include "solvers/integrators/implicit/implicit_integration.h"
#include "solvers/integrators/implicit/implicit_rk.h"
#include "solvers/integrators/implicit/stage_algebra.h"
#include "solvers/integrators/implicit/step_control.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {
namespace {

constexpr Index kMostNewtonIterations = 8;
/// Steps shorter than this part of the slice are given up.
constexpr double kLeastImplicitStep = 1e-13;
/// A Jacobian that gave this rate of convergence serves the next step, too.
constexpr double kGoodAdaptiveRate = 1e-2;
/// A step that could grow by less than this stays as long as it is, so that factors serve.
constexpr double kWorthwhileGrowth = 1.2;
constexpr double kAfterDivergence = 0.3;

class AdaptiveImplicitRk final : public Propagator {
 public:
  AdaptiveImplicitRk(std::shared_ptr<const OdeProblem> problem, const ImplicitMethod& method, double tolerance)
      : integrations_(std::move(problem), method), tolerance_(tolerance) {}

  Index dimension() const override { return integrations_.problem().dimension(); }
  double work_per_slice() const override {
    const auto stages = static_cast<double>(integrations_.method().num_stages);
    return stages * static_cast<double>(fineness(SolverSpec(std::string(integrations_.method().name), tolerance_)));
  }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    assert(in.size() == dimension() && out.size() == dimension());
    out = integrate(slice, in)->stepper->state();
  }

  double work(const Slice& slice, const StateView& in) const override {
    const ImplicitIntegrations::Loan loan = integrate(slice, in);
    const double jacobian = integrations_.problem().jacobian()->work();
    return static_cast<double>(loan->stepper->num_evaluations() + loan->matrices.num_solves()) +
           jacobian * static_cast<double>(loan->matrices.num_linearizations());
  }

 private:
  NewtonOptions newton_options() const {
    // As far below the tolerance as rounding allows, or errors of the iteration would show in the estimate.
    const double part = std::max(1e-14 / tolerance_, std::min(0.03, std::sqrt(tolerance_)));
    return {part * tolerance_, false, kMostNewtonIterations};
  }

  ImplicitIntegrations::Loan integrate(const Slice& slice, const StateView& in) const {
    ImplicitIntegrations::Loan loan = integrations_.borrow(slice.begin, in);
    ImplicitStepper& stepper = *loan->stepper;
    StepMatrices& matrices = loan->matrices;
    const ImplicitMethod& method = integrations_.method();
    const NewtonOptions options = newton_options();
    StepControl control(!method.is_diagonal, method.error_order, static_cast<int>(kMostNewtonIterations));
    double h = first_step(slice, stepper);
    bool is_fresh = false;    // the Jacobian is that of the current state
    bool is_doubtful = true;  // a first step, or one after a rejected one
    while (true) {
      StopScope::throw_if_stop_requested();
      if (!(h > kLeastImplicitStep * slice.length())) throw_steps_too_small(slice, stepper.time(), h);
      const double left = slice.end - stepper.time();
      const bool is_last = h >= left * (1.0 - 1e-12);
      if (is_last) {
        h = left;
      } else if (2.0 * h > left) {
        h = 0.5 * left;  // two equal ones rather than a long and a short one
      }
      if (!matrices.is_linearized()) {
        matrices.linearize(stepper.time(), stepper.state());
        is_fresh = true;
      }
      StepOutcome outcome;
      if (matrices.factorize(h)) outcome = stepper.attempt(h, matrices, options, false);
      if (!outcome.has_converged) {
        if (is_fresh || integrations_.problem().is_linear()) h *= kAfterDivergence;
        if (!integrations_.problem().is_linear() && !is_fresh) matrices.forget_linearization();
        is_doubtful = true;
        continue;
      }
      const auto num_iterations = static_cast<int>(outcome.num_iterations);
      const double error = stepper.error(matrices, tolerance_, is_doubtful) / tolerance_;
      if (!(error <= 1.0)) {
        h *= control.after_rejected(error, num_iterations);
        is_doubtful = true;
        continue;
      }
      const double factor = control.after_accepted(h, error, num_iterations);
      stepper.accept();
      if (is_last) return loan;
      is_doubtful = false;
      is_fresh = false;
      const bool serves = integrations_.problem().is_linear() || outcome.rate <= kGoodAdaptiveRate;
      if (!serves) matrices.forget_linearization();
      if (!(serves && factor >= 1.0 && factor <= kWorthwhileGrowth)) h *= factor;
    }
  }

  /// From f and its change over a short Euler step (Hairer, Nørsett, Wanner, Solving ODEs I, sec. II.4).
  double first_step(const Slice& slice, ImplicitStepper& stepper) const {
    const State& weights = integrations_.weights();
    const State& slope = stepper.slope();
    const Index d = dimension();
    const double speed = stage_algebra::norm(d, weights.data(), slope.data());
    const double trial = std::min(slice.length(), 0.01 / speed);
    State other = stepper.state() + trial * slope;
    State other_slope(d);
    integrations_.problem().evaluate(slice.begin + trial, other, other_slope);
    other = other_slope - slope;
    const double change = stage_algebra::norm(d, weights.data(), other.data()) / trial;
    const double exponent = 1.0 / integrations_.method().error_order;
    const double wanted = std::pow(0.01 * tolerance_ / std::max(speed, change), exponent);
    return std::isfinite(wanted) ? std::min({wanted, 100.0 * trial, slice.length()}) : 1e-3 * trial;
  }

  mutable ImplicitIntegrations integrations_;
  double tolerance_;
};

}  // namespace

std::unique_ptr<Propagator> make_adaptive_implicit_rk(std::shared_ptr<const OdeProblem> problem,
                                                      const std::string& method, double tolerance) {
  return std::make_unique<AdaptiveImplicitRk>(std::move(problem), implicit_method(method, true), tolerance);
}

}  // namespace forerun
