#include "solvers/integrators/sdc/split_problem.h"

#include <mutex>

#include "core/base/stop_scope.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/implicit/newton_monitor.h"
#include "solvers/integrators/implicit/stage_algebra.h"
#include "solvers/integrators/sdc/object_pool.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {
namespace {

/// As many as a hierarchy of a few levels, or a uniform grid of many slices, has step lengths and nodes.
constexpr std::size_t kMostKeptFactors = 256;
constexpr Index kMostRelinearizedNodes = 30;

class SplitProblem final : public SplitEquation {
 public:
  SplitProblem(std::shared_ptr<const OdeProblem> problem, SdcSplitting splitting)
      : problem_(std::move(problem)), splitting_(splitting), weights_(error_weights(problem_->bounds())) {
    if (splitting_ == SdcSplitting::all_implicit) {
      jacobian_ = problem_->jacobian();
      has_constant_jacobian_ = problem_->is_affine();
      require(jacobian_ != nullptr, "a Jacobian");
    } else if (splitting_ == SdcSplitting::imex) {
      require(problem_->stiff_part() != nullptr, "a stiff part apart from the rest");
      jacobian_ = &problem_->stiff_part()->jacobian();
      has_constant_jacobian_ = problem_->stiff_part()->has_constant_jacobian();
    }
  }

  Index dimension() const override { return problem_->dimension(); }
  bool has_explicit_part() const override { return splitting_ != SdcSplitting::all_implicit; }
  bool has_implicit_part() const override { return splitting_ != SdcSplitting::all_explicit; }

  /// By what both parts together give, so that the splitting never changes the equation.
  void evaluate_explicit(double time, const StateView& state, StateOut slope) const override {
    problem_->evaluate(time, state, slope);
    if (splitting_ != SdcSplitting::imex) return;
    const auto stiff = borrow();
    problem_->stiff_part()->evaluate(time, state, stiff->change);
    stage_algebra::add_multiple(dimension(), -1.0, stiff->change.data(), slope.data());
  }
  void evaluate_implicit(double time, const StateView& state, StateOut slope) const override {
    if (splitting_ == SdcSplitting::imex) {
      problem_->stiff_part()->evaluate(time, state, slope);
    } else {
      problem_->evaluate(time, state, slope);
    }
  }

  bool solve_implicit(double time, double factor, const StateView& base, StateOut state) const override {
    const auto scratch = borrow();
    scratch->state = state;
    bool is_solved = false;
    if (has_constant_jacobian_) {
      const std::shared_ptr<const Factors<double>> factors =
          kept_.get(factor, [&] { return constant_factors(time, factor); });
      is_solved = iterate(time, factor, base, *factors, *scratch);
    } else {
      is_solved = newton(time, factor, base, *scratch, false);
      if (!is_solved) {
        scratch->state = state;
        is_solved = newton(time, factor, base, *scratch, true);
      }
    }
    if (is_solved) state = scratch->state;
    return is_solved;
  }

 private:
  struct Scratch {
    State state, change;
    SparseMatrix jacobian;
    std::unique_ptr<Factors<double>> factors;
  };

  void require(bool has_it, const char* what) const {
    if (has_it) return;
    throw ParameterError("method", std::string("needs ") + what + ", which " + problem_->name() + " does not have");
  }

  ObjectPool<Scratch>::Loan borrow() const {
    return pool_.borrow([this] {
      auto made = std::make_unique<Scratch>();
      made->change.resize(dimension());
      return made;
    });
  }

  const LinearSolver& solver() const {
    std::call_once(solver_made_, [this] { solver_ = make_linear_solver(jacobian_->pattern()); });
    return *solver_;
  }

  std::unique_ptr<const Factors<double>> constant_factors(double time, double factor) const {
    SparseMatrix matrix;
    jacobian_->evaluate(time, State::Zero(dimension()), matrix);
    std::unique_ptr<Factors<double>> made = solver().make_real();
    if (!made->compute(matrix, 1.0 / factor)) throw PropagationError(time, "a matrix of the implicit part is singular");
    return made;
  }

  /// With the Jacobian at the guess, or at every iterate.
  bool newton(double time, double factor, const StateView& base, Scratch& scratch, bool is_relinearized) const {
    if (!scratch.factors) scratch.factors = solver().make_real();
    NewtonOptions options;
    if (is_relinearized) options.most_iterations = kMostRelinearizedNodes;
    NewtonMonitor monitor(options, norm(scratch.state), 1.0);
    auto verdict = NewtonMonitor::Verdict::go_on;
    for (Index i = 0; verdict == NewtonMonitor::Verdict::go_on; ++i) {
      StopScope::throw_if_stop_requested();
      if (i == 0 || is_relinearized) {
        jacobian_->evaluate(time, scratch.state, scratch.jacobian);
        if (!scratch.factors->compute(scratch.jacobian, 1.0 / factor)) return false;
      }
      const double change = correct(time, factor, base, *scratch.factors, scratch);
      verdict = monitor.judge(change);
    }
    return verdict == NewtonMonitor::Verdict::converged;
  }

  bool iterate(double time, double factor, const StateView& base, const Factors<double>& factors,
               Scratch& scratch) const {
    NewtonMonitor monitor(NewtonOptions{}, norm(scratch.state), 1.0);
    auto verdict = NewtonMonitor::Verdict::go_on;
    while (verdict == NewtonMonitor::Verdict::go_on) {
      const double change = correct(time, factor, base, factors, scratch);
      if (solver().is_direct()) return true;
      verdict = monitor.judge(change);
    }
    return verdict == NewtonMonitor::Verdict::converged;
  }

  /// One iteration; returns how far it went, not finite where the system was not solved.
  double correct(double time, double factor, const StateView& base, const Factors<double>& factors,
                 Scratch& scratch) const {
    const Index d = dimension();
    evaluate_implicit(time, scratch.state, scratch.change);
    stage_algebra::residual(d, scratch.change.data(), 1.0 / factor, scratch.state.data(), base.data(),
                            scratch.change.data());
    if (!factors.solve(scratch.change.data())) return std::numeric_limits<double>::infinity();
    return stage_algebra::add_change(d, weights_.data(), scratch.change.data(), scratch.state.data());
  }

  double norm(const State& state) const { return stage_algebra::norm(dimension(), weights_.data(), state.data()); }

  std::shared_ptr<const OdeProblem> problem_;
  SdcSplitting splitting_;
  State weights_;
  const Jacobian* jacobian_ = nullptr;
  bool has_constant_jacobian_ = false;
  mutable std::once_flag solver_made_;
  mutable std::shared_ptr<const LinearSolver> solver_;
  mutable FactorCache<Factors<double>> kept_{kMostKeptFactors};
  mutable ObjectPool<Scratch> pool_;
};

}  // namespace

std::unique_ptr<SplitEquation> make_split_equation(std::shared_ptr<const OdeProblem> problem, SdcSplitting splitting) {
  return std::make_unique<SplitProblem>(std::move(problem), splitting);
}

}  // namespace forerun
