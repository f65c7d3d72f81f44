#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/state.h"
#include "core/base/stopwatch.h"
#include "core/files/digest.h"
#include "core/record/run_record.h"

namespace forerun {

/// How a run is kept.
struct SolveLogOptions {
  /// Written at most this often; 0: after each iteration.
  double period_seconds = 30.0;
  /// A solve that took less than this, or produced more bytes a second, is not kept: it is made again as fast as it
  /// could be read.
  double least_seconds = 10e-6;
  double most_bytes_per_second = 20e6;
  /// Written as soon as this much waits, whatever the time.
  std::size_t most_waiting_bytes = std::size_t{64} << 20;
  /// Of processes that share a run each keeps its own solves, in files of its own, and knows those of all; the record
  /// of iterations is the first one's, 0.
  int process = 0;
  /// Told, once, that the log cannot be written, and of whatever in it cannot be used.
  std::function<void(const std::string&)> warn{};

  /// Every solve, after each iteration.
  static SolveLogOptions everything() { return {0.0, 0.0, std::numeric_limits<double>::infinity()}; }
};

/// The checkpoint of a run: what its solvers have computed, on disk.
///
/// A run is a function of its configuration and of what its solvers say: sweeps, fits, guards, levels and the record
/// follow from them, bit for bit, for any number of threads. So nothing of the loop or of a learner is written down.
/// A run that goes on begins like any other, with a log that knows the solves that were made; it finds itself where it
/// was when the last of them is used up. That holds for every corrector, a user's own too, and for what the loop is
/// taught in future. It costs what the fits, predictions and cheap solves so far cost, and no solve that is worth
/// keeping.
///
/// A solve is known by a digest of everything it depends on: which solver, which slice, which state. Hence whatever is
/// missing is computed again, and nothing can be put in a wrong place: of a log any part that is whole is a checkpoint.
/// Failed solves are not kept.
///
/// On disk: `directory`/solves-000001, 000002, … (of process 3: solves-p3-000001, …), each written once
/// (atomic_file.h): all that was computed since the one before, with a digest over the content and the identity of the
/// run. One that is torn or damaged is said and left out. A file that cannot be written ends nothing: it is said, and
/// tried again with what is computed later. The format is this program's own: bytes as they lie in memory.
///
/// Memory: what was computed since the last file; some 70 bytes for each solve that the log knew when it was opened,
/// and a few of its files while they are used. Disk: the states that the kept solves ended with.
///
/// Thread-safety: `recall`, `keep` and `write` may be called from any thread; the rest from the one that runs the loop.
class SolveLog {
 public:
  /// Makes the directory, or goes on with what is in it. Throws `FileError` where it cannot be made or read, or holds
  /// the log of a run with another `identity`.
  SolveLog(std::filesystem::path directory, const Digest128& identity, SolveLogOptions options);
  ~SolveLog();
  SolveLog(const SolveLog&) = delete;
  SolveLog& operator=(const SolveLog&) = delete;

  /// False when there is nothing (left) that could be recalled.
  bool knows_any() const { return num_known_.load(std::memory_order_relaxed) > 0; }
  /// out = the result of this solve, once, if it is known.
  bool recall(const Digest128& solve, StateOut out);
  /// Of a piece of work that is known by its place in the run alone: what step `step` has come to by an iteration.
  static Digest128 key_of_step(Index iteration, Index step);
  bool is_worth_keeping(double seconds, Index dimension) const;
  void keep(const Digest128& solve, const StateView& result);

  /// The initial sweep, of a window, is done. For a run that goes on, `seconds` becomes what it took at first.
  void end_initial_sweep(PhaseSeconds& seconds);
  /// An iteration is done. For one that is repeated, its seconds become those of the first time; of the first new one,
  /// those are added that had gone into it before. Says so where a repeated iteration has come out otherwise, which
  /// must not be; writes where it is time.
  void end_iteration(IterationRecord& iteration);
  /// Writes what waits.
  void write();

  /// How many iterations, and how many solves, were known when the log was opened.
  Index num_known_iterations() const { return static_cast<Index>(past_.size()); }
  Index num_known_solves() const { return num_known_at_first_; }
  /// Seconds since the last iteration that was done, those before an interruption included.
  double unfinished_seconds() const { return unfinished_ + since_iteration_.seconds(); }

 private:
  struct Place {
    std::uint32_t file;
    std::uint64_t offset;
  };
  struct KeyHash {
    std::size_t operator()(const Digest128& key) const { return static_cast<std::size_t>(key.low); }
  };
  struct Content {
    std::uint32_t file = 0;
    std::string bytes;
  };

  void read_directory();
  void read_file_of_log(const std::filesystem::path& path, bool has_record);
  void index(std::uint32_t file, std::string_view content);
  /// nullptr where the file is not whole any more.
  const std::string* content_of(std::uint32_t file);
  void append(std::uint64_t kind, const Digest128& key, const void* bytes, std::size_t count);
  void write_waiting();
  void write_file(const std::string& entries, double unfinished);
  void warn(const std::string& sentence) const;

  const std::filesystem::path directory_;
  const Digest128 identity_;
  const SolveLogOptions options_;

  // What was known.
  std::unordered_map<Digest128, Place, KeyHash> known_;
  std::atomic<Index> num_known_ = 0;
  Index num_known_at_first_ = 0;
  std::vector<std::filesystem::path> files_;
  std::vector<Content> contents_;           ///< of the files used last
  std::vector<PhaseSeconds> past_initial_;  ///< of each window
  std::size_t num_initial_ = 0;             ///< initial sweeps in this process
  std::vector<IterationRecord> past_;

  // What is to be written.
  std::string waiting_;
  Stopwatch since_write_;
  Stopwatch since_iteration_;
  double unfinished_ = 0.0;
  bool has_warned_ = false;
  std::mutex mutex_;          ///< of all of the above
  std::mutex writing_mutex_;  ///< files are written one at a time
  int next_number_ = 1;
};

}  // namespace forerun
