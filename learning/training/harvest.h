#pragma once

#include <vector>

#include "core/base/state.h"
#include "core/execution/slice_executor.h"
#include "core/parareal/coarse_trainer.h"
#include "learning/numerics/columns.h"

namespace forerun {

/// Every pair (u, F(u) − G(u)) seen so far, in physical units, one sample per column, in the order (iteration, slice).
///
/// Storage grows by doubling, so appending is amortised O(d) a sample; views are valid until the next append.
/// Throws std::invalid_argument on mismatched dimensions or non-finite entries.
class Harvest {
 public:
  explicit Harvest(Index dimension);

  /// Adds the sweep's states with their discrepancies fine − coarse, in parallel.
  void append(const SweepData& sweep, SliceExecutor& executor);
  /// Adds samples as they are: columns of `states` and `discrepancies`, with their slice and iteration.
  void append(const StatesView& states, const StatesView& discrepancies, const std::vector<Index>& slices,
              const std::vector<Index>& iterations);

  /// Adds column j of `biases` to the discrepancy of every sample of slices[j], in parallel.
  void shift(const std::vector<Index>& slices, const StatesView& biases, SliceExecutor& executor);

  Index dimension() const { return states_.rows(); }
  Index size() const { return states_.size(); }
  StatesView states() const { return states_.view(); }
  StatesView discrepancies() const { return discrepancies_.view(); }
  const std::vector<Index>& slices() const { return slices_; }
  const std::vector<Index>& iterations() const { return iterations_; }

 private:
  Columns states_;
  Columns discrepancies_;
  std::vector<Index> slices_;
  std::vector<Index> iterations_;
};

}  // namespace forerun
