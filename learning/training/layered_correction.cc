#include "learning/training/layered_correction.h"

#include <span>
#include <vector>

#include "learning/numerics/column_blocks.h"
#include "learning/training/shared_samples.h"

namespace forerun {

std::shared_ptr<const Harvest> residual_of(const Harvest& harvest, const Correction& model, SliceExecutor& executor) {
  constexpr Index kBlock = 16;
  std::shared_ptr<const Harvest> residual;
  together(harvest.processes(), [&] {
    std::vector<Slice> slices;
    for (const Index sample : harvest.held()) slices.push_back(harvest.slice(sample));
    const auto count_held = static_cast<Index>(slices.size());
    States left(harvest.dimension(), count_held);
    for_each_column_block(executor, count_held, kBlock, [&](Index first, Index count) {
      auto block = left.middleCols(first, count);
      model.evaluate_block(std::span(slices).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                           harvest.states().middleCols(first, count), columns_if_any(harvest.coarse(), first, count),
                           block);
      block = harvest.discrepancies().middleCols(first, count) - block;
    });
    residual = std::make_shared<const Harvest>(harvest.with_discrepancies(left));
  });
  return residual;
}

}  // namespace forerun
