#include "solvers/integrators/rkc2.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "core/base/errors.h"
#include "core/base/multiversion.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/adaptive_rk_kernel.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/stability.h"

namespace forerun {
namespace {

constexpr double kDamping = 2.0 / 13.0;
constexpr double kStability = 1.54;  // s = 1 + √(1 + 1.54 hρ)
constexpr Index kMostStages = 100'000;
constexpr double kLeastChebyshevStep = 1e-13;

/// Of stage j, which makes Y_j.
struct StageCoefficients {
  double mu, nu, mu_slope, gamma_slope;
  double time;  ///< c_j
};

/// Σ of the recurrences of T_j, T_j', T_j'' at w0 that the method's coefficients are made of.
class Coefficients {
 public:
  explicit Coefficients(Index num_stages) {
    const auto s = static_cast<double>(num_stages);
    const double w0 = 1.0 + kDamping / (s * s);
    const Chebyshev last = chebyshev(num_stages, w0);
    const double w1 = last.first / last.second;
    Chebyshev now = chebyshev(2, w0);
    Chebyshev before{w0, 1.0, 0.0};
    double b = now.second / (now.first * now.first);
    double b_before = b;       // b_1 = b_2
    double b_long_before = b;  // b_0 = b_2
    first_slope_ = b * w1;
    first_time_ = w1 * now.second / now.first / now.first;  // c_2 / T_2'(w0)
    double a_before = 1.0 - b * w0;
    for (Index j = 2; j <= num_stages; ++j) {
      if (j > 2) {
        const Chebyshev next = step(now, before, w0);
        before = std::exchange(now, next);
        b = now.second / (now.first * now.first);
      }
      const double mu_slope = 2.0 * b * w1 / b_before;
      stages_.push_back(
          {2.0 * b * w0 / b_before, -b / b_long_before, mu_slope, -a_before * mu_slope, w1 * now.second / now.first});
      a_before = 1.0 - b * now.value;
      b_long_before = std::exchange(b_before, b);
    }
  }

  double first_slope() const { return first_slope_; }
  double first_time() const { return first_time_; }
  /// Stages 2, 3, ….
  const std::vector<StageCoefficients>& stages() const { return stages_; }

 private:
  struct Chebyshev {
    double value, first, second;
  };

  static Chebyshev step(const Chebyshev& now, const Chebyshev& before, double w0) {
    return {2.0 * w0 * now.value - before.value, 2.0 * (now.value + w0 * now.first) - before.first,
            2.0 * (2.0 * now.first + w0 * now.second) - before.second};
  }
  static Chebyshev chebyshev(Index degree, double w0) {
    Chebyshev before{1.0, 0.0, 0.0};
    Chebyshev now{w0, 1.0, 0.0};
    for (Index j = 2; j <= degree; ++j) before = std::exchange(now, step(now, before, w0));
    return now;
  }

  double first_slope_;
  double first_time_;
  std::vector<StageCoefficients> stages_;
};

/// y = y_1 ← the next stage, in the place of the one before the last.
FORERUN_MULTIVERSION void combine(Index d, const StageCoefficients& c, double h, const double* start,
                                  const double* start_slope, const double* last, const double* slope, double* y) {
  const double rest = 1.0 - c.mu - c.nu;
  const double step = c.mu_slope * h;
  const double start_step = c.gamma_slope * h;
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) {
    y[i] = rest * start[i] + c.mu * last[i] + c.nu * y[i] + step * slope[i] + start_step * start_slope[i];
  }
}

/// ‖0.8 (u − u') + 0.4 h (f + f')‖ by weights, root mean square.
FORERUN_MULTIVERSION double error_norm(Index d, const double* weights, double h, const double* u, const double* slope,
                                       const double* next, const double* next_slope) {
  return rk::root_mean_square(
      d, weights, [&](Index i) __attribute__((always_inline)) {
        return 0.8 * (u[i] - next[i]) + 0.4 * h * (slope[i] + next_slope[i]);
      });
}

/// One slice's integration.
class ChebyshevIntegration {
 public:
  ChebyshevIntegration(const OdeProblem& problem, const Slice& slice, const StateView& in)
      : problem_(problem), d_(problem.dimension()), slice_(slice), memory_((d_ + 7) / 8 * 8, 6) {
    double* memory = memory_.data();
    for (double** vector : {&u_, &slope_, &even_, &odd_, &stage_slope_, &next_slope_}) {
      *vector = memory;
      memory += memory_.rows();
    }
    std::copy_n(in.data(), d_, u_);
  }

  void equal_steps(Index steps) {
    for (Index j = 0; j < steps; ++j) {
      StopScope::throw_if_stop_requested();
      const double t = step_begin(slice_, j, steps);
      const double h = slice_.length() / static_cast<double>(steps);
      evaluate(t, u_, slope_);
      std::swap(u_, step(t, h, num_stages(t, h)));
      require_finite(Eigen::Map<const State>(u_, d_), slice_, j, steps);
    }
  }

  void follow(double tolerance, const double* weights) {
    double t = slice_.begin;
    evaluate(t, u_, slope_);
    double radius = radius_at(t);
    double h = first_step(tolerance, weights, radius);
    double most_growth = 5.0;
    while (true) {
      StopScope::throw_if_stop_requested();
      if (!(h > kLeastChebyshevStep * slice_.length())) throw_steps_too_small(slice_, t, h);
      const bool is_last = t + h >= slice_.end;
      if (is_last) h = slice_.end - t;
      const double end = is_last ? slice_.end : t + h;
      double*& next = step(t, h, stages_for(t, h * radius));
      evaluate(end, next, next_slope_);
      const double error = error_norm(d_, weights, h, u_, slope_, next, next_slope_);
      const double wanted = 0.8 * std::cbrt(tolerance / error);
      if (!(error <= tolerance)) {  // or not a number
        h *= std::isfinite(wanted) ? std::clamp(wanted, 0.1, 0.8) : 0.1;
        most_growth = 1.0;
        continue;
      }
      std::swap(u_, next);
      std::swap(slope_, next_slope_);
      if (is_last) return;
      t = end;
      h *= std::clamp(wanted, 0.2, most_growth);
      most_growth = 5.0;
      radius = radius_at(t);
    }
  }

  const double* state() const { return u_; }
  Index num_evaluations() const { return num_evaluations_; }

 private:
  void evaluate(double t, const double* state, double* slope) {
    ++num_evaluations_;
    problem_.evaluate(t, Eigen::Map<const State>(state, d_), Eigen::Map<State>(slope, d_));
  }

  double radius_at(double t) { return spectral_radius(problem_, t, Eigen::Map<const State>(u_, d_)); }

  Index num_stages(double t, double h) { return stages_for(t, h * radius_at(t)); }

  static Index stages_for(double t, double scaled_radius) {
    if (!std::isfinite(scaled_radius)) throw PropagationError(t, "the right-hand side is not finite around the state");
    const double wanted = 1.0 + std::floor(std::sqrt(1.0 + kStability * scaled_radius));
    if (!(wanted <= static_cast<double>(kMostStages))) {
      throw PropagationError(t, "a step of rkc2 would need more than 100000 stages: take more steps");
    }
    return std::max<Index>(2, static_cast<Index>(wanted));
  }

  /// From u and its slope; where the result stands, in the place of one of two vectors.
  double*& step(double t, double h, Index num_stages) {
    const Coefficients coefficients(num_stages);
    for (Index i = 0; i < d_; ++i) {
      even_[i] = u_[i];
      odd_[i] = u_[i] + coefficients.first_slope() * h * slope_[i];
    }
    double** last = &odd_;
    double** before = &even_;
    double last_time = coefficients.first_time();
    for (const StageCoefficients& stage : coefficients.stages()) {
      evaluate(t + last_time * h, *last, stage_slope_);
      combine(d_, stage, h, u_, slope_, *last, stage_slope_, *before);
      std::swap(last, before);
      last_time = stage.time;
    }
    return *last;
  }

  double first_step(double tolerance, const double* weights, double radius) {
    double h = std::min(slice_.length(), 1.0 / std::max(radius, 1.0 / slice_.length()));
    for (Index i = 0; i < d_; ++i) even_[i] = u_[i] + h * slope_[i];
    evaluate(slice_.begin + h, even_, next_slope_);
    const double change = rk::root_mean_square(d_, weights, [&](Index i) { return next_slope_[i] - slope_[i]; });
    const double error = h * change / tolerance;
    if (!std::isfinite(error)) return 1e-3 * h;
    if (0.1 * h < slice_.length() * std::sqrt(error)) h = std::max(0.1 * h / std::sqrt(error), 1e-6 * h);
    return std::min(h, slice_.length());
  }

  const OdeProblem& problem_;
  Index d_;
  Slice slice_;
  Eigen::MatrixXd memory_;  ///< own: who evaluates f may use the thread's
  double* u_ = nullptr;
  double* slope_ = nullptr;  ///< f(u)
  double* even_ = nullptr;   ///< stages, by turns
  double* odd_ = nullptr;
  double* stage_slope_ = nullptr;
  double* next_slope_ = nullptr;
  Index num_evaluations_ = 0;
};

class Rkc2 : public Propagator {
 public:
  explicit Rkc2(std::shared_ptr<const OdeProblem> problem) : problem_(std::move(problem)) {}

  Index dimension() const override { return problem_->dimension(); }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    ChebyshevIntegration integration(*problem_, slice, in);
    integrate(integration);
    std::copy_n(integration.state(), dimension(), out.data());
  }

  double work(const Slice& slice, const StateView& in) const override {
    ChebyshevIntegration integration(*problem_, slice, in);
    integrate(integration);
    return static_cast<double>(integration.num_evaluations());
  }

 protected:
  virtual void integrate(ChebyshevIntegration& integration) const = 0;

  const OdeProblem& problem() const { return *problem_; }

 private:
  std::shared_ptr<const OdeProblem> problem_;
};

class EqualSteps final : public Rkc2 {
 public:
  EqualSteps(std::shared_ptr<const OdeProblem> problem, Index steps) : Rkc2(std::move(problem)), steps_(steps) {
    require_steps(steps);
  }
  /// What it takes where nothing is stiff.
  double work_per_slice() const override { return 2.0 * static_cast<double>(steps_); }

 private:
  void integrate(ChebyshevIntegration& integration) const override { integration.equal_steps(steps_); }

  Index steps_;
};

class FollowingTolerance final : public Rkc2 {
 public:
  FollowingTolerance(std::shared_ptr<const OdeProblem> problem, double tolerance)
      : Rkc2(std::move(problem)), tolerance_(tolerance), weights_(error_weights(this->problem().bounds())) {}
  double work_per_slice() const override { return 2.0 * static_cast<double>(fineness(SolverSpec("rkc", tolerance_))); }

 private:
  void integrate(ChebyshevIntegration& integration) const override { integration.follow(tolerance_, weights_.data()); }

  double tolerance_;
  State weights_;
};

}  // namespace

std::unique_ptr<Propagator> make_rkc2(std::shared_ptr<const OdeProblem> problem, Index steps) {
  return std::make_unique<EqualSteps>(std::move(problem), steps);
}

std::unique_ptr<Propagator> make_adaptive_rkc2(std::shared_ptr<const OdeProblem> problem, double tolerance) {
  return std::make_unique<FollowingTolerance>(std::move(problem), tolerance);
}

}  // namespace forerun
