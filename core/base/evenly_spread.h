#pragma once

#include <algorithm>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// `count` of the places 0 … size − 1, or all where there are no more: place i in the middle of the i-th of `count`
/// equal shares, in order. Cost O(count).
inline std::vector<Index> evenly_spread(Index count, Index size) {
  std::vector<Index> places(static_cast<std::size_t>(std::min(count, size)));
  const auto shares = static_cast<Index>(places.size());
  for (Index i = 0; i < shares; ++i) places[static_cast<std::size_t>(i)] = (2 * i + 1) * size / (2 * shares);
  return places;
}

}  // namespace forerun
