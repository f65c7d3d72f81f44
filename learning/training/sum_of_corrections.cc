#include "learning/training/sum_of_corrections.h"

#include "learning/numerics/column_blocks.h"

namespace forerun {

SweepData on_top_of(const Correction& prior, const SweepData& sweep, States& fine, SliceExecutor& executor) {
  constexpr Index kBlock = 16;
  fine.resize(sweep.fine.rows(), sweep.fine.cols());
  for_each_column_block(executor, sweep.states.cols(), kBlock, [&](Index first, Index count) {
    auto block = fine.middleCols(first, count);
    prior.evaluate_block(sweep.slices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                         sweep.states.middleCols(first, count), sweep.coarse.middleCols(first, count), block);
    block = sweep.fine.middleCols(first, count) - block;
  });
  return {.iteration = sweep.iteration,
          .levels = sweep.levels,
          .slices = sweep.slices,
          .states = sweep.states,
          .fine = fine,
          .coarse = sweep.coarse,
          .is_true = sweep.is_true,
          .depends_on_time = sweep.depends_on_time};
}

}  // namespace forerun
