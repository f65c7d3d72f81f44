#include "core/base/state_norm.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace forerun {
namespace {

using Values = Eigen::Map<const Eigen::ArrayXd>;

}  // namespace

StateNorm::StateNorm(const StateBounds& bounds, NormKind kind) : kind_(kind) {
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

StateNorm StateNorm::with_scale(const State& scale) const {
  for (Index i = 0; i < scale.size(); ++i) {
    if (!std::isfinite(scale[i]) || !(scale[i] > 0.0)) {
      throw std::invalid_argument("state scale: component " + std::to_string(i) + " must be finite and > 0");
    }
  }
  StateNorm norm(kind_);
  norm.weights_ = scale.array().inverse();
  return norm;
}

double StateNorm::distance_of_many(const double* a, const double* b, Index dimension) const {
  const bool weighted = has_scale();
  const auto difference = (Values(a, dimension) - Values(b, dimension)).abs();
  if (kind_ == NormKind::rms) {
    const double squares = weighted ? (weights_ * difference).square().sum() : difference.square().sum();
    return std::sqrt(squares / static_cast<double>(dimension));
  }
  if (!weighted) return difference.maxCoeff<Eigen::PropagateNaN>();
  return (weights_ * difference).maxCoeff<Eigen::PropagateNaN>();
}

double StateNorm::largest_component(const double* state, Index dimension) const {
  const auto magnitude = Values(state, dimension).abs();
  return has_scale() ? (weights_ * magnitude).maxCoeff<Eigen::PropagateNaN>()
                     : magnitude.maxCoeff<Eigen::PropagateNaN>();
}

}  // namespace forerun
