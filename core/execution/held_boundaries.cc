#include "core/execution/held_boundaries.h"

namespace forerun {

std::vector<ColumnBlock> held_boundaries(const TimeCommunicator* communicator, Index num_slices, Index num_windows) {
  if (communicator == nullptr || communicator->size() == 1) return {{0, num_slices + 1, 0}};
  const Index of_window = num_slices / num_windows;
  const SliceRange own = owned_slices(*communicator, of_window);
  std::vector<ColumnBlock> blocks;
  for (Index window = 0; window < num_windows; ++window) {
    blocks.push_back({window * of_window + own.first, own.count + 1, window * (own.count + 1)});
  }
  return blocks;
}

std::vector<ColumnBlock> own_boundaries(const TimeCommunicator* communicator, Index num_slices, Index num_windows) {
  std::vector<ColumnBlock> blocks = held_boundaries(communicator, num_slices, num_windows);
  for (ColumnBlock& block : blocks) {
    if (block.first == 0) continue;
    block = {block.first + 1, block.count - 1, block.column + 1};
  }
  return blocks;
}

}  // namespace forerun
