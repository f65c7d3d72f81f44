#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/result_files.h"
#include "apps/forerun/run/run_directory.h"
#include "core/files/append_file.h"

namespace forerun {

/// Keeps what a comparison has reached on disk while it goes on, so that a process that is killed leaves a directory
/// that says how far it came:
///
///  * iterations.csv grows by a row an iteration, in place;
///  * record.json is replaced, whole, after an iteration, by a thread of its own and at most once a second (and at most
///    a fiftieth of the time); its "status" is "running" until the end;
///  * states and model of each run are written when it has ended, the serial fine solution when it is known.
///
/// What cannot be written meanwhile is said once and tried again at the end.
///
/// Of processes that share the runs each has a journal, of the same places: the first one writes, and states all of
/// them (result_files.h). So what observes the comparison, and `finish`, may throw `RunAbandoned`.
/// Thread-safety: `keep` may be called from any thread while another carries the comparison out.
class RunJournal final : public ComparisonObserver {
 public:
  struct Places {
    const RunDirectory* directory = nullptr;         ///< nullptr: nothing is written but at the end
    std::optional<std::filesystem::path> json_file;  ///< written at the end
  };

  /// Begins to write. All are referred to. `communicator`: nullptr where this process is alone. Throws `FileError`.
  RunJournal(Places places, const Experiment& experiment, const std::optional<WarmStart>& warm_start,
             spdlog::logger& logger, TimeCommunicator* communicator = nullptr);
  ~RunJournal() override;
  RunJournal(const RunJournal&) = delete;
  RunJournal& operator=(const RunJournal&) = delete;

  void on_reference(const SerialSolution& serial_fine) override;
  IterationObserver* on_begin(const CorrectorRun& run) override;
  void on_solved(const CorrectorRun& run) override;
  void on_end(const CorrectorRun& run) override;
  std::string on_abandon(const SliceFailure& failure) override;

  /// Writes down what is known of work that was interrupted and does not end, before the process is left: the record,
  /// and the iterate of the run under way unless that is just being changed. A sentence that says where.
  std::string keep();
  /// Writes what there is of the comparison, which has ended, as it is to stay. Throws the first `FileError` of what
  /// could not be written even now, everything else having been written.
  void finish(const Comparison& comparison);

 private:
  class Inside;
  friend class Inside;

  void follow(const std::stop_token& stop);
  void write_record(const Comparison& comparison);
  std::string keep(Termination termination, const std::optional<SliceFailure>& failure);
  void write_iterations(const Comparison& comparison);
  /// False where it failed, which is said once.
  bool try_to(const std::function<void()>& write);

  const Places places_;
  const Experiment& experiment_;
  const std::optional<WarmStart>& warm_start_;
  spdlog::logger& logger_;
  const bool is_first_;                 ///< of the processes that share the runs
  std::optional<ResultFiles> results_;  ///< where there is a directory; used by who carries the comparison out

  std::mutex mutex_;  ///< of the following
  std::condition_variable_any changed_;
  Comparison so_far_;                ///< without states
  const States* iterate_ = nullptr;  ///< of the run under way, where it may be read
  bool is_pending_ = false;          ///< there is more than record.json says
  std::optional<AppendFile> iterations_;
  std::atomic<bool> has_warned_ = false;

  std::mutex writing_mutex_;  ///< of record.json
  bool is_closed_ = false;    ///< its last word has been written

  std::unique_ptr<IterationObserver> inside_;
  std::jthread follower_;  ///< last: it uses all of the above
};

}  // namespace forerun
