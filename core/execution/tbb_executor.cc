#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/execution/piece_queue.h"
#include "core/execution/slice_executor.h"

namespace forerun {
namespace {

constexpr int kMaxThreads = 1024;

/// At most one task a thread, each of which runs the lowest piece that waits until none does: so pieces begin in order,
/// which work stealing alone would not give, and cost no task of their own.
class TbbStream final : public PieceStream {
 public:
  TbbStream(tbb::task_arena& arena, Index count, std::function<void(Index)> body)
      : arena_(arena), body_(std::move(body)), queue_(count, arena.max_concurrency()) {}
  ~TbbStream() noexcept override { cancel(); }

  void add(Index piece) override {
    if (queue_.add(piece)) arena_.execute([this] { tasks_.run([this] { run_waiting(); }); });
  }

  void wait() override {
    arena_.execute([this] { tasks_.wait(); });
    const std::exception_ptr failure = failure_.take();
    if (failure) std::rethrow_exception(failure);
  }

  void cancel() noexcept override {
    queue_.clear();
    arena_.execute([this] { tasks_.wait(); });
    failure_.take();
  }

 private:
  void run_waiting() {
    while (const std::optional<Index> piece = queue_.take()) run_piece(*piece, body_, failure_);
  }

  tbb::task_arena& arena_;
  std::function<void(Index)> body_;
  PieceQueue queue_;
  LowestFailure failure_;
  tbb::task_group tasks_;
};

class TbbExecutor final : public SliceExecutor {
 public:
  // More workers than cores are allowed, so that determinism can be tested anywhere. oneTBB's process-wide limit would
  // forbid it; of several limits the least counts, so every executor sets the same high one and its arena does the
  // rest.
  explicit TbbExecutor(int num_threads)
      : limit_(tbb::global_control::max_allowed_parallelism, kMaxThreads), arena_(num_threads) {}

  void for_each(Index count, const std::function<void(Index)>& body) override {
    LowestFailure failure;
    std::atomic<Index> next = 0;
    const Index num_tasks = std::min<Index>(count, num_threads());
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<Index>(0, num_tasks, 1),
          [&](const tbb::blocked_range<Index>&) {
            for (Index piece = next++; piece < count; piece = next++) run_piece(piece, body, failure);
          },
          tbb::simple_partitioner());
    });
    if (const std::exception_ptr first = failure.take()) std::rethrow_exception(first);
  }

  std::unique_ptr<PieceStream> open_stream(Index count, std::function<void(Index)> body) override {
    return std::make_unique<TbbStream>(arena_, count, std::move(body));
  }

  int num_threads() const override { return arena_.max_concurrency(); }
  std::string_view name() const override { return "tbb"; }

 private:
  tbb::global_control limit_;
  mutable tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<SliceExecutor> make_tbb_executor(int num_threads) {
  if (num_threads < 0 || num_threads > kMaxThreads) {
    throw std::invalid_argument("threads = " + std::to_string(num_threads) + ": must be from 0 (all cores) to 1024");
  }
  return std::make_unique<TbbExecutor>(num_threads == 0 ? tbb::info::default_concurrency() : num_threads);
}

}  // namespace forerun
