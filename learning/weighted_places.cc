#include "learning/weighted_places.h"

#include <numeric>

namespace forerun {

std::vector<std::size_t> weighted_places(const std::vector<double>& weights, std::size_t count) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(total > 0.0)) {
    if (weights.empty()) return {};
    return weighted_places(std::vector<double>(weights.size(), 1.0), count);
  }
  std::vector<std::size_t> places;
  double sum = 0.0;
  std::size_t passed = 0;
  for (std::size_t place = 0; place < weights.size() && passed < count; ++place) {
    sum += weights[place];
    const std::size_t before = passed;
    while (passed < count &&
           sum * 2.0 * static_cast<double>(count) >= (2.0 * static_cast<double>(passed) + 1.0) * total)
      ++passed;
    if (passed > before) places.push_back(place);
  }
  return places;
}

}  // namespace forerun
