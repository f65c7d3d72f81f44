#include "core/error_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forerun {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr std::size_t kWindow = 2;
constexpr double kGrowthMemory = 0.6;
/// Changes this small, in scaled states of size one, are rounding and show no growth.
constexpr double kRounding = 1e-13;

double windowed_maximum(const std::vector<double>& values, std::size_t first, std::size_t n) {
  const std::size_t end = std::min(values.size(), n + kWindow + 1);
  double largest = values[n];
  for (std::size_t i = n < first + kWindow ? first : n - kWindow; i < end; ++i) largest = std::max(largest, values[i]);
  return largest;
}

}  // namespace

ErrorEstimate::ErrorEstimate(Index num_slices, double safety)
    : safety_(safety),
      start_increments_(static_cast<std::size_t>(num_slices), 0.0),
      contractions_(static_cast<std::size_t>(num_slices), kUnknown),
      growths_(static_cast<std::size_t>(num_slices), 1.0),
      errors_(static_cast<std::size_t>(num_slices), kUnknown),
      consequences_(errors_) {}

void ErrorEstimate::observe_jumps(Index first, const std::vector<double>& jumps) {
  if (level_is_new_) return;
  const auto begin = static_cast<std::size_t>(first);
  for (std::size_t n = begin; n < jumps.size(); ++n) {
    const double increment = windowed_maximum(start_increments_, begin, n);
    if (increment <= kRounding) continue;
    contractions_[n] = windowed_maximum(jumps, begin, n) / increment;
    largest_contraction_ = std::max(largest_contraction_, contractions_[n]);
  }
}

double ErrorEstimate::contraction(std::size_t n) const {
  if (!knows_contraction()) return kUnknown;
  return std::isfinite(contractions_[n]) ? contractions_[n] : largest_contraction_;
}

void ErrorEstimate::observe_reduction(double largest_increment) {
  const double reduction = largest_increment_ > 0.0 ? largest_increment / largest_increment_ : 0.0;
  smallest_credible_ = largest_increment * std::min(1.0, 2.0 * std::max(reduction, last_reduction_));
  largest_increment_ = largest_increment;
  last_reduction_ = reduction;
}

void ErrorEstimate::start_level() {
  largest_increment_ = 0.0;
  last_reduction_ = 0.0;
  level_is_new_ = true;
  std::fill(contractions_.begin(), contractions_.end(), kUnknown);
  std::fill(errors_.begin(), errors_.end(), kUnknown);
}

void ErrorEstimate::update(Index first, const std::vector<double>& increments, const std::vector<double>& carried) {
  level_is_new_ = false;
  const auto begin = static_cast<std::size_t>(first);
  double error = 0.0;
  if (begin > 0) {
    const double unestimated = std::min(1.0, safety_ * contraction(begin - 1)) * increments[begin - 1];
    error = std::isfinite(errors_[begin - 1]) ? errors_[begin - 1] : unestimated;
  }
  start_increments_[begin] = 0.0;
  for (std::size_t n = begin; n < increments.size(); ++n) {
    if (n > begin) start_increments_[n] = increments[n - 1];
    const double increment = start_increments_[n];
    if (increment > kRounding) growths_[n] = std::max(carried[n] / increment, kGrowthMemory * growths_[n]);
    const double left = increment > 0.0 ? safety_ * contraction(n) * increment : 0.0;
    error = growths_[n] * error + left;
    errors_[n] = error;
  }
  observe_reduction(*std::max_element(increments.begin() + first, increments.end()));
  project(begin);
}

void ErrorEstimate::project(std::size_t begin) {
  double amplification = 1.0;
  for (std::size_t n = errors_.size(); n-- > begin;) {
    consequences_[n] = errors_[n] > 0.0 ? errors_[n] * amplification : 0.0;
    amplification = std::max(1.0, growths_[n] * amplification);
  }
}

}  // namespace forerun
