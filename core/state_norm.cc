#include "core/state_norm.h"

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

double StateNorm::distance(const StateView& a, const StateView& b) const {
  const auto difference = (a - b).array().abs();
  if (weights_.size() == 0) return difference.maxCoeff<Eigen::PropagateNaN>();
  return (weights_ * difference).maxCoeff<Eigen::PropagateNaN>();
}

}  // namespace forerun
