#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace forerun {

/// The mean of the two middle values where their number is even. Throws std::invalid_argument for none.
inline double median(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("the median of no values");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

}  // namespace forerun
