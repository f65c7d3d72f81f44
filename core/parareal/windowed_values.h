#pragma once

#include <algorithm>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// A number ≥ 0 for each slice, and the largest of neighbours, max_{|j−n| ≤ 2} of them: what happens in a slice is seen
/// in those beside it, too. Zeros lie beyond both ends, so no neighbour has to be asked for.
class WindowedValues {
 public:
  explicit WindowedValues(Index num_slices) : values_(static_cast<std::size_t>(num_slices + 2 * reach), 0.0) {}

  double& operator[](std::size_t n) { return values_[n + reach]; }
  double operator[](std::size_t n) const { return values_[n + reach]; }

  double largest_near(std::size_t n) const {
    const double* const v = values_.data() + n;
    return std::max(std::max(std::max(v[0], v[1]), std::max(v[3], v[4])), v[2]);
  }

  /// From here on slices before `first` are no neighbours.
  void forget_before(Index first) { std::fill_n(values_.begin() + first, reach, 0.0); }

 private:
  static constexpr Index reach = 2;

  std::vector<double> values_;
};

}  // namespace forerun
