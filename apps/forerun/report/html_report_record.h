#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/forerun/run/experiment.h"
#include "core/record/run_record.h"
#include "learning/stencil/effective_stencil.h"

namespace forerun {

/// One run of a run directory. Series have a number an iteration; NaN where the record has none.
struct ReportedRun {
  std::string corrector;
  bool converged = false;
  std::string termination;
  std::string failure;  ///< the sentence; empty: none
  std::vector<std::string> warnings;
  double effective_sweeps = 0.0;
  std::optional<double> max_error;
  std::optional<double> measured_speedup;
  std::optional<double> modelled_speedup;
  PhaseSeconds seconds;
  std::optional<double> least_seconds;  ///< in total, of repetitions
  std::optional<double> most_seconds;
  std::vector<double> window;
  std::vector<double> increments;
  std::vector<double> jumps;
  std::vector<double> errors;
  std::vector<double> estimated_errors;
  std::vector<double> predicted_correction_errors;
  std::vector<double> found_correction_errors;  ///< of what served the iteration before
  std::vector<double> exact_front;
  std::vector<double> converged_front;
  std::vector<double> fallbacks;
  std::vector<double> uncrossed;  ///< slices whose fine solve failed from a predicted start
  std::vector<double> levels;
  std::vector<std::string> served_by;
  std::vector<std::vector<LevelSweep>>
      sweeps;         ///< which level served which slices; empty where an older record has none
  States boundaries;  ///< d × (N + 1); columns that were not reached are not finite; empty: none were written yet

  std::optional<EffectiveStencil> stencil;  ///< of its model, where that is shared over a mesh

  bool is_running() const { return termination == "running"; }
  bool has_states() const { return boundaries.size() > 0; }

  Index num_iterations() const { return static_cast<Index>(increments.size()); }
};

/// A run directory (run_directory.h) as it was found on disk, checked: shapes agree, series have equal lengths.
struct ReportedComparison {
  std::filesystem::path directory;
  std::string status;     ///< "ended", "interrupted", or "running": so also if its process was killed
  Experiment experiment;  ///< from its config.toml
  int num_threads = 1;
  std::vector<std::string> verdict;  ///< its sentences; empty: none
  bool has_won = false;              ///< time parallelism against serial stepping, by the verdict
  std::string disturbance;           ///< a sentence about other work on the machine; empty: none
  std::optional<double> serial_fine_seconds;
  std::optional<States> serial_fine;
  std::vector<ReportedRun> runs;
  std::vector<std::pair<std::string, std::string>> provenance;  ///< names and values, flattened
};

/// Reads a run directory, trusting nothing in it. Throws `FileError` naming the file and what is wrong with it.
ReportedComparison read_run_directory(const std::filesystem::path& directory);

}  // namespace forerun
