#include "learning/numerics/patches.h"

#include <stdexcept>
#include <string>

namespace forerun {

Patches::Patches(Index dimension, Index stencil) : dimension_(dimension), stencil_(stencil) {
  if (dimension < 1) throw std::invalid_argument("patches: a state has one component at least");
  if (stencil < 0 || stencil > (dimension - 1) / 2) {
    throw std::invalid_argument("patches: a stencil of " + std::to_string(stencil) +
                                " points to each side is not within " + std::to_string(dimension) + " components");
  }
}

void Patches::gather(const StateView& state, Index patch, StateOut inputs) const {
  if (stencil_ == 0) {
    inputs = state;
    return;
  }
  Index i = patch - stencil_ + (patch < stencil_ ? dimension_ : 0);
  for (Index j = 0; j < inputs.size(); ++j) {
    inputs[j] = state[i];
    if (++i == dimension_) i = 0;
  }
}

void Patches::gather(const StateView& state, StatesOut inputs) const {
  for (Index patch = 0; patch < num_patches(); ++patch) gather(state, patch, inputs.col(patch));
}

}  // namespace forerun
