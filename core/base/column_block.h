#pragma once

#include <span>

#include "core/base/state.h"

namespace forerun {

/// Neighbouring columns of a matrix that lies in parts: columns `first` … first + count − 1 of the whole are here from
/// `column` on.
struct ColumnBlock {
  Index first = 0;
  Index count = 0;
  Index column = 0;

  bool operator==(const ColumnBlock&) const = default;
};

inline Index num_columns(std::span<const ColumnBlock> blocks) {
  Index count = 0;
  for (const ColumnBlock& block : blocks) count += block.count;
  return count;
}

}  // namespace forerun
