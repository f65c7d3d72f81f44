#include "learning/numerics/normalizer.h"

#include <stdexcept>
#include <string>

namespace forerun {

Normalizer::Normalizer(StateBounds bounds) : bounds_(std::move(bounds)) {
  const State& lower = bounds_.lower;
  const State& upper = bounds_.upper;
  if (lower.size() != upper.size()) throw std::invalid_argument("normalizer: bounds differ in dimension");
  for (Index i = 0; i < lower.size(); ++i) {
    if (!(std::isfinite(lower[i]) && std::isfinite(upper[i]) && lower[i] < upper[i]))
      throw std::invalid_argument("normalizer: bounds of component " + std::to_string(i) +
                                  " must be finite, lower < upper");
  }
  weights_ = 2.0 * (upper - lower).cwiseInverse();
}

void Normalizer::apply(const StateView& state, StateOut normalized) const {
  normalized = (state - bounds_.lower).cwiseProduct(weights_).array() - 1.0;
}

}  // namespace forerun
