#include "core/parareal/time_dependence.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <vector>

#include "core/base/evenly_spread.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

constexpr Index kMostProbes = 8, kSlicesPerProbe = 4;
constexpr double kShareThatMatters = 0.01;

/// The slice that the state of slice m is tried on. Near and far take turns, no distance comes twice, and the far ones
/// are parts of the grid in no simple ratio, so that a period of the forcing hides from few of them.
Index tried_slice(Index m, Index probe, Index num_slices) {
  constexpr double kGoldenRatio = 1.618033988749895;
  const double part = std::fmod(static_cast<double>(probe + 1) * kGoldenRatio, 1.0);
  const Index distance =
      probe % 2 == 0 ? 1 + probe / 2 : static_cast<Index>(part * static_cast<double>(num_slices - 1)) + 1;
  return (m + 1 + (distance - 1) % (num_slices - 1)) % num_slices;
}

}  // namespace

bool depends_on_time(const Propagator& coarse_solver, const TimeGrid& grid, const SweepData& sweep,
                     const StateNorm& norm, SliceExecutor& executor) {
  const Index num_slices = grid.num_slices();
  if (num_slices < 2) return false;
  const std::vector<Index> starts =
      evenly_spread(std::clamp<Index>(num_slices / kSlicesPerProbe, 1, kMostProbes), std::ssize(sweep.slices));
  std::vector<double> matters(starts.size(), 0.0);
  executor.for_each(static_cast<Index>(starts.size()), [&](Index probe) {
    const auto p = static_cast<std::size_t>(probe);
    const auto start = static_cast<std::size_t>(starts[p]);
    if (!sweep.holds(start) || !sweep.holds_true(start)) return;
    const Index column = sweep.column(start);
    const Index m = sweep.slices[start].index;
    State elsewhere(sweep.states.rows());
    try {
      CheckedPropagator{coarse_solver, "coarse", 0}.propagate(grid.slice(tried_slice(m, probe, num_slices)),
                                                              sweep.states.col(column), elsewhere);
    } catch (const SliceError&) {
      return;
    }
    const double change = norm.distance(elsewhere, sweep.coarse.col(column));
    const double discrepancy = norm.distance(sweep.fine.col(column), sweep.coarse.col(column));
    if (std::isfinite(change) && change > kShareThatMatters * discrepancy) matters[p] = 1.0;
  });
  if (sweep.processes) sweep.processes->maximize(matters);
  return std::find(matters.begin(), matters.end(), 1.0) != matters.end();
}

}  // namespace forerun
