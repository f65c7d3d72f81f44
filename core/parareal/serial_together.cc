#include "core/parareal/serial_together.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/base/stopwatch.h"
#include "core/execution/held_boundaries.h"
#include "core/parareal/ended_together.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/watched_run.h"
#include "core/record/failure_archive.h"

namespace forerun {
namespace {

/// One process's part of the chain.
class LinkOfChain {
 public:
  LinkOfChain(const TimeGrid& grid, const State& initial, TimeCommunicator& communicator, Index num_windows)
      : grid_(grid),
        communicator_(communicator),
        blocks_(held_boundaries(&communicator, grid.num_slices(), num_windows)),
        message_(static_cast<std::size_t>(initial.size()) + 1) {
    solution_.boundaries =
        States::Constant(initial.size(), num_columns(blocks_), std::numeric_limits<double>::quiet_NaN());
    if (communicator.rank() == 0) solution_.boundaries.col(0) = initial;
  }

  void step_through(const Propagator& fine) {
    const int rank = communicator_.rank(), last = communicator_.size() - 1;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (rank > 0 || b > 0) receive(rank > 0 ? rank - 1 : last, blocks_[b]);
      cross(fine, blocks_[b]);
      if (rank < last || b + 1 < blocks_.size()) hand_on(rank < last ? rank + 1 : 0, blocks_[b]);
    }
    tell_all();
  }

  SerialSolution& solution() { return solution_; }

 private:
  /// A slice before these could not be crossed where the first number says so; no state follows then that means
  /// anything.
  void receive(int from, const ColumnBlock& block) {
    communicator_.receive(from, message_);
    has_ended_ = message_.front() != 0.0;
    if (!has_ended_) std::copy(message_.begin() + 1, message_.end(), solution_.boundaries.col(block.column).data());
  }

  void cross(const Propagator& fine, const ColumnBlock& block) {
    if (has_ended_) return;
    const Stopwatch watch;
    const CheckedPropagator checked{fine, "fine", 0};
    States& states = solution_.boundaries;
    try {
      for (Index j = 0; j + 1 < block.count; ++j) {
        StopScope::throw_if_stop_requested();
        checked.propagate(grid_.slice(block.first + j), states.col(block.column + j), states.col(block.column + j + 1));
      }
    } catch (const SliceError& error) {
      solution_.failure = error.failure;
      has_ended_ = true;
    }
    solution_.seconds += watch.seconds();
  }

  void hand_on(int to, const ColumnBlock& block) {
    message_.front() = has_ended_ ? 1.0 : 0.0;
    const auto last = solution_.boundaries.col(block.column + block.count - 1);
    std::copy(last.data(), last.data() + last.size(), message_.begin() + 1);
    communicator_.send(to, message_);
  }

  /// What it took, and whether a slice has failed.
  void tell_all() {
    ByteWriter mine;
    mine(solution_.seconds, solution_.failure);
    solution_.seconds = 0.0;
    for (const std::string& bytes : communicator_.gather(mine.bytes)) {
      double seconds = 0.0;
      std::optional<SliceFailure> failure;
      ByteReader{bytes}(seconds, failure);
      solution_.seconds += seconds;
      if (failure) solution_.failure = std::move(failure);  // the chain ends with the first
    }
  }

  const TimeGrid& grid_;
  TimeCommunicator& communicator_;
  const std::vector<ColumnBlock> blocks_;
  std::vector<double> message_;
  bool has_ended_ = false;
  SerialSolution solution_;
};

}  // namespace

SerialSolution solve_serial_together(const TimeGrid& grid, const State& initial, const Propagator& fine,
                                     TimeCommunicator* communicator, Index num_windows, const std::stop_token& stop,
                                     const SliceLimit& limit) {
  if (communicator == nullptr || communicator->size() == 1) return solve_serial(grid, initial, fine, stop, limit);
  LinkOfChain link(grid, initial, *communicator, num_windows);
  SerialSolution& solution = link.solution();
  run_watched(stop, limit, [&](const std::stop_token& token, SliceWatchdog* watchdog) {
    const StopScope scope(token);
    const auto overdue = [&] { return watchdog != nullptr ? watchdog->failure() : std::nullopt; };
    const std::unique_ptr<Propagator> watched = watchdog != nullptr ? watchdog->watched(fine) : nullptr;
    try {
      ended_together(
          *communicator, [&] { link.step_through(watched ? *watched : fine); }, overdue);
    } catch (const SliceError& error) {
      solution.failure = error.failure;
    } catch (const StopRequested&) {
      solution.interrupted = true;
    }
    if (std::optional<SliceFailure> failure = overdue()) {
      solution.failure = std::move(failure);
      solution.interrupted = false;
    }
  });
  return std::move(solution);
}

}  // namespace forerun
