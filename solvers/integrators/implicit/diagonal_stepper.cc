#include <algorithm>
#include <cmath>

#include "solvers/integrators/implicit/stage_algebra.h"
#include "solvers/integrators/implicit/stage_stepper.h"

namespace forerun {
namespace {

/// One stage after the other: stage i's state y solves
///
///   (y − r)/(hγ) = f(t + c_i h, y),      r = u + h Σ_{j<i} a_ij k_j,
///
/// and then k_i = (y − r)/(hγ): f itself would magnify what Newton's iteration has left of stiff components.
class DiagonalStepper final : public StageStepper {
 public:
  DiagonalStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights)
      : StageStepper(problem, method, weights),
        slopes_(problem.dimension(), static_cast<Index>(method.num_stages)),
        last_slopes_(problem.dimension(), static_cast<Index>(method.num_stages)) {}

  StepOutcome attempt(double h, StepMatrices& matrices, const NewtonOptions& options, bool is_relinearized) override {
    step_ = h;
    StepOutcome step{true, 0.0, 0};
    std::size_t first = 0;
    if (method_.begins_explicitly()) {
      if (last_step_ == 0.0) slopes_.col(0) = slope();
      first = 1;
    }
    const StageSolve how{h, state_size(options), matrices, options, is_relinearized};
    for (std::size_t i = first; i < method_.num_stages; ++i) {
      set_base(i, h);
      if (!join(solve(i, how), step)) return step;
      stage_algebra::scaled_difference(dimension(), shift(h), next_.data(), base_.data(), slope_of(i));
    }
    return step;
  }

  double error(StepMatrices& /*matrices*/, double /*tolerance*/, bool /*is_doubtful*/) override {
    change_.setZero();
    for (std::size_t i = 0; i < method_.num_stages; ++i) {
      if (method_.e[i] != 0.0) {
        stage_algebra::add_multiple(dimension(), step_ * method_.e[i], slope_of(i), change_.data());
      }
    }
    return norm(change_);
  }

 private:
  double* slope_of(std::size_t stage) { return slopes_.col(static_cast<Index>(stage)).data(); }

  void step_was_accepted() override {
    slopes_.swap(last_slopes_);
    if (method_.begins_explicitly()) slopes_.col(0) = last_slopes_.col(last_slopes_.cols() - 1);
  }

  void set_base(std::size_t stage, double h) {
    base_ = state_;
    for (std::size_t j = 0; j < stage; ++j) {
      const double weight = method_.a[stage][j];
      if (weight != 0.0) stage_algebra::add_multiple(dimension(), h * weight, slope_of(j), base_.data());
    }
  }

  /// The stage's state is left in `next_`: the last stage's is the new state.
  StepOutcome solve(std::size_t stage, const StageSolve& how) {
    if (problem_.is_linear() && how.matrices.is_direct()) {
      stage_algebra::scale(dimension(), shift(how.h), base_.data(), next_.data());
      return {how.matrices.solve(next_.data()), 0.0, 1};
    }
    guess(stage, how.h);
    return solve_stage(time_ + method_.c[stage] * how.h, how);
  }

  /// A first guess of the stage's state in `next_`, with k_i by the polynomial through up to three slopes that are
  /// known already, this step's and the last one's: those nearest in time, but a quarter of a step apart from each
  /// other, so that the polynomial does not magnify their errors.
  void guess(std::size_t stage, double h) {
    constexpr std::size_t most_nodes = 3;
    constexpr double apart = 0.25;
    candidates_.clear();
    for (std::size_t j = 0; j < stage; ++j) candidates_.push_back({method_.c[j], slope_of(j)});
    if (last_step_ > 0.0) {
      const std::size_t num_last = method_.num_stages - (method_.begins_explicitly() ? 1 : 0);
      for (std::size_t j = 0; j < num_last; ++j) {
        candidates_.push_back({(method_.c[j] - 1.0) * last_step_ / h, last_slopes_.col(static_cast<Index>(j)).data()});
      }
    }
    const double x = method_.c[stage];
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [&](const Known& a, const Known& b) { return std::abs(a.time - x) < std::abs(b.time - x); });
    nodes_.clear();
    used_.clear();
    for (const Known& candidate : candidates_) {
      const bool is_apart = std::all_of(nodes_.begin(), nodes_.end(),
                                        [&](double node) { return std::abs(node - candidate.time) >= apart; });
      if (!is_apart || nodes_.size() == most_nodes) continue;
      nodes_.push_back(candidate.time);
      used_.push_back(candidate.slope);
    }
    next_ = base_;
    const std::vector<double> weights = lagrange_weights(nodes_, x);
    for (std::size_t j = 0; j < used_.size(); ++j) {
      stage_algebra::add_multiple(dimension(), weights[j] / shift(h), used_[j], next_.data());
    }
  }

  struct Known {
    double time;  ///< in steps, from this step's begin
    const double* slope;
  };

  States slopes_;
  States last_slopes_;
  std::vector<Known> candidates_;
  std::vector<double> nodes_;
  std::vector<const double*> used_;
};

}  // namespace

std::unique_ptr<ImplicitStepper> make_diagonal_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                                       const State& weights) {
  return std::make_unique<DiagonalStepper>(problem, method, weights);
}

}  // namespace forerun
