#pragma once

#include <algorithm>

#include "core/execution/slice_executor.h"

namespace forerun {

/// Calls body(first, count) for consecutive blocks of at most `block` of `num_columns` columns, as pieces of
/// `executor`.
template <typename Body>
void for_each_column_block(SliceExecutor& executor, Index num_columns, Index block, const Body& body) {
  executor.for_each((num_columns + block - 1) / block, [&](Index piece) {
    const Index first = piece * block;
    body(first, std::min(block, num_columns - first));
  });
}

}  // namespace forerun
