#pragma once

#include <vector>

#include "core/base/column_block.h"
#include "core/execution/time_communicator.h"

namespace forerun {

/// The boundaries whose states a process has where slices are shared window by window (core/parareal/windows.h): of
/// each window those of its own slices, which are one more than these; one block a window. One process alone (nullptr
/// stands for that, too) has all N + 1, in one block.
std::vector<ColumnBlock> held_boundaries(const TimeCommunicator* communicator, Index num_slices, Index num_windows = 1);

/// Those of them that are this process's to give: U[0], and where its own slices end. Each boundary is one process's.
std::vector<ColumnBlock> own_boundaries(const TimeCommunicator* communicator, Index num_slices, Index num_windows = 1);

}  // namespace forerun
