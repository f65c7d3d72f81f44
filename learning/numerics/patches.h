#pragma once

#include "core/base/state.h"

namespace forerun {

/// How a state is cut into the pieces that one network maps to pieces of the discrepancy.
///
///  * stencil = 0: the state as a whole; one patch of d inputs gives d outputs.
///  * stencil = w > 0: a field on a periodic grid, the same law everywhere. Patch i holds u_{i−w} … u_{i+w}, indices
///    modulo d, and gives component i. One state is then d samples of a function of 2w + 1 numbers instead of one
///    sample of a function of d: what is learned at one place holds at every other.
///
/// Shapes: patches num_inputs × num_patches, values num_outputs × num_patches, a contiguous state read in order.
/// Thread-safe. Throws std::invalid_argument unless d ≥ 1 and 0 ≤ 2w < d.
class Patches {
 public:
  Patches(Index dimension, Index stencil);

  Index dimension() const { return dimension_; }
  Index stencil() const { return stencil_; }
  Index num_patches() const { return stencil_ > 0 ? dimension_ : 1; }
  Index num_inputs() const { return stencil_ > 0 ? 2 * stencil_ + 1 : dimension_; }
  Index num_outputs() const { return stencil_ > 0 ? 1 : dimension_; }

  void gather(const StateView& state, Index patch, StateOut inputs) const;
  /// All patches of a state.
  void gather(const StateView& state, StatesOut inputs) const;

 private:
  Index dimension_;
  Index stencil_;
};

}  // namespace forerun
