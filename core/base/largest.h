#pragma once

#include <algorithm>
#include <array>
#include <span>

namespace forerun {

/// The largest of numbers, at least `least`. In four chains, since one waits for every comparison before the next; the
/// result is the same.
inline double largest_of(std::span<const double> numbers, double least = 0.0) {
  std::array<double, 4> chains = {least, least, least, least};
  std::size_t n = 0;
  for (; n + 4 <= numbers.size(); n += 4) {
    for (std::size_t k = 0; k < 4; ++k) chains[k] = std::max(chains[k], numbers[n + k]);
  }
  for (; n < numbers.size(); ++n) chains[0] = std::max(chains[0], numbers[n]);
  return std::max(std::max(chains[0], chains[1]), std::max(chains[2], chains[3]));
}

}  // namespace forerun
