#include "core/error_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forerun {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr std::size_t kWindow = 2;
constexpr double kGrowthMemory = 0.6;

double windowed_maximum(const std::vector<double>& values, std::size_t first, std::size_t n) {
  const std::size_t begin = n < first + kWindow ? first : n - kWindow;
  const std::size_t end = std::min(values.size(), n + kWindow + 1);
  return *std::max_element(values.begin() + static_cast<std::ptrdiff_t>(begin),
                           values.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace

ErrorEstimate::ErrorEstimate(Index num_slices, double safety)
    : safety_(safety),
      start_increments_(static_cast<std::size_t>(num_slices), 0.0),
      contractions_(static_cast<std::size_t>(num_slices), kUnknown),
      growths_(static_cast<std::size_t>(num_slices), kUnknown),
      errors_(static_cast<std::size_t>(num_slices), kUnknown),
      consequences_(errors_) {}

void ErrorEstimate::observe_jumps(Index first, const std::vector<double>& jumps) {
  if (level_is_new_) return;
  const auto begin = static_cast<std::size_t>(first);
  for (std::size_t n = begin; n < jumps.size(); ++n) {
    const double increment = windowed_maximum(start_increments_, begin, n);
    if (increment == 0.0) continue;
    contractions_[n] = windowed_maximum(jumps, begin, n) / increment;
    largest_contraction_ = std::max(largest_contraction_, contractions_[n]);
  }
}

void ErrorEstimate::start_level() {
  level_is_new_ = true;
  const double known = largest_contraction_ > 0.0 ? largest_contraction_ : kUnknown;
  std::fill(contractions_.begin(), contractions_.end(), known);
  std::fill(errors_.begin(), errors_.end(), kUnknown);
}

void ErrorEstimate::update(Index first, const std::vector<double>& increments, const std::vector<double>& carried) {
  level_is_new_ = false;
  const auto begin = static_cast<std::size_t>(first);
  double error = begin == 0 ? 0.0 : errors_[begin - 1];
  start_increments_[begin] = 0.0;
  for (std::size_t n = begin; n < increments.size(); ++n) {
    if (n > begin) start_increments_[n] = increments[n - 1];
    const double increment = start_increments_[n];
    if (increment > 0.0) {
      const double remembered = std::isfinite(growths_[n]) ? kGrowthMemory * growths_[n] : 0.0;
      growths_[n] = std::max(carried[n] / increment, remembered);
    }
    const double grown = error > 0.0 ? growths_[n] * error : 0.0;
    const double left = increment > 0.0 ? safety_ * contractions_[n] * increment : 0.0;
    error = grown + left;
    errors_[n] = error;
  }
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
