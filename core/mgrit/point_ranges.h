#pragma once

#include <algorithm>

#include "core/execution/slice_executor.h"

namespace forerun {

/// body(first, end) over parts of 0 … count − 1, in parallel where there is more to do than a task costs: each of
/// `count` points has `dimension` numbers to be gone through.
template <typename Body>
void for_point_ranges(SliceExecutor& executor, Index count, Index dimension, const Body& body) {
  constexpr Index numbers_per_piece = 1 << 14;
  const Index length = std::max<Index>(1, numbers_per_piece / dimension);
  if (count <= length) {
    if (count > 0) body(Index{0}, count);
    return;
  }
  executor.for_each((count + length - 1) / length,
                    [&](Index piece) { body(piece * length, std::min(count, (piece + 1) * length)); });
}

}  // namespace forerun
