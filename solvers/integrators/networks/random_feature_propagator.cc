#include "solvers/integrators/networks/random_feature_propagator.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/features/feature_step.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/integrator_needs.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {
namespace {

constexpr int kMostFeatureIterations = 50;
constexpr double kConverged = 1e-14;          ///< of a change, relative to the state
constexpr double kIterationRounding = 1e-10;  ///< changes below it that no longer fall are as good as it gets
constexpr int kUsualIterations = 4;

/// (1/(hλ) I − J) for each mode that is solved for: real ones, and one of each pair.
struct ModeFactors {
  std::vector<std::unique_ptr<Factors<Complex>>> of_mode;  ///< nullptr for the other of a pair
};

class RandomFeaturePropagator final : public Propagator {
 public:
  RandomFeaturePropagator(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec)
      : problem_(std::move(problem)),
        steps_(spec.steps()),
        features_(make_feature_step(spec.options.integer("neurons"))) {
    require_needs(*problem_, spec.entry());
    solver_ = make_linear_solver(problem_->jacobian()->pattern());
  }

  Index dimension() const override { return problem_->dimension(); }

  double work_per_slice() const override {
    return static_cast<double>(steps_ * kUsualIterations * (features_.points.size() + features_.rank()));
  }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    const double h = resolved_length(slice) / static_cast<double>(steps_);
    State state = in;
    require_finite(state, slice, 0, steps_);
    std::shared_ptr<const ModeFactors> factors;
    if (problem_->is_affine()) factors = factors_.get(h, [&] { return make_factors(0.0, state, h); });
    for (Index j = 0; j < steps_; ++j) {
      StopScope::throw_if_stop_requested();
      const double time = step_begin(slice, j, steps_);
      if (!problem_->is_affine()) factors = make_factors(time, state, h);
      take_step(*factors, time, h, state);
      require_finite(state, slice, j, steps_);
    }
    out = state;
  }

 private:
  void take_step(const ModeFactors& factors, double time, double h, State& state) const {
    const Index d = dimension(), count = features_.points.size();
    States stages(d, count), slopes(d, count);
    State slope(d);
    problem_->evaluate(time, state, slope);
    States coefficients = slope * features_.basis.colwise().sum();  // of a constant derivative
    double last_change = 0.0;
    for (int iteration = 1;; ++iteration) {
      stages.noalias() = h * coefficients * features_.integrals.transpose();
      stages.colwise() += state;
      for (Index i = 0; i < count; ++i)
        problem_->evaluate(time + h * features_.points[i], stages.col(i), slopes.col(i));
      const States change = newton_change(factors, time, h, slopes * features_.basis - coefficients);
      coefficients += change;
      const double moved = h * change.cwiseAbs().maxCoeff();
      const double size = stages.cwiseAbs().maxCoeff();
      if (moved <= kConverged * size) break;
      if (iteration > 1 && moved > 0.5 * last_change && moved <= kIterationRounding * size) break;
      if (!(moved < 1e3 * size) || iteration == kMostFeatureIterations)
        throw PropagationError(time, "the network's fit did not converge: more steps are needed");
      last_change = moved;
    }
    state += h * (coefficients * features_.end.transpose());
  }

  /// x of (I − h Qᵀ S ⊗ J) x = residual.
  States newton_change(const ModeFactors& factors, double time, double h, const States& residual) const {
    const Index rank = features_.rank();
    Eigen::MatrixXcd modes = residual.cast<Complex>() * features_.to_modes.transpose();
    for (Index k = 0; k < rank; ++k) {
      const auto& factor = factors.of_mode[static_cast<std::size_t>(k)];
      if (!factor) {
        modes.col(k) = modes.col(k - 1).conjugate();
        continue;
      }
      modes.col(k) /= h * features_.eigenvalues[k];
      if (!factor->solve(modes.col(k).data())) throw PropagationError(time, "a linear system has no solution");
    }
    return (modes * features_.from_modes.transpose()).real();
  }

  std::unique_ptr<const ModeFactors> make_factors(double time, const State& state, double h) const {
    SparseMatrix jacobian;
    problem_->jacobian()->evaluate(time, state, jacobian);
    auto made = std::make_unique<ModeFactors>();
    for (Index k = 0; k < features_.rank(); ++k) {
      const Complex eigenvalue = features_.eigenvalues[k];
      if (eigenvalue.imag() < 0.0) {
        made->of_mode.push_back(nullptr);
        continue;
      }
      made->of_mode.push_back(solver_->make_complex());
      if (!made->of_mode.back()->compute(jacobian, 1.0 / (h * eigenvalue)))
        throw PropagationError(time, "a matrix of the step is singular");
    }
    return made;
  }

  static constexpr std::size_t kKeptLengths = 4;

  std::shared_ptr<const OdeProblem> problem_;
  Index steps_;
  FeatureStep features_;
  std::shared_ptr<const LinearSolver> solver_;
  mutable FactorCache<ModeFactors> factors_{kKeptLengths};
};

}  // namespace

IntegratorEntry random_features_entry() {
  ParameterSpec neurons{"neurons", std::int64_t{12}, "of the hidden layer, beside a constant and a linear feature"};
  neurons.minimum = 1;
  neurons.maximum = 100;
  return {
      .name = "random_features",
      .description = "physics-informed network over a step: a random hidden layer, its readout fitted to the equation",
      .order = 0,
      .stages = 0,
      .stability = Stability::a_stable,
      .needs = IntegratorNeeds::jacobian,
      .keys = {steps_key(), neurons},
      .make = make_random_features};
}

std::unique_ptr<Propagator> make_random_features(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
  return std::make_unique<RandomFeaturePropagator>(std::move(problem), spec);
}

}  // namespace forerun
