#pragma once

#include <filesystem>
#include <functional>
#include <set>

#include "apps/forerun/run/boundary_files.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/run_directory.h"

namespace forerun {

/// States and models of a comparison in its directory: each file is written once, when what it holds is known, and
/// asking again for one that is there does nothing.
///
/// Where processes share the runs all of them ask alike, states are written by all and the rest by the first. Of a run
/// that was interrupted or has failed others may have left: then the first one writes the states that it has, and not
/// a number for the rest.
/// Throws `FileError`, on all where a file of states is concerned; `RunAbandoned`. Not thread-safe.
class ResultFiles {
 public:
  /// All are referred to.
  ResultFiles(const RunDirectory& directory, const Experiment& experiment, TimeCommunicator* communicator);

  /// Nothing where it did not come to its end.
  void write_reference(const SerialSolution& serial_fine);
  void write_states(const CorrectorRun& run);
  /// Nothing where there is none, as below.
  void write_output(const CorrectorRun& run);
  void write_model(const CorrectorRun& run);

 private:
  void once(const std::filesystem::path& file, const std::function<void(const std::filesystem::path&)>& write);
  bool is_first() const { return communicator_ == nullptr || communicator_->rank() == 0; }

  const RunDirectory& directory_;
  const Experiment& experiment_;
  TimeCommunicator* const communicator_;
  const BoundaryFiles files_;
  std::set<std::filesystem::path> written_;
};

}  // namespace forerun
