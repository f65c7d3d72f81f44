#include "learning/training/input_spread.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "learning/numerics/column_blocks.h"

namespace forerun {

namespace {

constexpr Index kComponentsPerPiece = 4096;

/// A sum over samples of one sweep: `add` adds those that are held to what those before them make. One process takes it
/// from the one before, adds its own and passes it on, so that the order is that of the samples; the last tells all.
template <typename Add>
State summed_in_order(const Harvest& harvest, const Add& add) {
  State sums = State::Zero(harvest.dimension());
  TimeCommunicator* const processes = harvest.processes();
  if (processes == nullptr) {
    add(sums);
    return sums;
  }
  const std::span<double> numbers(sums.data(), static_cast<std::size_t>(sums.size()));
  const int rank = processes->rank(), last = processes->size() - 1;
  if (rank > 0) processes->receive(rank - 1, numbers);
  add(sums);
  if (rank < last) processes->send(rank + 1, numbers);
  std::vector<Index> begins(static_cast<std::size_t>(last) + 2, 0);
  begins.back() = sums.size();
  processes->share(numbers, begins);
  return sums;
}

}  // namespace

StateBounds spread_of(const Harvest& harvest, const StateBounds& bounds, SliceExecutor& executor) {
  constexpr double kLeastRelativeSpread = 1e-3;
  assert(harvest.size() > 0 && harvest.dimension() == bounds.lower.size());
  const std::vector<Index>& iterations = harvest.iterations();
  const Index count = std::find_if(iterations.begin(), iterations.end(),
                                   [&](Index iteration) { return iteration != iterations.front(); }) -
                      iterations.begin();
  const auto add_to = [&](State& sums, const auto& of) {
    for_each_column_block(executor, sums.size(), kComponentsPerPiece, [&](Index first, Index size) {
      auto sum = sums.segment(first, size);
      for (Index j = 0; j < count; ++j)
        if (harvest.holds(j)) sum += of(harvest.state(j).segment(first, size), first, size);
    });
  };
  State mean = summed_in_order(
      harvest, [&](State& sums) { add_to(sums, [](const auto& state, Index, Index) { return state; }); });
  mean /= static_cast<double>(count);
  const State deviation = summed_in_order(harvest, [&](State& sums) {
    add_to(sums, [&](const auto& state, Index first, Index size) -> State {
      return (state - mean.segment(first, size)).cwiseAbs2();
    });
  });
  const State widths = bounds.upper - bounds.lower;
  State reach = (3.0 / static_cast<double>(count) * deviation).cwiseSqrt();
  const double widest = reach.cwiseQuotient(widths).maxCoeff();
  if (!(widest > 0.0)) return bounds;
  reach = reach.cwiseMax(kLeastRelativeSpread * widest * widths);
  StateBounds filled{mean - reach, mean + reach};
  const bool sound =
      filled.lower.allFinite() && filled.upper.allFinite() && (filled.lower.array() < filled.upper.array()).all();
  return sound ? filled : bounds;
}

}  // namespace forerun
