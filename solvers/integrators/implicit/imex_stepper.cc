#include <algorithm>
#include <cassert>

#include "solvers/equations/stiff_part.h"
#include "solvers/integrators/implicit/stage_algebra.h"
#include "solvers/integrators/implicit/stage_stepper.h"

namespace forerun {
namespace {

/// One stage after the other (imex_tableau.h): stage i's state y solves
///
///   (y − q)/(hγ) = g(t + c_i h, y),      q = u + h Σ_{j<i} (a_ij k_j + â_ij l_j),
///
/// then k_i = (y − q)/(hγ), as with diagonally implicit methods, and l_i = f − g at y.
class ImexStepper final : public StageStepper {
 public:
  ImexStepper(const OdeProblem& problem, const ImplicitMethod& method, const State& weights)
      : StageStepper(problem, method, weights),
        stiff_(*problem.stiff_part()),
        implicit_slopes_(problem.dimension(), static_cast<Index>(method.num_stages)),
        explicit_slopes_(problem.dimension(), static_cast<Index>(method.num_stages)) {}

  StepOutcome attempt(double h, StepMatrices& matrices, const NewtonOptions& options, bool is_relinearized) override {
    step_ = h;
    StepOutcome step{true, 0.0, 0};
    const StageSolve how{h, state_size(options), matrices, options, is_relinearized};
    evaluate_rest(0, time_, state_);
    for (std::size_t i = 1; i < method_.num_stages; ++i) {
      set_base(i, h);
      guess(i, h);
      const double time = time_ + method_.c[i] * h;
      if (!join(solve_stage(time, how), step)) return step;
      stage_algebra::scaled_difference(dimension(), shift(h), next_.data(), base_.data(), implicit_(i));
      if (is_used(i)) evaluate_rest(i, time, next_);
    }
    add_explicit_difference(h);
    return step;
  }

  double error(StepMatrices& /*matrices*/, double /*tolerance*/, bool /*is_doubtful*/) override {
    assert(false && "steps are equal");
    return 0.0;
  }

 private:
  double* implicit_(std::size_t stage) { return implicit_slopes_.col(static_cast<Index>(stage)).data(); }
  double* explicit_(std::size_t stage) { return explicit_slopes_.col(static_cast<Index>(stage)).data(); }

  void evaluate_implicit(double time, const State& state, State& derivative) override {
    stiff_.evaluate(time, state, derivative);
    ++num_evaluations_;
  }
  bool is_solved_at_once() const override { return stiff_.has_constant_jacobian(); }

  /// l_i, by what both together give: so the split never changes the equation.
  void evaluate_rest(std::size_t stage, double time, const State& state) {
    evaluate(time, state.data(), explicit_(stage));
    evaluate_implicit(time, state, change_);
    stage_algebra::add_multiple(dimension(), -1.0, change_.data(), explicit_(stage));
  }

  /// l_i has a weight somewhere.
  bool is_used(std::size_t stage) const {
    return method_.explicit_b[stage] != 0.0 ||
           std::any_of(method_.explicit_a.begin(), method_.explicit_a.end(),
                       [&](const std::vector<double>& row) { return row[stage] != 0.0; });
  }

  void set_base(std::size_t stage, double h) {
    base_ = state_;
    for (std::size_t j = 0; j < stage; ++j) {
      add(h * method_.a[stage][j], implicit_(j), base_);
      add(h * method_.explicit_a[stage][j], explicit_(j), base_);
    }
  }

  /// A first guess with the slope of the stage before; the last step's, where there is one.
  void guess(std::size_t stage, double h) {
    next_ = base_;
    const double weight = 1.0 / shift(h);
    if (stage > 1) {
      add(weight, implicit_(stage - 1), next_);
    } else if (last_step_ > 0.0) {
      add(weight, implicit_(method_.num_stages - 1), next_);
    }
  }

  /// The new state is that of the last stage, plus the difference of the explicit weights to the last row.
  void add_explicit_difference(double h) {
    for (std::size_t j = 0; j < method_.num_stages; ++j) {
      add(h * (method_.explicit_b[j] - method_.explicit_a.back()[j]), explicit_(j), next_);
    }
  }

  void add(double weight, const double* slope, State& target) const {
    if (weight != 0.0) stage_algebra::add_multiple(dimension(), weight, slope, target.data());
  }

  const StiffPart& stiff_;
  States implicit_slopes_;  ///< k; the first is not used
  States explicit_slopes_;  ///< l
};

}  // namespace

std::unique_ptr<ImplicitStepper> make_imex_stepper(const OdeProblem& problem, const ImplicitMethod& method,
                                                   const State& weights) {
  return std::make_unique<ImexStepper>(problem, method, weights);
}

}  // namespace forerun
