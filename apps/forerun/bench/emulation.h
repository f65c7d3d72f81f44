#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/execution/slice_executor.h"
#include "core/files/digest.h"
#include "core/propagation/propagator.h"

namespace forerun {

/// What a fine solver gave in a run, and how long each solve took: a function of slice and state, as propagators are.
/// Thread-safe; what was found stays where it is.
class RecordedSolves {
 public:
  struct Solve {
    State result;
    double seconds = 0.0;
  };

  void add(const Slice& slice, const StateView& in, Solve solve);
  /// nullptr where it was not recorded.
  const Solve* find(const Slice& slice, const StateView& in) const;
  Index size() const;

 private:
  struct KeyHash {
    std::size_t operator()(const Digest128& key) const { return key.low; }
  };

  mutable std::mutex mutex_;
  std::unordered_map<Digest128, Solve, KeyHash> solves_;
};

/// Keeps what `inner` gives, slice by slice.
class RecordingPropagator final : public Propagator {
 public:
  RecordingPropagator(std::shared_ptr<const Propagator> inner, std::shared_ptr<RecordedSolves> solves)
      : inner_(std::move(inner)), solves_(std::move(solves)) {}

  Index dimension() const override { return inner_->dimension(); }
  double work_per_slice() const override { return inner_->work_per_slice(); }
  double work(const Slice& slice, const StateView& in) const override { return inner_->work(slice, in); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

 private:
  std::shared_ptr<const Propagator> inner_;
  std::shared_ptr<RecordedSolves> solves_;
};

/// A fine solver on a processor of its own: gives the recorded result after the recorded time (or `seconds`, > 0, in
/// its place), in which this machine does nothing for it. What was not recorded, and what takes less than a wait is
/// worth
/// (`least_seconds`), is computed.
class EmulatedPropagator final : public Propagator {
 public:
  static constexpr double least_seconds = 200e-6;

  EmulatedPropagator(std::shared_ptr<const Propagator> inner, std::shared_ptr<const RecordedSolves> solves,
                     double seconds)
      : inner_(std::move(inner)), solves_(std::move(solves)), seconds_(seconds) {}

  Index dimension() const override { return inner_->dimension(); }
  double work_per_slice() const override { return inner_->work_per_slice(); }
  double work(const Slice& slice, const StateView& in) const override { return inner_->work(slice, in); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

  /// Solves that were not recorded.
  Index num_unknown() const { return num_unknown_; }

 private:
  std::shared_ptr<const Propagator> inner_;
  std::shared_ptr<const RecordedSolves> solves_;
  double seconds_;
  mutable std::atomic<Index> num_unknown_ = 0;
};

/// An executor with `num_workers` workers for streams, of which fine sweeps are made: threads that wait while their
/// `EmulatedPropagator` does. All else (`for_each`: fits, predictions) runs on `real`, which outlives this one.
/// Emulated solves among that take as long together as on one worker each: their waiting is made up for at the end.
std::unique_ptr<SliceExecutor> make_emulated_executor(int num_workers, SliceExecutor& real);

}  // namespace forerun
