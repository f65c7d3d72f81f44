#pragma once

#include <stop_token>

namespace forerun::python {

/// A run, from before it lets go of the GIL until it has it again.
///
/// When Python ends, threads that wait for the GIL are torn off where they stand, which C++ does not survive. So runs
/// of daemon threads, the only ones that may still be under way then, are asked to stop and waited for (`end_all`, as
/// `atexit` calls it). All of this with the GIL held, which is the lock.
class RunUnderWay {
 public:
  /// Throws std::runtime_error where Python is ending.
  explicit RunUnderWay(const std::stop_source& stop);
  ~RunUnderWay();
  RunUnderWay(const RunUnderWay&) = delete;
  RunUnderWay& operator=(const RunUnderWay&) = delete;

  static void end_all();

 private:
  std::stop_source stop_;
};

}  // namespace forerun::python
