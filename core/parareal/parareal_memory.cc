#include "core/parareal/parareal_memory.h"

#include "core/base/time_grid.h"

namespace forerun {
namespace {

constexpr double number_bytes = sizeof(double), index_bytes = sizeof(Index), flag_bytes = sizeof(char);

/// Beside states: the grid; the sweep's increments; LevelControl's levels; ErrorEstimate's six vectors and flags;
/// FineSweep's places of tasks, flags and jumps; what could not be crossed.
constexpr double bytes_a_slice = sizeof(Slice) + 2 * number_bytes + index_bytes + (6 * number_bytes + 2 * flag_bytes) +
                                 (index_bytes + 2 * flag_bytes + number_bytes) + 2 * flag_bytes;

}  // namespace

double parareal_bytes(Index dimension, double num_slices, bool with_trainer) {
  const double num_states = with_trainer ? 4.0 : 3.0;
  return num_slices * (num_states * number_bytes * static_cast<double>(dimension) + bytes_a_slice);
}

double parareal_reserved_bytes(double num_slices) {
  constexpr double task = 3 * index_bytes + index_bytes + number_bytes, queue = 2 * index_bytes;
  return num_slices * (task + queue);
}

double boundary_bytes(Index dimension, double num_slices) {
  return (num_slices + 1.0) * number_bytes * static_cast<double>(dimension);
}

}  // namespace forerun
