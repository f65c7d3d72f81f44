#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/slice_states.h"
#include "core/base/state_norm.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"
#include "core/parareal/level_control.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/fidelity_ladder.h"
#include "core/propagation/propagator.h"
#include "core/record/iteration_observer.h"

namespace forerun {

/// The parallel part of an iteration: F at the start of every active slice.
///
/// Pipelined: a slice whose start is known may be released while the corrected sweep before still runs on; it then
/// begins at once if a thread is free. `run` does what has not been released and waits for all.
///
/// Slices are grouped into tasks: a block as large as the propagator likes, several blocks when slices are so cheap
/// that scheduling would cost more than solving. Tasks begin in time order, the front first. Grouping follows measured
/// times and touches nothing but speed: a propagator gives the same bits in every block.
///
/// A slice that cannot be crossed (the solver throws, whatever it is, or its result is not finite) tells nothing of the
/// problem while its start is a prediction: G(U[n]) stands for F(U[n]) there, marked in `uncrossed`, so a start that is
/// far off costs iterations and not the run. Only where the start is known to be right does the failure count.
///
/// Of a run that processes share each crosses its own slices; at the end of `run` all know what is said of each slice.
/// Meanwhile an observer on the first process is told of the slices that all have crossed, as far as word of them has
/// come: that of one goes out when the thread of the loop has crossed a slice, or has none left.
///
/// No heap traffic once the first sweep has been done, but for what the executor's tasks and messages take.
class FineSweep {
 public:
  /// Column n of `fine` = F(column n of `boundaries`), and the jump to column n + 1; `coarse` holds G(U[n]). All are
  /// referred to.
  FineSweep(const FidelityLadder& ladder, const TimeGrid& grid, const StateNorm& norm, const SliceStates& boundaries,
            const SliceStates& coarse, SliceStates& fine, SliceExecutor& executor, const std::stop_token& stop,
            IterationObserver* observer, TimeCommunicator& communicator);
  ~FineSweep();
  FineSweep(const FineSweep&) = delete;
  FineSweep& operator=(const FineSweep&) = delete;

  /// U[n], U[n+1] and the level of slice n in sweep `iteration` are settled, and F(U[n]) of the sweep before is needed
  /// for its change only. Slices are released in order.
  void release(Index iteration, Index n, Index level) {
    if (num_threads_ > 1 && own_.holds(n)) enqueue(iteration, n, level);  // one thread alone could not begin now
  }
  /// Finishes sweep `iteration` over `segments`, what has been released being part of it. Throws `StopRequested` when
  /// `stop` asks.
  void run(Index iteration, const std::vector<LevelSegment>& segments);
  /// Forgets what has been released.
  void cancel() noexcept;

  /// Of the last sweep: not 0 for slices that could not be crossed, how many, and why the n-th could not.
  const std::vector<char>& uncrossed() const { return uncrossed_; }
  Index num_uncrossed() const { return static_cast<Index>(failures_.size()); }
  const SliceFailure* failure(Index n) const;
  /// Why the lowest of them could not; nullptr if all were crossed.
  const SliceFailure* first_failure() const;
  /// Of the last sweep: ‖F(U[n]) − U[n+1]‖ of each slice, and who served where and for how long.
  const std::vector<double>& jumps() const { return jumps_; }
  /// How far F(U[n]) has moved from that of the sweep before; infinite in the first.
  const std::vector<double>& changes() const { return changes_; }
  const std::vector<LevelSweep>& levels() const { return levels_; }

 private:
  struct Task {
    Index iteration;
    Index level;
    Index first;
    Index count;
    double seconds;
  };

  void enqueue(Index iteration, Index n, Index level);
  void append(Index iteration, Index n, Index level);
  void submit_open_task();
  Index slices_per_task(const Propagator& propagator) const;
  void run_task(Task& task);
  void report(const Task& task, Index count);
  void show(Index iteration);
  void hear(int process, Index iteration, Index done);
  void count_elsewhere();
  bool cross_together(const Propagator& propagator, const Task& task, double* kept);
  void cross_alone(const Propagator& propagator, const Task& task, Index n, double* kept);
  const double* keep(Index first, Index count, double* kept) const;
  bool find_distances(Index first, Index count, const double* before);
  void summarize(const std::vector<LevelSegment>& segments);
  void share();
  void share_failures();

  const FidelityLadder& ladder_;
  const TimeGrid& grid_;
  const StateNorm& norm_;
  const SliceStates& boundaries_;
  const SliceStates& coarse_;
  SliceStates& fine_;
  const int num_threads_;
  const std::stop_token& stop_;
  IterationObserver* observer_;
  TimeCommunicator& communicator_;
  const SliceRange own_;

  std::vector<Task> tasks_;     ///< of the sweep under way; the last may still grow
  std::vector<Index> task_at_;  ///< index of the task that begins with this slice
  bool has_open_task_ = false;
  Index open_task_limit_ = 0;
  std::vector<char> released_;   ///< of each slice
  std::vector<double> jumps_;    ///< of each slice
  std::vector<double> changes_;  ///< likewise
  bool has_swept_ = false;
  std::vector<LevelSweep> levels_;
  Index num_active_;               ///< of the own ones, in the sweep that tasks are made for, as far as is known
  double seconds_per_work_ = 0.0;  ///< as seen in the last sweep; 0 before the first
  std::atomic<Index> num_done_ = 0;
  const std::thread::id loop_thread_ = std::this_thread::get_id();
  Index num_active_everywhere_ = 0;             ///< in the sweep under way
  Index iteration_ = 0;                         ///< of it
  std::vector<std::pair<Index, Index>> heard_;  ///< iteration and slices done, of each process
  std::atomic<Index> num_done_elsewhere_ = 0;   ///< in the sweep under way
  std::vector<char> uncrossed_;                 ///< of each slice, in the last sweep
  std::map<Index, SliceFailure> failures_;      ///< likewise
  std::mutex adding_failure_;
  std::map<Index, SliceFailure> coming_failures_;  ///< of the sweep that tasks are made for
  std::atomic<bool> is_waiting_ = false;
  std::unique_ptr<PieceStream> stream_;  ///< last: its threads use all of the above
};

}  // namespace forerun
