#include "core/propagation/slice_watchdog.h"

#include <algorithm>
#include <utility>

#include "core/base/number_text.h"

namespace forerun {
namespace {

/// For a solver that looks, and for the files of whoever waits.
constexpr std::chrono::seconds kGrace{2};
/// Longer limits would overflow the clock; nobody waits for a century.
constexpr double kMostSeconds = 3e9;

}  // namespace

/// Says to a watchdog when a slice begins and ends.
class WatchedPropagator final : public Propagator {
 public:
  WatchedPropagator(const Propagator& inner, SliceWatchdog& watchdog) : inner_(inner), watchdog_(watchdog) {}

  Index dimension() const override { return inner_.dimension(); }
  Index block_size() const override { return inner_.block_size(); }
  double work_per_slice() const override { return inner_.work_per_slice(); }
  double work(const Slice& slice, const StateView& in) const override {
    const Crossing crossing(watchdog_, slice);
    return inner_.work(slice, in);
  }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    const Crossing crossing(watchdog_, slice);
    inner_.propagate(slice, in, out);
  }
  void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const override {
    if (slices.empty()) return;
    const Crossing crossing(watchdog_, slices.front());
    inner_.propagate_block(slices, in, out);
  }

 private:
  class Crossing {
   public:
    Crossing(SliceWatchdog& watchdog, const Slice& slice) : watchdog_(watchdog) { watchdog_.begin(slice); }
    ~Crossing() { watchdog_.end(); }
    Crossing(const Crossing&) = delete;
    Crossing& operator=(const Crossing&) = delete;

   private:
    SliceWatchdog& watchdog_;
  };

  const Propagator& inner_;
  SliceWatchdog& watchdog_;
};

SliceWatchdog::SliceWatchdog(const SliceLimit& limit, std::stop_source stop)
    : limit_(limit), stop_(std::move(stop)), thread_([this] { watch(); }) {}

SliceWatchdog::~SliceWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::unique_ptr<Propagator> SliceWatchdog::watched(const Propagator& fine) {
  return std::make_unique<WatchedPropagator>(fine, *this);
}

std::optional<SliceFailure> SliceWatchdog::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void SliceWatchdog::begin(const Slice& slice) {
  const auto limit = std::chrono::duration<double>(std::min(limit_.seconds, kMostSeconds));
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
    is_first = under_way_.empty();
    under_way_.push_back({std::this_thread::get_id(), slice, iteration_, deadline});
  }
  if (is_first) changed_.notify_all();
}

/// The latest that this thread has begun: a solver may cross slices within a slice.
void SliceWatchdog::end() {
  const std::lock_guard lock(mutex_);
  const auto own = std::find_if(under_way_.rbegin(), under_way_.rend(),
                                [](const UnderWay& u) { return u.thread == std::this_thread::get_id(); });
  under_way_.erase(std::next(own).base());
}

/// Keeps the lowest of the slices whose time is up.
void SliceWatchdog::fail() {
  const auto now = Clock::now();
  for (const UnderWay& u : under_way_) {
    if (u.deadline > now || (failure_ && failure_->slice <= u.slice.index)) continue;
    failure_ = {u.slice.index, u.iteration, u.slice.begin, "fine",
                "it did not return within slice_timeout = " + shortest_text(limit_.seconds) + " s"};
  }
}

void SliceWatchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!is_done_ && !failure_) {
    if (under_way_.empty()) {
      changed_.wait(lock);
    } else if (const auto next = under_way_.front().deadline;
               changed_.wait_until(lock, next) == std::cv_status::timeout) {
      fail();
    }
  }
  if (!failure_) return;
  const SliceFailure failure = *failure_;
  lock.unlock();
  stop_.request_stop();
  lock.lock();
  changed_.wait_for(lock, kGrace, [this] { return is_done_; });
  if (is_done_ || under_way_.empty() || !limit_.abandon) return;
  lock.unlock();
  limit_.abandon(failure);
}

}  // namespace forerun
