#pragma once

#include <memory>
#include <vector>

#include "core/execution/slice_executor.h"
#include "learning/stencil/stencil_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// A network's values and first derivatives around the newest state U_n of each slice:
///
///   m(u) ≈ m(U_n) + J_n (u − U_n),      a few numbers a point, one for each field that the network sees there
///
/// (and where it looks at what G does, the same of G(u) − u).
///
/// What a coarse sweep asks of m are small changes, one slice after the other; all that is expensive about them is
/// computed here beforehand, in parallel. Cost: about 1 ½ evaluations of the network a slice; then points × inputs
/// multiplications an evaluation. Memory: points × fields × inputs doubles a slice. Deterministic; const and
/// thread-safe.
class StencilTangents {
 public:
  /// Doubles at most, of all slices together; of more the last have none. Of a harvest that processes share each has
  /// those of its own slices.
  static constexpr Index most_numbers = Index{1} << 24;

  /// `features` are differentiable; `readout` is features × fields.
  StencilTangents(std::shared_ptr<const StencilFeatures> features, const StatesView& readout, const Harvest& harvest,
                  SliceExecutor& executor);

  /// False where the slice has none.
  bool evaluate(const Slice& slice, const StateView& state, const StateView& coarse, StateOut out) const;

 private:
  void differentiate(const StatesView& readout, Index place);
  Index numbers_a_slice() const;

  std::shared_ptr<const StencilFeatures> features_;
  std::vector<Index> slices_;  ///< ascending
  States states_;              ///< of each slice, a column
  States coarse_;              ///< G of them, where it is looked at
  States values_;
  std::vector<States> gradients_;  ///< of each slice: points × (fields × inputs)
};

}  // namespace forerun
