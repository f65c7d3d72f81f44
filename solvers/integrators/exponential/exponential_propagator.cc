#include "solvers/integrators/exponential/exponential_propagator.h"

#include <mutex>
#include <stdexcept>

#include "core/base/errors.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/exponential/exponential_action.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integrator_needs.h"

namespace forerun {
namespace {

class ExponentialPropagator final : public Propagator {
 public:
  ExponentialPropagator(std::shared_ptr<const OdeProblem> problem, double tolerance)
      : problem_(std::move(problem)), tolerance_(tolerance) {
    require_needs(*problem_, find_integrator("exponential"));
  }

  Index dimension() const override { return problem_->dimension(); }
  /// What a slice takes that is not stiff.
  double work_per_slice() const override { return 20.0; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override { cross(slice, in, out); }
  double work(const Slice& slice, const StateView& in) const override {
    State out(dimension());
    return cross(slice, in, out);
  }

 private:
  double cross(const Slice& slice, const StateView& in, StateOut out) const {
    try {
      State state = in;
      const double work = action().apply(resolved_length(slice), state);
      if (!state.allFinite()) throw std::runtime_error("the state is not finite");
      out = state;
      return work;
    } catch (const std::runtime_error& error) {
      throw PropagationError(slice.begin, error.what());
    }
  }

  const ExponentialAction& action() const {
    std::call_once(action_made_, [this] { action_ = make_action(); });
    return *action_;
  }

  std::unique_ptr<const ExponentialAction> make_action() const {
    const State zero = State::Zero(dimension());
    AffineSystem system;
    problem_->jacobian()->evaluate(0.0, zero, system.matrix);
    if (!problem_->is_linear()) {
      system.constant.resize(dimension());
      problem_->evaluate(0.0, zero, system.constant);
    }
    if (problem_->is_linear()) {
      system.product = [problem = problem_](const State& x, State& product) { problem->evaluate(0.0, x, product); };
    }
    return make_exponential_action(std::move(system), error_weights(problem_->bounds()), tolerance_);
  }

  std::shared_ptr<const OdeProblem> problem_;
  double tolerance_;
  mutable std::once_flag action_made_;
  mutable std::unique_ptr<const ExponentialAction> action_;
};

}  // namespace

std::unique_ptr<Propagator> make_exponential(std::shared_ptr<const OdeProblem> problem, double tolerance) {
  return std::make_unique<ExponentialPropagator>(std::move(problem), tolerance);
}

}  // namespace forerun
