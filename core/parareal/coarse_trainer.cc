#include "core/parareal/coarse_trainer.h"

namespace forerun {

void Correction::evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& coarse,
                                StatesOut out) const {
  for (Index j = 0; j < static_cast<Index>(slices.size()); ++j) {
    evaluate(slices[static_cast<std::size_t>(j)], states.col(j), column_if_any(coarse, j), out.col(j));
  }
}

}  // namespace forerun
