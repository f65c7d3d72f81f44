#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/forerun/run/comparison.h"

namespace forerun {

/// The directory that keeps a run: enough to repeat it and to plot it without Forerun.
///
///   config.toml                 the configuration with every default and override resolved; runs again as it is
///   initial_state.npy           where the configuration names a file
///   provenance.json             version, build, machine, command, seed, digests of what was read
///   record.json                 as --json
///   iterations.csv              a row an iteration
///   times.npy                   N + 1 slice boundaries
///   boundaries-CORRECTOR.npy    d × (N + 1), column n is U[n], the state at time n
///   boundaries-serial-fine.npy  where a reference was computed
///   output-CORRECTOR.npy        where [output] asks for it and the run has converged: components × times
///   output-times.npy            likewise
///   model-CORRECTOR.safetensors where the corrector learns
///
/// Configuration, initial state, provenance and times are there before the work, record and iterations follow it
/// (run_journal.h), the rest is written when a run has ended. Beside them, until the comparison has ended: checkpoint/
/// (checkpoint.h). Results are never overwritten: the directory must not exist or be empty, unless its run goes on. It
/// is made at once, so that a place that cannot be written is found before the work, and removed again if nothing was
/// put into it.
class RunDirectory {
 public:
  enum class Content { none, of_this_run };
  /// Throws `FileError`.
  explicit RunDirectory(std::filesystem::path path, Content content = Content::none);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// What is known before the work; `provenance` as of provenance.h. Each file is written atomically. Throws
  /// `FileError`.
  void write_origin(const Experiment& experiment, const std::string& provenance) const;

  std::filesystem::path record_file() const { return path_ / "record.json"; }
  std::filesystem::path iterations_file() const { return path_ / "iterations.csv"; }
  /// `solver` is a corrector's name or "serial-fine".
  std::filesystem::path boundaries_file(const std::string& solver) const;
  std::filesystem::path output_file(const std::string& corrector) const;
  std::filesystem::path output_times_file() const;
  std::filesystem::path model_file(const std::string& corrector) const;

  /// Throws `FileError` where something stands at `path` that is not an empty directory. Touches nothing.
  static void require_usable(const std::filesystem::path& path);
  /// The names of all files of a run, for a plan.
  static std::vector<std::string> file_names(const Experiment& experiment, const ComparisonPlan& plan);

 private:
  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;  ///< directories that were not there before, outermost first
};

/// The heading of iterations.csv, and its row of an iteration, each with its line end; numbers are printed to read back
/// exactly.
std::string iterations_heading();
std::string iterations_row(const std::string& corrector, const IterationRecord& iteration);
/// The whole of it.
std::string iterations_csv(const Comparison& comparison);

}  // namespace forerun
