#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>

#include "apps/python/callable_errors.h"

namespace forerun::python {

/// The Python thread that has asked for a run, while the run has a thread of its own.
///
/// Python tells of Ctrl-C on its main thread only, and only when that looks. So the caller's thread does not compute:
/// it lets go of the GIL, and looks for signals every twentieth of a second. What they throw ends the run, before its
/// next slice or sooner (core/base/stop_scope.h), and goes on to the caller. Other Python threads go on meanwhile.
class CallerThread {
 public:
  explicit CallerThread(CallableErrors& errors) : errors_(errors) {}

  /// Runs `work` on a thread of its own and returns when it has ended; throws what it throws. Called with the GIL,
  /// which `work` is without.
  void run_beside(const std::function<void()>& work);
  /// From `work`: runs `task` on the caller's thread, with the GIL, and waits for it. A Python exception ends the run;
  /// any other is thrown here.
  void call(const std::function<void()>& task);

 private:
  bool wait_for_news();
  void attend();

  CallableErrors& errors_;
  std::mutex mutex_;  ///< of the following; never held where the GIL is waited for
  std::condition_variable news_;
  const std::function<void()>* task_ = nullptr;
  std::exception_ptr failure_;  ///< of the task, when it was none of Python's
  bool has_ended_ = false;
};

}  // namespace forerun::python
