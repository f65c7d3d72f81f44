#pragma once

#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Which samples belong to which slice: of each slice the newest, of each sample the one that its slice had before.
///
/// Slices are places of an ascending list, so that neighbours in time are neighbours here. Memory: 16 bytes a slice, 8
/// a sample, in three blocks, whatever the number of slices. Cost: O(1) a sample where slices come in order, as sweeps
/// have them, or are known; else a sort of those that are new. Const members are thread-safe.
class SamplesBySlice {
 public:
  /// Sample i = num_samples(), num_samples() + 1, … belongs to slices[i].
  void append(const std::vector<Index>& slices);

  /// Storage is kept.
  void clear() {
    slices_.clear();
    newest_.clear();
    previous_.clear();
  }
  void reserve(Index num_samples) { previous_.reserve(static_cast<std::size_t>(num_samples)); }

  Index num_samples() const { return static_cast<Index>(previous_.size()); }
  Index num_slices() const { return static_cast<Index>(slices_.size()); }
  /// Ascending with the place.
  Index slice(Index place) const { return slices_[static_cast<std::size_t>(place)]; }
  /// The first place whose slice is not below `slice`; num_slices() if there is none.
  Index lower_bound(Index slice) const;

  /// The slice's newest sample, of the first `end` samples; −1 if there is none.
  Index newest_at(Index place, Index end) const;
  Index newest_of(Index slice, Index end) const;
  /// The newest of the slice's samples before this one; −1 if there is none.
  Index previous(Index sample) const { return previous_[static_cast<std::size_t>(sample)]; }

 private:
  void add_slices(const std::vector<Index>& slices);

  std::vector<Index> slices_;
  std::vector<Index> newest_;    ///< of each of them
  std::vector<Index> previous_;  ///< of each sample
};

}  // namespace forerun
