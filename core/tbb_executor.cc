#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>

#include "core/slice_executor.h"

namespace forerun {
namespace {

constexpr int kMaxThreads = 1024;

/// Keeps the exception of the lowest failing index. oneTBB itself would surface whichever came first.
class LowestFailure {
 public:
  /// Pieces above a failed one need not run; pieces below must, since one of them may fail too.
  bool skips(Index index) const { return index > lowest_.load(std::memory_order_relaxed); }

  void record(Index index, std::exception_ptr exception) {
    const std::lock_guard lock(mutex_);
    if (index >= lowest_.load(std::memory_order_relaxed)) return;
    lowest_.store(index, std::memory_order_relaxed);
    exception_ = std::move(exception);
  }

  void rethrow_if_any() const {
    if (exception_) std::rethrow_exception(exception_);
  }

  /// Not while pieces run.
  void forget() {
    lowest_.store(std::numeric_limits<Index>::max(), std::memory_order_relaxed);
    exception_ = nullptr;
  }

 private:
  std::atomic<Index> lowest_ = std::numeric_limits<Index>::max();
  std::exception_ptr exception_;
  std::mutex mutex_;
};

/// Which piece comes next, and what became of those before. A thread that is free takes the next piece, whichever task
/// it came for; so pieces begin in order, which work stealing alone would not give.
class OrderedPieces {
 public:
  void run_next(const std::function<void(Index)>& body) {
    const Index piece = next_.fetch_add(1, std::memory_order_acq_rel);
    run(piece, body);
  }

  void run_all(Index count, const std::function<void(Index)>& body) {
    while (true) {
      const Index piece = next_.fetch_add(1, std::memory_order_relaxed);
      if (piece >= count) return;
      run(piece, body);
    }
  }

  void skip_the_rest() { failure_.record(-1, nullptr); }
  void rethrow_if_any() const { failure_.rethrow_if_any(); }
  void start_anew() {
    next_.store(0, std::memory_order_relaxed);
    failure_.forget();
  }

 private:
  void run(Index piece, const std::function<void(Index)>& body) {
    if (failure_.skips(piece)) return;
    try {
      body(piece);
    } catch (...) {
      failure_.record(piece, std::current_exception());
    }
  }

  std::atomic<Index> next_ = 0;
  LowestFailure failure_;
};

class TbbStream final : public PieceStream {
 public:
  TbbStream(tbb::task_arena& arena, std::function<void(Index)> body) : arena_(arena), body_(std::move(body)) {}
  ~TbbStream() noexcept override { cancel(); }

  void add() override {
    arena_.execute([this] { tasks_.run([this] { pieces_.run_next(body_); }); });
  }

  void wait() override {
    arena_.execute([this] { tasks_.wait(); });
    try {
      pieces_.rethrow_if_any();
    } catch (...) {
      pieces_.start_anew();
      throw;
    }
    pieces_.start_anew();
  }

  void cancel() noexcept override {
    pieces_.skip_the_rest();
    arena_.execute([this] { tasks_.wait(); });
    pieces_.start_anew();
  }

 private:
  tbb::task_arena& arena_;
  std::function<void(Index)> body_;
  OrderedPieces pieces_;
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
    OrderedPieces pieces;
    const Index num_tasks = std::min<Index>(count, num_threads());
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<Index>(0, num_tasks, 1),
          [&](const tbb::blocked_range<Index>&) { pieces.run_all(count, body); }, tbb::simple_partitioner());
    });
    pieces.rethrow_if_any();
  }

  std::unique_ptr<PieceStream> open_stream(std::function<void(Index)> body) override {
    return std::make_unique<TbbStream>(arena_, std::move(body));
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
