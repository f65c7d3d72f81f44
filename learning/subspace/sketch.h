#pragma once

#include <cstdint>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Sparse random projection ℝᵈ → ℝˢ in O(d): every component goes, with a random sign, into one of s sums,
///
///   (S x)_b = Σ_{i in b} σ_i x_i,      E ‖S x‖² = ‖x‖²,
///
/// with relative error about √(2/s) in squared lengths and hence in distances. Components are dealt to the sums in runs
/// of s neighbours, each run starting at a random sum, so that reading is contiguous and regular grids do not alias.
///
/// Deterministic: the projection is a function of (d, s, seed), the same on every platform. Thread-safe, no allocation.
/// Throws std::invalid_argument unless 1 ≤ s < d.
/// Source: Charikar, Chen, Farach-Colton (2002); Clarkson, Woodruff (2013).
class Sketch {
 public:
  Sketch(Index dimension, Index size, std::uint64_t seed);

  Index dimension() const { return signs_.size(); }
  Index size() const { return size_; }

  void apply(const StateView& x, StateOut sketch) const;

 private:
  Index size_;
  State signs_;
  std::vector<Index> offsets_;  ///< of each run
};

}  // namespace forerun
