#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace forerun {

/// While it lives, the first SIGINT asks the run to stop; a second one ends the process, as always.
///
/// A signal handler may do next to nothing, so it writes one byte into a pipe; a thread that waits at the other end
/// requests the stop. At most one may live at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  struct sigaction previous_ {};
  int read_end_ = -1;
  std::thread watcher_;
};

}  // namespace forerun
