#pragma once

#include "core/base/state.h"
#include "core/execution/slice_executor.h"

namespace forerun {

/// Ridge readout that takes in samples batch by batch:
///
///   W = argmin ‖W Φ − Y‖_F² + λ ‖W‖_F²,      λ = ridge > 0,
///
/// over all samples so far. Keeps the triangular factor R of the stacked matrix [√λ I; Φᵀ] = Q R and Z = Qᵀ [0; Yᵀ];
/// new samples are new rows, reflected into R by blocked Householder transformations, which is backward stable where
/// updating the inverse or the normal equations is not.
///
/// Shapes as in `fit_readout`. Cost of `append`: 2 k M (M + outputs) for k samples and M features, so a whole run costs
/// about one factorisation; of `solve`: M² outputs. Memory M² + M outputs.
/// Columns are worked on as pieces of the executor; the result does not depend on the number of threads. Throws
/// std::invalid_argument on mismatched shapes, λ not > 0 or non-finite entries. Source: Björck (1996), ch. 3;
/// Schreiber, Van Loan (1989) for the blocked reflectors.
class RecursiveReadout {
 public:
  RecursiveReadout(Index num_features, Index num_outputs, double ridge);

  Index num_features() const { return num_features_; }
  Index num_outputs() const { return factor_.cols() - num_features_; }

  /// Adds samples: columns of `features` (M × k) with their `targets` (outputs × k).
  void append(const StatesView& features, const StatesView& targets, SliceExecutor& executor);
  /// Adds outputs that are zero in all samples so far.
  void append_outputs(Index count);
  /// W, num_outputs × num_features.
  States solve(SliceExecutor& executor) const;

 private:
  /// Reflects samples, a row each with their targets behind their features, into the triangle.
  void annihilate(States& rows, SliceExecutor& executor);

  Index num_features_;
  States factor_;  ///< R, upper triangular, M × M, and Z, M × outputs, beside it
};

}  // namespace forerun
