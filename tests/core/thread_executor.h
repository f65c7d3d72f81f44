#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "core/execution/piece_queue.h"
#include "core/execution/slice_executor.h"

namespace forerun::testing {

/// The executor of std::thread, for the thread sanitizer: it sees every synchronisation there is, which with a oneTBB
/// that was not built for it it does not. What the threads share is what those of `make_tbb_executor` do
/// (core/execution/piece_queue.h); the workers alone are others.
class ThreadStream final : public PieceStream {
 public:
  ThreadStream(int num_threads, Index count, std::function<void(Index)> body)
      : num_threads_(num_threads), body_(std::move(body)), queue_(count, num_threads) {}
  ~ThreadStream() override { cancel(); }

  void add(Index piece) override {
    if (!queue_.add(piece)) return;
    // The last of the workers is the caller, in `wait`.
    if (num_running_ == num_threads_ - 1) {
      ++num_of_caller_;
      return;
    }
    ++num_running_;
    threads_.emplace_back([this] {
      run_waiting();
      --num_running_;
    });
  }

  void wait() override {
    settle();
    if (const std::exception_ptr failure = failure_.take()) std::rethrow_exception(failure);
  }

  void cancel() noexcept override {
    queue_.clear();
    settle();
    failure_.take();
  }

 private:
  void run_waiting() {
    while (const std::optional<Index> piece = queue_.take()) run_piece(*piece, body_, failure_);
  }

  void settle() {
    for (; num_of_caller_ > 0; --num_of_caller_) run_waiting();
    threads_.clear();  // joins
  }

  int num_threads_;
  std::function<void(Index)> body_;
  PieceQueue queue_;
  LowestFailure failure_;
  std::atomic<int> num_running_ = 0;
  int num_of_caller_ = 0;
  std::vector<std::jthread> threads_;
};

class ThreadExecutor final : public SliceExecutor {
 public:
  explicit ThreadExecutor(int num_threads) : num_threads_(num_threads) {}

  void for_each(Index count, const std::function<void(Index)>& body) override {
    LowestFailure failure;
    std::atomic<Index> next = 0;
    const auto work = [&] {
      for (Index piece = next++; piece < count; piece = next++) run_piece(piece, body, failure);
    };
    {
      std::vector<std::jthread> threads;
      for (int i = 1; i < num_threads_; ++i) threads.emplace_back(work);
      work();
    }
    if (const std::exception_ptr first = failure.take()) std::rethrow_exception(first);
  }

  std::unique_ptr<PieceStream> open_stream(Index count, std::function<void(Index)> body) override {
    return std::make_unique<ThreadStream>(num_threads_, count, std::move(body));
  }

  int num_threads() const override { return num_threads_; }
  std::string_view name() const override { return "threads"; }

 private:
  int num_threads_;
};

inline std::unique_ptr<SliceExecutor> make_thread_executor(int num_threads) {
  return std::make_unique<ThreadExecutor>(num_threads);
}

}  // namespace forerun::testing
