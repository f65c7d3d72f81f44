#include "solvers/integrators/implicit/newton_monitor.h"

#include <algorithm>
#include <cmath>

namespace forerun {

NewtonMonitor::NewtonMonitor(const NewtonOptions& options, double state_size, double carried)
    : options_(options), state_size_(state_size), remaining_(std::pow(std::max(carried, 1e-16), 0.8)) {}

NewtonMonitor::Verdict NewtonMonitor::judge(double change) {
  constexpr double rounding = 1e-15;
  constexpr double slowest = 0.9;
  ++num_iterations_;
  if (!std::isfinite(change)) return Verdict::failed;
  if (num_iterations_ == 1) first_change_ = change;
  const double size = state_size_ + first_change_;
  const double tolerance = options_.is_relative ? options_.tolerance * size : options_.tolerance;
  if (change <= rounding * size) return Verdict::converged;
  if (num_iterations_ > 1) {
    const double ratio = change / last_change_;
    rate_ = num_iterations_ == 2 ? ratio : std::sqrt(ratio * last_ratio_);
    last_ratio_ = ratio;
    if (!(rate_ < slowest)) return failed_or_rounding(change);
    remaining_ = rate_ / (1.0 - rate_);
    const auto left = static_cast<double>(options_.most_iterations - num_iterations_);
    if (std::pow(rate_, left) * remaining_ * change > tolerance) return failed_or_rounding(change);
  }
  last_change_ = change;
  if (remaining_ * change <= tolerance) return Verdict::converged;
  return num_iterations_ < options_.most_iterations ? Verdict::go_on : failed_or_rounding(change);
}

NewtonMonitor::Verdict NewtonMonitor::failed_or_rounding(double change) const {
  constexpr double least = 1e-11;
  const bool is_rounding = options_.is_relative && change <= least * (state_size_ + first_change_);
  return is_rounding ? Verdict::converged : Verdict::failed;
}

}  // namespace forerun
