#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/run_directory.h"
#include "apps/forerun/run/run_journal.h"

namespace forerun::python {

/// The directory that `forerun run --out` would leave, of a run from Python: it follows the run, and `forerun report`
/// reads it. Without checkpoints, so `forerun resume` has nothing to go on from. The arguments are referred to.
/// Throws `FileError`, before the run where a place cannot be written.
class KeptRun {
 public:
  KeptRun(const std::filesystem::path& directory, const Experiment& experiment, const ConfigDocument& document,
          const std::optional<WarmStart>& warm_start);

  ComparisonObserver& observer() { return journal_; }
  /// What there is of it stays as it is.
  void finish(const Comparison& comparison) { journal_.finish(comparison); }

 private:
  RunDirectory directory_;
  std::ostringstream nowhere_;  ///< what cannot be written meanwhile is tried again, and thrown, at the end
  std::shared_ptr<spdlog::logger> logger_;
  RunJournal journal_;
};

}  // namespace forerun::python
