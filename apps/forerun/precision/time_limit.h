#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace forerun {

/// Asks for a stop when its time is up, or when `outer` asks: `token()`, for a StopScope around work that must not take
/// longer. Work that never looks takes as long as it takes. Thread-safety: any thread may look at the token.
class TimeLimit {
 public:
  explicit TimeLimit(double seconds, const std::stop_token& outer = {})
      : outer_(outer, [this] { source_.request_stop(); }), timer_([this, seconds](const std::stop_token& is_over) {
          std::unique_lock lock(mutex_);
          const auto never = [] { return false; };
          wait_.wait_for(lock, is_over, std::chrono::duration<double>(seconds), never);
          if (!is_over.stop_requested()) source_.request_stop();
        }) {}

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> outer_;
  std::mutex mutex_;
  std::condition_variable_any wait_;
  std::jthread timer_;  ///< the last member: ends before what it uses
};

}  // namespace forerun
