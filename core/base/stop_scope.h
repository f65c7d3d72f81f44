#pragma once

#include <stop_token>

namespace forerun {

/// Thrown out of long work when a stop was requested. No std::exception: what mends failures is not to catch it.
struct StopRequested {};

/// Lets work that takes long see whether it is still wanted, without handing a token through every interface.
///
/// For its lifetime, work on this thread looks at `token` and at those of the scopes around it. Who runs solvers or
/// learners opens a scope (Parareal, the serial solution, the executor that carries fits and predictions); they may
/// look between their steps, where that is cheap beside a step, and throw `StopRequested`. One that never looks is as
/// right; it is waited for. Results cannot depend on it: what was stopped gives none.
///
/// Looking costs a few loads. Thread-safety: a scope belongs to its thread.
class StopScope {
 public:
  explicit StopScope(const std::stop_token& token) noexcept : token_(token), outer_(innermost_) { innermost_ = this; }
  explicit StopScope(const std::stop_token&&) = delete;  // referred to
  ~StopScope() { innermost_ = outer_; }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

  static bool stop_requested() noexcept {
    for (const StopScope* scope = innermost_; scope != nullptr; scope = scope->outer_) {
      if (scope->token_.stop_requested()) return true;
    }
    return false;
  }
  static void throw_if_stop_requested() {
    if (stop_requested()) throw StopRequested{};
  }

 private:
  inline static constinit thread_local const StopScope* innermost_ = nullptr;

  const std::stop_token& token_;
  const StopScope* outer_;
};

}  // namespace forerun
