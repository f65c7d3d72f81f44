#include "solvers/integrators/implicit/step_control.h"

#include <algorithm>
#include <cmath>

namespace forerun {
namespace {

constexpr double kLeastError = 1e-4;
constexpr double kMostGrowth = 8.0;
constexpr double kLeastGrowth = 0.2;

}  // namespace

double StepControl::safety(int num_iterations) const {
  const double most = 2.0 * most_iterations_ + 1.0;
  return 0.9 * most / (most - 1.0 + num_iterations);
}

double StepControl::after_accepted(double step, double error, int num_iterations) {
  const double size = std::max(error, kLeastError);
  double factor = safety(num_iterations) * std::pow(size, -exponent_);
  if (last_step_ > 0.0) {
    if (is_predictive_) {
      const double trend = step / last_step_ * std::pow(last_error_ / size, exponent_);
      factor = std::min(factor, factor * trend);
    } else {
      factor = safety(num_iterations) * std::pow(size, -0.7 * exponent_) * std::pow(last_error_, 0.4 * exponent_);
    }
  }
  last_step_ = step;
  last_error_ = std::max(size, 1e-2);
  const double most = was_rejected_ ? 1.0 : kMostGrowth;
  was_rejected_ = false;
  return std::clamp(factor, kLeastGrowth, most);
}

double StepControl::after_rejected(double error, int num_iterations) {
  const bool was_rejected = was_rejected_;
  was_rejected_ = true;
  if (!std::isfinite(error)) return 0.1;
  const double most = was_rejected ? 0.5 : 0.9;
  return std::clamp(safety(num_iterations) * std::pow(error, -exponent_), 0.1, most);
}

}  // namespace forerun
