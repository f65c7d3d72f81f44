#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
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

/// The place of the middle value; of the lower of the two where their number is even. Throws likewise.
inline std::size_t place_of_middle(const std::vector<double>& values) {
  if (values.empty()) throw std::invalid_argument("the middle of no values");
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return places[(places.size() - 1) / 2];
}

/// (largest − least) ÷ median, of values > 0. Throws likewise.
inline double relative_spread(const std::vector<double>& values) {
  const double middle = median(values);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return (*most - *least) / middle;
}

}  // namespace forerun
