#include "solvers/integrators/spectral/spectral_bound.h"

#include <algorithm>
#include <limits>

namespace forerun {

void SpectralBound::on_start(Index num_slices, const States& boundaries) {
  previous_ = boundaries;
  of_boundaries_.assign(static_cast<std::size_t>(num_slices + 1), std::numeric_limits<double>::infinity());
  of_boundaries_.front() = 0.0;
}

void SpectralBound::on_iteration(const IterationRecord& iteration, const States& boundaries) {
  const bool holds = iteration.num_fallbacks == 0;
  for (Index n = frozen_; n < grid_.num_slices(); ++n) {
    double& bound = of_boundaries_[static_cast<std::size_t>(n + 1)];
    if (n < iteration.exact_front) {
      bound = 0.0;
      continue;
    }
    const Slice slice = grid_.slice(n);
    const double increment = (boundaries.col(n) - previous_.col(n)).norm();
    bound = holds ? coarse_.largest(slice) * of_boundaries_[static_cast<std::size_t>(n)] +
                        (increment > 0.0 ? coarse_.left_out(slice) * increment : 0.0)
                  : std::numeric_limits<double>::infinity();
    if (!(bound >= 0.0)) bound = std::numeric_limits<double>::infinity();  // ∞ · 0
  }
  frozen_ = iteration.converged_front;
  previous_ = boundaries;
  bounds_.push_back(*std::max_element(of_boundaries_.begin(), of_boundaries_.end()));
}

}  // namespace forerun
