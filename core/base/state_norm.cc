#include "core/base/state_norm.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace forerun {

StateNorm::StateNorm(const StateBounds& bounds) {
  if (bounds.lower.size() != bounds.upper.size()) {
    throw std::invalid_argument("state bounds: lower and upper differ in length");
  }
  for (Index i = 0; i < bounds.lower.size(); ++i) {
    if (!std::isfinite(bounds.lower[i]) || !std::isfinite(bounds.upper[i]) || !(bounds.lower[i] < bounds.upper[i])) {
      throw std::invalid_argument("state bounds: component " + std::to_string(i) +
                                  " must have lower < upper, both finite");
    }
  }
  weights_ = 2.0 / (bounds.upper - bounds.lower).array();
}

double StateNorm::distance(const double* a, const double* b, Index dimension) const {
  using Values = Eigen::Map<const Eigen::ArrayXd>;
  const bool weighted = weights_.size() > 0;
  if (dimension == 1) return weighted ? weights_[0] * std::abs(*a - *b) : std::abs(*a - *b);
  const auto difference = (Values(a, dimension) - Values(b, dimension)).abs();
  if (!weighted) return difference.maxCoeff<Eigen::PropagateNaN>();
  return (weights_ * difference).maxCoeff<Eigen::PropagateNaN>();
}

}  // namespace forerun
