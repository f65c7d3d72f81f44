#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/propagation/propagator.h"
#include "core/record/run_record.h"

namespace forerun {

/// How long the fine solver may take for a slice.
struct SliceLimit {
  /// Wall-clock seconds of one call of the solver (of several slices that are crossed together, of all of them), > 0.
  double seconds = std::numeric_limits<double>::infinity();
  /// A solver that does not look at `StopScope` cannot be ended from within its process, so whoever called it cannot
  /// return before it does. When a call goes on two seconds after it has overrun the limit, this is called, once and
  /// on a thread of its own: an application that cannot wait keeps what it knows and ends the process there.
  std::function<void(const SliceFailure&)> abandon = {};

  bool is_set() const { return seconds < std::numeric_limits<double>::infinity(); }
};

/// Watches the slices under way against a `SliceLimit`. The first that overruns it has a stop requested, which ends a
/// solver that looks (core/base/stop_scope.h), and is the failure that the run ends with.
///
/// Costs a thread that sleeps, and a lock a call. Thread-safety: slices are crossed on any threads.
class SliceWatchdog {
 public:
  /// `stop` is what the threads of the solver look at.
  SliceWatchdog(const SliceLimit& limit, std::stop_source stop);
  /// No slice is under way any more.
  ~SliceWatchdog();
  SliceWatchdog(const SliceWatchdog&) = delete;
  SliceWatchdog& operator=(const SliceWatchdog&) = delete;

  /// `fine` under this watch: the same bits. Both are referred to.
  std::unique_ptr<Propagator> watched(const Propagator& fine);
  /// What slices that begin from now on belong to, for the sentence.
  void set_iteration(Index iteration) { iteration_ = iteration; }
  /// The slice that overran the limit; of several at once the lowest.
  std::optional<SliceFailure> failure() const;

 private:
  friend class WatchedPropagator;
  using Clock = std::chrono::steady_clock;
  struct UnderWay {
    std::thread::id thread;
    Slice slice;
    Index iteration;
    Clock::time_point deadline;
  };

  void begin(const Slice& slice);
  void end();
  void watch();
  void fail();

  const SliceLimit limit_;
  std::stop_source stop_;
  std::atomic<Index> iteration_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<UnderWay> under_way_;  ///< deadlines rise: all have the same limit
  std::optional<SliceFailure> failure_;
  bool is_done_ = false;
  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace forerun
