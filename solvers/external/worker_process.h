#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "solvers/external/child_process.h"
#include "solvers/external/worker_protocol.h"

namespace forerun {

/// A worker has ended, or closed its output, before it had answered; another one may do better.
class WorkerEnded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A worker has said what the protocol does not know; it must not be asked again.
class WorkerConfused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A worker understood the request and said why it cannot fulfil it; it may be asked again.
class WorkerRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A program that answers requests one after the other (worker_protocol.h). Reading, writing and its standard error are
/// waited for together, so that neither side can block the other, however much it says.
///
/// Not for several threads at once. The constructor throws as `ChildProcess`.
class WorkerProcess {
 public:
  WorkerProcess(const ChildCommand& command, Index dimension);

  /// Asks and waits for the answer. Throws what is above, with a sentence that goes on from the worker's name, and
  /// `StopRequested` where a stop is requested; only after `WorkerRefused` may it be asked again.
  void solve(const Slice& slice, const StateView& in, StateOut out);
  /// Lets it end: nothing is asked any more.
  void close_input() { child_.in().close(); }
  /// Waits for that.
  std::optional<ChildEnd> wait(int milliseconds) { return child_.wait(milliseconds); }

 private:
  void greet();
  void send(std::string_view bytes) { unsent_ += bytes; }
  void receive(std::size_t size);
  void write_some();
  void read_some();
  void refuse_what_was_not_asked_for();
  [[noreturn]] void confused(const std::string& what) const;
  [[noreturn]] void ended();

  ChildProcess child_;
  Index dimension_;
  bool is_greeted_ = false;
  std::uint64_t id_ = 0;
  std::string unsent_;
  std::size_t num_sent_ = 0;
  std::string received_;
};

}  // namespace forerun
