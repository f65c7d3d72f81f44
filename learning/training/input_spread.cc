#include "learning/training/input_spread.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "learning/numerics/column_blocks.h"

namespace forerun {

namespace {

constexpr Index kComponentsPerPiece = 4096;

}  // namespace

StateBounds spread_of(const Harvest& harvest, const StateBounds& bounds, SliceExecutor& executor) {
  constexpr double kLeastRelativeSpread = 1e-3;
  assert(harvest.size() > 0 && harvest.dimension() == bounds.lower.size());
  const std::vector<Index>& iterations = harvest.iterations();
  const Index count = std::find_if(iterations.begin(), iterations.end(),
                                   [&](Index iteration) { return iteration != iterations.front(); }) -
                      iterations.begin();
  const StatesView states = harvest.states().leftCols(count);
  State mean(states.rows());
  State deviation(states.rows());
  for_each_column_block(executor, states.rows(), kComponentsPerPiece, [&](Index first, Index size) {
    auto sum = mean.segment(first, size);
    auto squares = deviation.segment(first, size);
    sum.setZero();
    squares.setZero();
    for (Index j = 0; j < count; ++j) sum += states.col(j).segment(first, size);
    sum /= static_cast<double>(count);
    for (Index j = 0; j < count; ++j) squares += (states.col(j).segment(first, size) - sum).cwiseAbs2();
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
