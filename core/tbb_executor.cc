#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

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

 private:
  std::atomic<Index> lowest_ = std::numeric_limits<Index>::max();
  std::exception_ptr exception_;
  std::mutex mutex_;
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
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<Index>(0, count, 1),
          [&](const tbb::blocked_range<Index>& range) {
            for (Index i = range.begin(); i < range.end(); ++i) {
              if (failure.skips(i)) return;
              try {
                body(i);
              } catch (...) {
                failure.record(i, std::current_exception());
              }
            }
          },
          tbb::simple_partitioner());
    });
    failure.rethrow_if_any();
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
