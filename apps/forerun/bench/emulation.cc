#include "apps/forerun/bench/emulation.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <optional>
#include <queue>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/execution/piece_queue.h"

namespace forerun {
namespace {

using Clock = std::chrono::steady_clock;

Digest128 key_of(const Slice& slice, const StateView& in) {
  const auto index = static_cast<std::uint64_t>(slice.index);
  return digest128(in.data(), static_cast<std::size_t>(in.size()) * sizeof(double),
                   index ^ std::bit_cast<std::uint64_t>(slice.begin));
}

/// Where waiting is put off, on threads that work for others meanwhile.
thread_local double* put_off = nullptr;

/// In parts, so that a stop is seen.
void wait_until(Clock::time_point end) {
  constexpr auto patience = std::chrono::milliseconds(50);
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    StopScope::throw_if_stop_requested();
    std::this_thread::sleep_until(std::min(end, now + patience));
  }
}

Clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// Threads that stay from stream to stream, as processors do, and take turns at tasks, the oldest first.
class WaitingWorkers {
 public:
  explicit WaitingWorkers(int count) : count_(count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }

  int count() const { return count_; }

  void run(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push(std::move(task));
    }
    wanted_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (wanted_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  int count_;
  std::mutex mutex_;
  std::condition_variable_any wanted_;
  std::queue<std::function<void()>> tasks_;
  std::vector<std::jthread> threads_;  ///< last: they end before what they use
};

class WaitingStream final : public PieceStream {
 public:
  WaitingStream(Index count, std::function<void(Index)> body, WaitingWorkers& workers)
      : body_(std::move(body)), workers_(workers), queue_(count, workers.count()) {}

  ~WaitingStream() override { cancel(); }

  void add(Index piece) override {
    if (!queue_.add(piece)) return;
    {
      const std::lock_guard lock(mutex_);
      ++num_busy_;
    }
    workers_.run([this] { take_pieces(); });
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
  void take_pieces() {
    while (const std::optional<Index> piece = queue_.take()) run_piece(*piece, body_, failure_);
    const std::lock_guard lock(mutex_);
    if (--num_busy_ == 0) done_.notify_all();
  }

  void settle() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return num_busy_ == 0; });
  }

  std::function<void(Index)> body_;
  WaitingWorkers& workers_;
  PieceQueue queue_;
  LowestFailure failure_;
  std::mutex mutex_;
  std::condition_variable done_;
  int num_busy_ = 0;  ///< workers that take pieces or are about to
};

class EmulatedExecutor final : public SliceExecutor {
 public:
  EmulatedExecutor(int num_workers, SliceExecutor& real) : workers_(num_workers), real_(real) {}

  void for_each(Index count, const std::function<void(Index)>& body) override {
    const Clock::time_point begin = Clock::now();
    std::vector<double> seconds(static_cast<std::size_t>(count), 0.0);
    real_.for_each(count, [&](Index i) {
      double* const outer = std::exchange(put_off, &seconds[static_cast<std::size_t>(i)]);
      const struct Restore {
        double* outer;
        ~Restore() { put_off = outer; }
      } restore{outer};
      body(i);
    });
    const double longest = count > 0 ? *std::max_element(seconds.begin(), seconds.end()) : 0.0;
    if (longest == 0.0) return;
    const Index rounds = (count + workers_.count() - 1) / workers_.count();
    wait_until(begin + duration_of(static_cast<double>(rounds) * longest));
  }

  std::unique_ptr<PieceStream> open_stream(Index count, std::function<void(Index)> body) override {
    return std::make_unique<WaitingStream>(count, std::move(body), workers_);
  }

  int num_threads() const override { return workers_.count(); }
  std::string_view name() const override { return "emulated"; }

 private:
  WaitingWorkers workers_;
  SliceExecutor& real_;
};

}  // namespace

void RecordedSolves::add(const Slice& slice, const StateView& in, Solve solve) {
  const Digest128 key = key_of(slice, in);
  const std::lock_guard lock(mutex_);
  solves_.emplace(key, std::move(solve));
}

const RecordedSolves::Solve* RecordedSolves::find(const Slice& slice, const StateView& in) const {
  const Digest128 key = key_of(slice, in);
  const std::lock_guard lock(mutex_);
  const auto found = solves_.find(key);
  return found == solves_.end() ? nullptr : &found->second;
}

Index RecordedSolves::size() const {
  const std::lock_guard lock(mutex_);
  return static_cast<Index>(solves_.size());
}

void RecordingPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  if (const RecordedSolves::Solve* known = solves_->find(slice, in)) {
    out = known->result;
    return;
  }
  const Stopwatch watch;
  State result(in.size());
  inner_->propagate(slice, in, result);
  solves_->add(slice, in, {result, watch.seconds()});
  out = result;
}

void EmulatedPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  const Clock::time_point begin = Clock::now();
  const RecordedSolves::Solve* const known = solves_->find(slice, in);
  const double seconds = seconds_ > 0.0 ? seconds_ : known != nullptr ? known->seconds : 0.0;
  if (known == nullptr || seconds < least_seconds) {
    if (known == nullptr) ++num_unknown_;
    return inner_->propagate(slice, in, out);
  }
  out = known->result;
  if (put_off != nullptr) {
    *put_off += seconds;
  } else {
    wait_until(begin + duration_of(seconds));
  }
}

std::unique_ptr<SliceExecutor> make_emulated_executor(int num_workers, SliceExecutor& real) {
  return std::make_unique<EmulatedExecutor>(num_workers, real);
}

}  // namespace forerun
