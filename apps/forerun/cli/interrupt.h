#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "apps/forerun/cli/exit_status.h"

namespace forerun {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP asks the work to stop; a second one, a fifth of a second later
/// or more, ends the process at once. (Sooner it is the same wish, sent to the process and to its group: so does
/// `timeout`.) A SIGHUP that was ignored stays so, as `nohup` wants it.
///
/// A handler may do next to nothing, so it writes one byte into a pipe; a thread that waits at the other end requests
/// the stop. Work that has not ended two seconds later is in something that does not look whether it is still wanted, a
/// solver or a fit, and no thread can be ended from outside: the thread keeps what is known, as `Keep`
/// says, and ends the process by std::_Exit, since destructors would wait for that work. At most one may live at a
/// time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

  /// While it lives: what to do on the guard's thread before the process is left, beside the work that goes on; returns
  /// the sentence about it. One at a time.
  class Keep {
   public:
    Keep(InterruptGuard& guard, std::function<std::string()> keep) : guard_(guard) { guard_.set_keep(std::move(keep)); }
    ~Keep() { guard_.set_keep(nullptr); }
    Keep(const Keep&) = delete;
    Keep& operator=(const Keep&) = delete;

   private:
    InterruptGuard& guard_;
  };

  /// The work is done, what remains is writing it down: that is no longer cut off, but by a second signal. Returns when
  /// nothing is being kept.
  void finish();

  /// The exit status that the signal calls for which the latest guard has seen; nullopt: it has seen none.
  static std::optional<ExitStatus> status();

 private:
  void set_keep(std::function<std::string()> keep);
  void wait_for_signal();
  void leave_unless_finished();

  std::stop_source stop_;
  std::mutex mutex_;  ///< held while the process is left
  bool finished_ = false;
  std::function<std::string()> keep_;
  int read_end_ = -1;
  std::thread watcher_;
};

}  // namespace forerun
