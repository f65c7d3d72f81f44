#include "solvers/integrators/spectral/spectral_bound.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace forerun {

void SpectralBound::on_start(Index num_slices, const States& boundaries) {
  previous_ = boundaries;
  crossed_ = boundaries;  // with R = 0 the first states came from 0
  of_boundaries_.assign(static_cast<std::size_t>(num_slices + 1), std::numeric_limits<double>::infinity());
  of_boundaries_.front() = 0.0;
}

/// Changes near rounding are left out: what they grow by is noise.
void SpectralBound::look_at_growth(Index first, const States& increments) {
  constexpr double kNoise = 1e-9;
  for (Index n = first; n < grid_.num_slices(); ++n) {
    const double before = crossed_.col(n).norm();
    if (before > kNoise * previous_.col(n).norm()) growth_ = std::max(growth_, increments.col(n + 1).norm() / before);
  }
}

void SpectralBound::on_iteration(const IterationRecord& iteration, const States& boundaries) {
  const bool holds = iteration.num_fallbacks == 0;
  States increments = boundaries - previous_;
  if (coarse_.modes() == 0) look_at_growth(frozen_, increments);
  for (Index n = frozen_; n < grid_.num_slices(); ++n) {
    double& bound = of_boundaries_[static_cast<std::size_t>(n + 1)];
    if (n < iteration.exact_front) {
      bound = 0.0;
      continue;
    }
    const Slice slice = grid_.slice(n);
    const double largest = coarse_.modes() > 0 ? coarse_.largest(slice) : growth_;
    const double left_out = coarse_.modes() > 0 ? coarse_.left_out(slice) : growth_;
    const double increment = increments.col(n).norm();
    bound = holds
                ? largest * of_boundaries_[static_cast<std::size_t>(n)] + (increment > 0.0 ? left_out * increment : 0.0)
                : std::numeric_limits<double>::infinity();
    if (!(bound >= 0.0)) bound = std::numeric_limits<double>::infinity();  // ∞ · 0
  }
  frozen_ = iteration.converged_front;
  previous_ = boundaries;
  crossed_ = std::move(increments);
  bounds_.push_back(*std::max_element(of_boundaries_.begin(), of_boundaries_.end()));
}

}  // namespace forerun
