#include <cassert>

#include "core/base/errors.h"
#include "core/base/plain_text.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/implicit/implicit_integration.h"
#include "solvers/integrators/implicit/implicit_rk.h"
#include "solvers/integrators/integration_checks.h"

namespace forerun {
namespace {

/// As many step lengths as uniform grids of up to a billion slices have (`resolved_length`).
constexpr std::size_t kMostKeptSteps = 64;
/// Newton's iteration converges this well or the next step has a Jacobian of its own.
constexpr double kGoodFixedRate = 0.03;
constexpr Index kMostRelinearizedSteps = 30;

class FixedImplicitRk final : public Propagator {
 public:
  FixedImplicitRk(std::shared_ptr<const OdeProblem> problem, const ImplicitMethod& method, Index steps)
      : integrations_(std::move(problem), method), steps_(steps) {}

  Index dimension() const override { return integrations_.problem().dimension(); }
  double work_per_slice() const override {
    return static_cast<double>(steps_) * static_cast<double>(integrations_.method().num_stages);
  }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    assert(in.size() == dimension() && out.size() == dimension());
    const bool is_constant = integrations_.has_constant_jacobian();
    const double step = (is_constant ? resolved_length(slice) : slice.length()) / static_cast<double>(steps_);
    const ImplicitIntegrations::Loan loan = integrations_.borrow(slice.begin, in);
    if (is_constant) loan->matrices.share(kept_.get(step, [&] { return factors(slice.begin, step); }));
    for (Index j = 0; j < steps_; ++j) {
      StopScope::throw_if_stop_requested();
      loan->stepper->set_time(step_begin(slice, j, steps_));
      make_step(slice, j, step, *loan);
      require_finite(loan->stepper->state(), slice, j, steps_);
    }
    out = loan->stepper->state();
  }

 private:
  std::unique_ptr<const StepFactors> factors(double time, double step) const {
    SparseMatrix matrix;
    integrations_.jacobian().evaluate(time, State::Zero(dimension()), matrix);
    auto made = std::make_unique<StepFactors>(integrations_.solver(), integrations_.method());
    if (!made->compute(matrix, integrations_.method(), step)) throw_singular(time);
    return made;
  }

  /// With the Jacobian that is there, with one of this step's own, or with one an iterate.
  void make_step(const Slice& slice, Index j, double step, ImplicitIntegration& by) const {
    const bool is_constant = integrations_.has_constant_jacobian();
    ImplicitStepper& stepper = *by.stepper;
    NewtonOptions options;
    bool is_fresh = is_constant;
    StepOutcome outcome;
    if (is_constant || by.matrices.is_linearized()) outcome = stepper.attempt(step, by.matrices, options, false);
    if (!outcome.has_converged && !is_fresh) {
      by.matrices.linearize(stepper.time(), stepper.state());
      if (!by.matrices.factorize(step)) throw_singular(stepper.time());
      outcome = stepper.attempt(step, by.matrices, options, false);
    }
    if (!outcome.has_converged && !is_constant) {
      options.most_iterations = kMostRelinearizedSteps;
      outcome = stepper.attempt(step, by.matrices, options, true);
      outcome.rate = 1.0;  // these factors belong to no step
    }
    if (!outcome.has_converged) throw_not_converged(slice, j, options.most_iterations);
    stepper.accept();
    if (!is_constant && outcome.rate > kGoodFixedRate) by.matrices.forget_linearization();
  }

  [[noreturn]] void throw_singular(double time) const {
    throw PropagationError(
        time, "a matrix of the equations of a step is singular: " + std::string(integrations_.method().description));
  }

  [[noreturn]] void throw_not_converged(const Slice& slice, Index j, Index iterations) const {
    PlainText reason;
    reason.precision(10);
    reason << "Newton's iteration did not converge within " << iterations << " iterations in step " << j + 1 << " of "
           << steps_ << ", between t = " << step_begin(slice, j, steps_)
           << " and t = " << step_begin(slice, j + 1, steps_) << ": more steps may help";
    throw PropagationError(step_begin(slice, j, steps_), reason.str());
  }

  mutable ImplicitIntegrations integrations_;
  Index steps_;
  mutable FactorCache<StepFactors> kept_{kMostKeptSteps};
};

}  // namespace

std::unique_ptr<Propagator> make_implicit_rk(std::shared_ptr<const OdeProblem> problem, const std::string& method,
                                             Index steps) {
  require_steps(steps);
  return std::make_unique<FixedImplicitRk>(std::move(problem), implicit_method(method, false), steps);
}

}  // namespace forerun
