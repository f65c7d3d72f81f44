#include "core/parareal/fine_sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/record/failure_archive.h"

namespace forerun {
namespace {

/// A task shorter than this is mostly scheduling.
constexpr double kSecondsPerTask = 20e-6;
/// Before times are known: tasks a thread, and blocks a task at most.
constexpr Index kFirstTasks = 4;
constexpr Index kMostFirstBlocks = 16;

/// Room for `size` numbers, on the stack if there are few. A task's own: a solver that waits for tasks of its own may
/// be given another slice to cross meanwhile, on the same thread.
class Room {
 public:
  explicit Room(Index size) : many_(size > few ? static_cast<std::size_t>(size) : 0) {}

  double* data() { return many_.empty() ? few_ : many_.data(); }

 private:
  static constexpr Index few = 32;

  double few_[few];
  std::vector<double> many_;
};

}  // namespace

FineSweep::FineSweep(const FidelityLadder& ladder, const TimeGrid& grid, const StateNorm& norm,
                     const SliceStates& boundaries, const SliceStates& coarse, SliceStates& fine,
                     SliceExecutor& executor, const std::stop_token& stop, IterationObserver* observer,
                     TimeCommunicator& communicator)
    : ladder_(ladder),
      grid_(grid),
      norm_(norm),
      boundaries_(boundaries),
      coarse_(coarse),
      fine_(fine),
      num_threads_(executor.num_threads()),
      stop_(stop),
      observer_(observer),
      communicator_(communicator),
      own_(owned_slices(communicator, grid.num_slices())),
      task_at_(static_cast<std::size_t>(grid.num_slices())),
      released_(static_cast<std::size_t>(grid.num_slices()), 0),
      jumps_(static_cast<std::size_t>(grid.num_slices())),
      changes_(static_cast<std::size_t>(grid.num_slices()), std::numeric_limits<double>::infinity()),
      num_active_(own_.count),
      uncrossed_(static_cast<std::size_t>(grid.num_slices()), 0),
      stream_(executor.open_stream(grid.num_slices(), [this](Index first) {
        run_task(tasks_[static_cast<std::size_t>(task_at_[static_cast<std::size_t>(first)])]);
      })) {
  tasks_.reserve(static_cast<std::size_t>(own_.count));  // tasks stay where they are while threads work on them
  if (communicator.size() == 1 || communicator.rank() > 0) return;
  heard_.resize(static_cast<std::size_t>(communicator.size()));
  communicator.hear_progress([this](int process, Index iteration, Index done) { hear(process, iteration, done); });
}

FineSweep::~FineSweep() {
  if (!heard_.empty()) communicator_.hear_progress({});
}

void FineSweep::enqueue(Index iteration, Index n, Index level) {
  released_[static_cast<std::size_t>(n)] = 1;
  append(iteration, n, level);
}

void FineSweep::run(Index iteration, const std::vector<LevelSegment>& segments) {
  const auto own_of = [&](const LevelSegment& segment) {
    const Index first = std::max(segment.first, own_.first);
    const Index end = std::min(segment.first + segment.count, own_.end());
    return SliceRange{first, std::max<Index>(end - first, 0)};
  };
  num_active_ = num_active_everywhere_ = 0;
  for (const LevelSegment& segment : segments) {
    num_active_ += own_of(segment).count;
    num_active_everywhere_ += segment.count;
  }
  iteration_ = iteration;
  count_elsewhere();
  is_waiting_.store(true, std::memory_order_release);
  for (const LevelSegment& segment : segments) {
    const SliceRange own = own_of(segment);
    for (Index n = own.first; n < own.end(); ++n) {
      if (!released_[static_cast<std::size_t>(n)]) append(iteration, n, segment.level);
    }
  }
  submit_open_task();
  stream_->wait();
  if (communicator_.size() > 1) communicator_.tell_progress(iteration, num_done_);
  summarize(segments);
  tasks_.clear();
  std::fill(released_.begin(), released_.end(), 0);
  for (const auto& [n, failure] : failures_) uncrossed_[static_cast<std::size_t>(n)] = 0;
  failures_ = std::exchange(coming_failures_, {});
  if (communicator_.size() > 1) share();
  for (const auto& [n, failure] : failures_) uncrossed_[static_cast<std::size_t>(n)] = 1;
  num_done_ = 0;
  has_swept_ = true;
  is_waiting_ = false;
}

void FineSweep::cancel() noexcept {
  stream_->cancel();
  tasks_.clear();
  has_open_task_ = false;
  std::fill(released_.begin(), released_.end(), 0);
  coming_failures_.clear();
}

const SliceFailure* FineSweep::failure(Index n) const {
  const auto found = failures_.find(n);
  return found == failures_.end() ? nullptr : &found->second;
}

const SliceFailure* FineSweep::first_failure() const {
  return failures_.empty() ? nullptr : &failures_.begin()->second;
}

void FineSweep::append(Index iteration, Index n, Index level) {
  if (has_open_task_) {
    Task& task = tasks_.back();
    if (task.level == level && task.first + task.count == n && task.count < open_task_limit_) {
      ++task.count;
      return;
    }
  }
  submit_open_task();
  task_at_[static_cast<std::size_t>(n)] = static_cast<Index>(tasks_.size());
  tasks_.push_back({iteration, level, n, 1, 0.0});
  has_open_task_ = true;
  open_task_limit_ = slices_per_task(ladder_.level(level));
}

void FineSweep::submit_open_task() {
  if (has_open_task_) stream_->add(tasks_.back().first);
  has_open_task_ = false;
}

Index FineSweep::slices_per_task(const Propagator& propagator) const {
  const Index share = std::max<Index>(1, (num_active_ + num_threads_ - 1) / num_threads_);
  const Index block = std::max<Index>(1, propagator.block_size());
  if (block > 1 && share < 2 * block) return std::max<Index>(1, share);  // fuller lanes than two tasks would have
  Index num_blocks = std::clamp<Index>(share / (kFirstTasks * block), 1, kMostFirstBlocks);
  if (seconds_per_work_ > 0.0) {
    const double block_seconds = seconds_per_work_ * propagator.work_per_slice() * static_cast<double>(block);
    const double wanted = kSecondsPerTask / block_seconds;
    num_blocks = static_cast<Index>(std::clamp(wanted, 1.0, static_cast<double>(num_active_)));
  }
  return std::clamp<Index>(block * num_blocks, 1, share);
}

void FineSweep::run_task(Task& task) {
  const Stopwatch watch;
  const StopScope scope(stop_);
  const Propagator& propagator = ladder_.level(task.level);
  const bool in_blocks = propagator.block_size() > 1;
  Room room(has_swept_ ? fine_.rows() * (in_blocks ? task.count : 1) : 0);
  if (in_blocks && cross_together(propagator, task, room.data())) {
    report(task, task.count);
  } else {
    for (Index n = task.first; n < task.first + task.count; ++n) {
      cross_alone(propagator, task, n, room.data());
      report(task, 1);
    }
  }
  task.seconds = watch.seconds();
}

void FineSweep::report(const Task& task, Index count) {
  const bool is_shared = communicator_.size() > 1;
  if (!observer_ && !is_shared) return;
  const Index done = num_done_ += count;
  if (!is_waiting_.load(std::memory_order_acquire)) return;
  if (is_shared && std::this_thread::get_id() == loop_thread_) communicator_.tell_progress(task.iteration, done);
  show(task.iteration);
}

void FineSweep::show(Index iteration) {
  if (observer_) observer_->on_fine_progress(iteration, num_done_ + num_done_elsewhere_, num_active_everywhere_);
}

/// What another process has told of a sweep, which may have begun there and not yet here.
void FineSweep::hear(int process, Index iteration, Index done) {
  heard_[static_cast<std::size_t>(process)] = {iteration, done};
  if (iteration != iteration_ || !is_waiting_) return;
  count_elsewhere();
  show(iteration);
}

void FineSweep::count_elsewhere() {
  Index done = 0;
  for (const auto& [iteration, of_process] : heard_) done += iteration == iteration_ ? of_process : 0;
  num_done_elsewhere_ = done;
}

/// False if a slice cannot be crossed: which it is, and why, is found by crossing them one by one.
bool FineSweep::cross_together(const Propagator& propagator, const Task& task, double* kept) {
  if (stop_.stop_requested()) throw StopRequested{};
  auto fine = fine_.middleCols(task.first, task.count);
  const double* const before = keep(task.first, task.count, kept);
  bool crossed = true;
  try {
    forget(fine);
    propagator.propagate_block(grid_.slices(task.first, task.count), boundaries_.middleCols(task.first, task.count),
                               fine);
  } catch (...) {
    crossed = false;
  }
  crossed = crossed && find_distances(task.first, task.count, before);
  if (!crossed && before != nullptr) std::copy_n(before, fine.size(), fine.data());  // the next try compares, too
  return crossed;
}

void FineSweep::cross_alone(const Propagator& propagator, const Task& task, Index n, double* kept) {
  if (stop_.stop_requested()) throw StopRequested{};
  const double* const before = keep(n, 1, kept);
  try {
    CheckedPropagator{propagator, "fine", task.iteration}.propagate(grid_.slice(n), boundaries_.col(n), fine_.col(n));
  } catch (const SliceError& error) {
    fine_.col(n) = coarse_.col(n);
    const std::lock_guard lock(adding_failure_);
    coming_failures_.emplace(n, error.failure);
  }
  find_distances(n, 1, before);
}

/// A copy of F(U[n]) of the sweep before, for slices first, first + 1, …; nullptr in the first sweep.
const double* FineSweep::keep(Index first, Index count, double* kept) const {
  if (!has_swept_) return nullptr;
  Eigen::Map<States>(kept, fine_.rows(), count) = fine_.middleCols(first, count);
  return kept;
}

/// ‖F(U[n]) − U[n+1]‖ and how far F(U[n]) has moved from what it was `before`. False where F(U[n]) is not finite.
bool FineSweep::find_distances(Index first, Index count, const double* before) {
  const Index dimension = fine_.rows();
  bool finite = true;
  for (Index j = 0; j < count; ++j) {
    const double* const fine = fine_.col(first + j).data();
    const auto n = static_cast<std::size_t>(first + j);
    jumps_[n] = norm_.distance(fine, boundaries_.col(first + j + 1).data(), dimension);
    if (before != nullptr) changes_[n] = norm_.distance(fine, before + j * dimension, dimension);
    finite = std::isfinite(jumps_[n]) && finite;
  }
  return finite;
}

void FineSweep::summarize(const std::vector<LevelSegment>& segments) {
  levels_.clear();
  for (const LevelSegment& segment : segments) levels_.push_back({segment.level + 1, segment.first, segment.count});
  double seconds = 0.0;
  double work = 0.0;
  for (const Task& task : tasks_) {
    LevelSweep& sweep = *std::find_if(levels_.begin(), levels_.end(),
                                      [&](const LevelSweep& served) { return served.level == task.level + 1; });
    sweep.slice_seconds += task.seconds;
    sweep.max_slice_seconds = std::max(sweep.max_slice_seconds, task.seconds / static_cast<double>(task.count));
    seconds += task.seconds;
    work += static_cast<double>(task.count) * ladder_.level(task.level).work_per_slice();
  }
  if (work > 0.0) seconds_per_work_ = seconds / work;
}

/// What each process has found of its slices becomes what all know.
void FineSweep::share() {
  const std::size_t num_levels = levels_.size();
  std::vector<double> mine(jumps_.begin() + own_.first, jumps_.begin() + own_.end());
  mine.insert(mine.end(), changes_.begin() + own_.first, changes_.begin() + own_.end());
  for (LevelSweep& sweep : levels_) {
    mine.push_back(std::exchange(sweep.slice_seconds, 0.0));
    mine.push_back(std::exchange(sweep.max_slice_seconds, 0.0));
  }
  mine.push_back(static_cast<double>(failures_.size()));
  const auto owned = [&](int rank) { return owned_slices(rank, communicator_.size(), grid_.num_slices()); };
  const std::vector<double> all = shared_numbers(
      communicator_, mine, [&](int rank) { return 2 * owned(rank).count + 2 * static_cast<Index>(num_levels) + 1; });
  const double* next = all.data();
  double num_failures = 0.0;
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    const SliceRange slices = owned(rank);
    std::copy_n(next, slices.count, jumps_.begin() + slices.first);
    std::copy_n(next + slices.count, slices.count, changes_.begin() + slices.first);
    next += 2 * slices.count;
    for (LevelSweep& sweep : levels_) {
      sweep.slice_seconds += *next++;
      sweep.max_slice_seconds = std::max(sweep.max_slice_seconds, *next++);
    }
    num_failures += *next++;
  }
  if (num_failures > 0.0) share_failures();
}

void FineSweep::share_failures() {
  ByteWriter mine;
  mine(static_cast<std::uint64_t>(failures_.size()));
  for (const auto& [n, failure] : failures_) mine(n, failure);
  failures_.clear();
  for (const std::string& bytes : communicator_.gather(mine.bytes)) {
    ByteReader reader(bytes);
    std::uint64_t num_failures = 0;
    reader(num_failures);
    for (std::uint64_t i = 0; i < num_failures; ++i) {
      Index n = 0;
      SliceFailure failure;
      reader(n, failure);
      failures_.emplace(n, failure);
    }
  }
}

}  // namespace forerun
