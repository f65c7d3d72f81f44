#include "core/error_estimate.h"

#include <algorithm>
#include <limits>

namespace forerun {

ErrorEstimate::ErrorEstimate(Index num_slices, double safety)
    : safety_(safety),
      contraction_(std::numeric_limits<double>::infinity()),
      errors_(static_cast<std::size_t>(num_slices), std::numeric_limits<double>::infinity()) {}

void ErrorEstimate::observe_jump(double jump) {
  if (largest_increment_ > 0.0) contraction_ = jump / largest_increment_;
}

void ErrorEstimate::update(Index first, const std::vector<double>& increments, const std::vector<double>& carried) {
  double error = 0.0;
  double start_increment = 0.0;  // ‖U[n]' − U[n]‖; zero at the front, whose start does not change
  largest_increment_ = 0.0;
  for (std::size_t n = static_cast<std::size_t>(first); n < increments.size(); ++n) {
    if (start_increment > 0.0) {
      const double growth = carried[n] / start_increment;
      error = growth * error + safety_ * contraction_ * start_increment;
    }
    errors_[n] = error;
    // The start of the last slice is the last increment a jump can answer to.
    if (n + 1 < increments.size()) largest_increment_ = std::max(largest_increment_, increments[n]);
    start_increment = increments[n];
  }
}

}  // namespace forerun
