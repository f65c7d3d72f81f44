#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/run/boundary_files.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/solve_request.h"
#include "core/record/solve_log.h"
#include "learning/files/directory_lock.h"

namespace forerun {

/// What was asked for, as a checkpoint keeps it. Names of files as the system has them.
struct CheckpointedRequest {
  std::string command;  ///< "run" or "compare"
  std::vector<std::string> correctors;
  bool reference = false;
  std::optional<std::string> model;        ///< as it was named
  std::optional<std::string> model_place;  ///< absolute, as are the two below
  std::optional<std::string> save_model;
  std::optional<std::string> json;
  std::string model_digest;
  std::string configuration_digest;  ///< of config.toml
  std::string initial_state_digest;  ///< of initial_state.npy; empty: there is none
  std::optional<PlannedLevels> planned;
};

/// A run of a comparison that had ended.
struct FinishedRun {
  RunRecord record;
  std::optional<LearnedModel> model;
};

/// DIR/checkpoint, of a run that has not ended: what `forerun resume DIR` goes on from.
///
///   request                what was asked for; digests of config.toml, initial_state.npy and the model; the build
///   lock                   held by the process that runs
///   serial-fine/           the log of the serial fine solution (core/record/solve_log.h), of all processes that share
///   it CORRECTOR/             that of the run under way serial-fine.finished   a solution, or a run, that has ended:
///   its record, and a digest of each of its states serial-fine.npy        those states, of all processes; any other
///   number of them reads what it is to hold CORRECTOR.finished CORRECTOR.npy CORRECTOR.safetensors  what it has
///   learned
///
/// A log goes when its run has ended, and the whole directory when the comparison has. Every file is written once,
/// under a temporary name. Nothing read is believed: what is damaged is computed again, and said; what belongs to
/// another run, another configuration or another build is refused.
class Checkpoint {
 public:
  /// Of a new run, whose directory holds its config.toml. A failing disk is said by `logger` and ends nothing. Throws
  /// `FileError` where even the request cannot be written.
  Checkpoint(const std::filesystem::path& run_directory, const SolveRequest& request, const Experiment& experiment,
             const ComparisonPlan& plan, spdlog::logger& logger);
  /// Of a run that goes on. Throws `FileError` where another process does so already.
  Checkpoint(const std::filesystem::path& run_directory, double period_seconds, spdlog::logger& logger);
  /// Of another process that shares the run, `process` ≥ 1, once the first one has the checkpoint: keeps the solves of
  /// this process, and leaves all else to the first.
  Checkpoint(const std::filesystem::path& run_directory, double period_seconds, int process, spdlog::logger& logger);
  ~Checkpoint();
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  /// True where a run has not ended.
  static bool exists(const std::filesystem::path& run_directory);
  /// Throws `FileError`: unreadable, of another version or build, or beside a configuration, an initial state or a
  /// model that is not the one it was left with.
  static CheckpointedRequest read_request(const std::filesystem::path& run_directory);

  /// The log of a corrector's run, or of "serial-fine"; the one before is closed.
  SolveLog& begin(const std::string& name);
  /// Writes what the log under way has waiting. From any thread.
  void write();

  // Collective, where processes share the runs: `files` says which states this one holds.

  /// What has ended, if all processes can have their states of it.
  std::optional<SerialSolution> finished_reference(const BoundaryFiles& files) const;
  std::optional<FinishedRun> finished(const std::string& corrector, const BoundaryFiles& files) const;
  /// Keeps these in place of their logs, unless they were interrupted or failed. Throws `RunAbandoned`.
  void finish_reference(const SerialSolution& solution, const BoundaryFiles& files);
  void finish(const CorrectorRun& run, const BoundaryFiles& files);

  /// The comparison has ended and its results are written.
  void remove();

 private:
  std::filesystem::path file(const std::string& name) const { return directory_ / name; }
  void close();
  /// Its states, by all; false where they cannot be written, which is said.
  bool keep_states(const std::string& name, const States& held, const BoundaryFiles& files);
  void keep_finished(const std::string& name, const std::string& bytes);
  /// restore(bytes) of what has ended; nullopt where it has not, or is damaged, for one of the processes.
  template <class Restore>
  auto restored(const std::string& name, const BoundaryFiles& files, const Restore& restore) const
      -> std::optional<decltype(restore(std::string()))>;
  void warn(const std::string& sentence) const;

  const std::filesystem::path directory_;
  const double period_seconds_;
  const int process_ = 0;
  spdlog::logger& logger_;
  std::unique_ptr<DirectoryLock> lock_;
  std::string request_;  ///< its bytes: what the logs belong to
  std::mutex mutex_;     ///< of which log is under way
  std::unique_ptr<SolveLog> log_;
};

}  // namespace forerun
