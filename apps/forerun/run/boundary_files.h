#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "apps/forerun/run/experiment.h"
#include "core/base/column_block.h"
#include "core/execution/time_communicator.h"
#include "core/files/digest.h"

namespace forerun {

/// The matrix of which each process has the columns `own` among those it holds, in a file as `write_npy` would have
/// written it whole, of `num_columns`. Each writes its own; the file appears when all have written and synced their
/// part. Collective, where there are several processes (nullptr: one alone, which has all): throws the first one's
/// `FileError` on all of them, and `RunAbandoned` where one has left; a stop does not end it.
void write_npy_together(const std::filesystem::path& path, Index num_columns, std::span<const ColumnBlock> own,
                        const States& held, TimeCommunicator* communicator);

/// The states at all boundaries of slices in a .npy file (d × (N + 1)), of which each process that shares the runs has
/// those of its own slices (core/execution/held_boundaries.h). Each writes and reads its own columns; a process holds
/// and moves O(d N / P) numbers. Collective where nothing else is said, on the thread that speaks with the others; all
/// processes see one directory. One process alone (nullptr) writes and reads all.
class BoundaryFiles {
 public:
  BoundaryFiles(const Experiment& experiment, TimeCommunicator* communicator);

  /// As `write_npy_together` does.
  void write(const std::filesystem::path& path, const States& held) const;
  /// By this process alone, without what others have: not a number there. Not collective; throws `FileError`.
  void write_mine(const std::filesystem::path& path, const States& held) const;

  /// Of each boundary's state, of all of them, by which `read` knows it again.
  std::vector<Digest128> digests(const States& held) const;
  /// What this process is to hold; not collective. Throws `FileError` where the file is not one that `write` makes, or
  /// holds states with other digests.
  States read(const std::filesystem::path& path, const std::vector<Digest128>& digests) const;

  /// Whether all processes say so; false as well where one of them has left.
  bool all_agree(bool holds) const;
  /// The place of the first boundary that this process holds.
  Index first_held() const { return held_.front().first; }

 private:
  const Index dimension_;
  const Index num_boundaries_;
  TimeCommunicator* const communicator_;
  const std::vector<ColumnBlock> held_;
  const std::vector<ColumnBlock> own_;
};

}  // namespace forerun
