#include "learning/training/layered_correction.h"

#include <span>
#include <vector>

#include "learning/numerics/column_blocks.h"

namespace forerun {

std::shared_ptr<const Harvest> residual_of(const Harvest& harvest, const Correction& model, SliceExecutor& executor) {
  constexpr Index kBlock = 16;
  std::vector<Slice> slices(static_cast<std::size_t>(harvest.size()));
  for (std::size_t j = 0; j < slices.size(); ++j) slices[j] = harvest.slice(static_cast<Index>(j));
  States left(harvest.dimension(), harvest.size());
  for_each_column_block(executor, harvest.size(), kBlock, [&](Index first, Index count) {
    auto block = left.middleCols(first, count);
    model.evaluate_block(std::span(slices).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                         harvest.states().middleCols(first, count), columns_if_any(harvest.coarse(), first, count),
                         block);
    block = harvest.discrepancies().middleCols(first, count) - block;
  });
  auto residual = std::make_shared<Harvest>(harvest.dimension());
  residual->append(harvest.states(), left, slices, harvest.iterations());
  residual->set_depends_on_time(harvest.depends_on_time());
  return residual;
}

}  // namespace forerun
