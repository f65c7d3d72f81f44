#pragma once

#include "core/base/state.h"
#include "core/execution/slice_executor.h"

namespace forerun {

/// Ridge readout that takes in samples batch by batch, by the normal equations:
///
///   W (Φ Φᵀ + λ I) = Y Φᵀ,      λ = ridge > 0,
///
/// over all samples so far. For many samples of few features: it costs half the operations of `RecursiveReadout`, as
/// plain products, and is several times as fast; but the condition of what is solved is the square. Digits are those of
/// λ: rounding, some ε trace(Φ Φᵀ), should be far below it. A ridge of 10⁻⁹ of a feature's mean energy is a thousand
/// times as much for hundreds of features.
///
/// Shapes as in `fit_readout`. Cost of `append`: k M (M + 2 outputs) for k samples and M features; of `solve`: M³/3
/// + 2 M² outputs. Memory M² + M outputs. Blocks of the matrix are pieces of the executor; the result does not depend
/// on the number of threads. Throws std::invalid_argument on mismatched shapes, λ not > 0 or non-finite entries.
/// Source: Björck (1996), ch. 2.
class NormalReadout {
 public:
  NormalReadout(Index num_features, Index num_outputs, double ridge);

  Index num_features() const { return gram_.rows(); }
  Index num_outputs() const { return products_.cols(); }

  /// Adds samples: columns of `features` (M × k) with their `targets` (outputs × k).
  void append(const StatesView& features, const StatesView& targets, SliceExecutor& executor);
  /// W, num_outputs × num_features; not a number where rounding was more than λ.
  States solve() const;

 private:
  States gram_;      ///< lower triangle of Φ Φᵀ + λ I
  States products_;  ///< Φ Yᵀ
};

}  // namespace forerun
