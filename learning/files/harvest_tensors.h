#pragma once

#include "core/base/state.h"
#include "learning/files/tensor_file.h"
#include "learning/training/harvest.h"

namespace forerun {

/// The parts of a tensor file that hold a harvest of s samples, the same in model files and stores:
///
///   harvest.states, harvest.discrepancies     F64 [s, d]
///   harvest.coarse                            F64 [s, d], only if kept
///   harvest.slices, harvest.iterations        I64 [s]
///   harvest.intervals                         F64 [s, 2], begin and end of each sample's slice; only if all are known
///
/// and the metadata harvest.depends_on_time = "true" where it matters when a slice is.

/// What is to be written; refers to the harvest and is referred to by the writer.
class HarvestTensors {
 public:
  explicit HarvestTensors(const Harvest& harvest);

  /// A file with intervals is of version 2, one without of version 1, which knew none.
  bool has_intervals() const { return intervals_.cols() > 0; }
  void add_to(TensorFileWriter& writer) const;

 private:
  const Harvest& harvest_;
  States intervals_;  ///< 2 × samples, or empty
};

/// Throws `ModelFileError` where something is missing or no harvest of samples with `dimension` components.
Harvest read_harvest(const TensorFile& file, Index dimension);

}  // namespace forerun
