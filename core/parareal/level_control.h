#pragma once

#include <vector>

#include "core/base/slice_states.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"
#include "core/parareal/error_estimate.h"
#include "core/parareal/parareal_options.h"
#include "core/propagation/fidelity_ladder.h"

namespace forerun {

/// Neighbouring slices that one level of the fidelity ladder serves.
struct LevelSegment {
  Index level = 0;  ///< 0 the cheapest
  Index first = 0;
  Index count = 0;
};

/// What it took to compare a level with the next one.
struct LevelMeasurement {
  Index level = -1;   ///< −1: none had to be
  double work = 0.0;  ///< ÷ one full pass of the top level
};

/// Which level of the fidelity ladder serves each slice, when slices climb, and which are frozen.
///
/// Level ℓ is off from the next one by
///
///   d_ℓ = max_n ‖F_{ℓ+1}(U[n]) − F_ℓ(U[n])‖,
///
/// measured on a few slices (those where fine and coarse differ most, spread evenly where they do not; never more than
/// 2 % of a full pass, but at least one slice) during the level's first sweep. Iterating below that is wasted: a slice
/// has done its part at level ℓ when its increment, and that of every slice before it on this level, is below
///
///   ε_ℓ = max(ε, level_factor · d_ℓ),      ε_L = ε at the top,
///
/// or when its start is final. Of a slice that has just become exact the increment counts as well: those behind it have
/// started from what it was before. A slice that its solver could not cross
/// (`uncrossed`) is not done; if its start is final, no later sweep will cross it, and all slices leave the level. The
/// front climbs before the tail: as soon as the slices done are a quarter of those that have not left the level.
/// Earlier would make a long chain of small groups, each of which starts when the one before has crossed its own
/// slices; later would iterate on a tail that starts from what is known to be off by d_ℓ. (Classic Parareal on Lorenz
/// with levels of 25, 100 and 400 steps: 6.5 full passes when all wait for the last slice, 2.7 so.) Slices that are
/// done and whose start is final rest until they climb.
///
/// A level within a tenth of ε of the next one leads straight to the top. A level that costs less than a thousandth of
/// the next one is iterated down to ε: that is cheaper than one slice of the next, for which many processors would
/// wait.
///
/// At the top slices that are done are frozen; all at once where the scale of the tolerance still follows the run
/// (`StateScale::is_fixed`). By `StoppingRule::estimate` done means that the consequences of their
/// estimated errors are below ε, and all are frozen at once: an amplification seen on a bad iterate proves nothing.
/// Since slices at the top then stay active, all climb there together. They leave no level out, and they wait until a
/// contraction has been seen (unless there can be none): without one a sweep of the top could not be the last.
///
/// Deterministic; costs O(N) an iteration.
class LevelControl {
 public:
  /// `norm` and `uncrossed` (of each slice, in the last fine sweep) are referred to.
  LevelControl(const FidelityLadder& ladder, const TimeGrid& grid, const PararealOptions& options,
               const StateNorm& norm, const std::vector<char>& uncrossed);

  /// The active slices in time order; levels fall from one segment to the next.
  const std::vector<LevelSegment>& segments() const { return segments_; }
  /// The first active slice. Those before it are frozen, or rest.
  Index start() const { return start_; }
  /// Slices 0 … front − 1 are frozen at the top level.
  Index front() const { return front_; }
  /// Slices 0 … exact_front − 1 are the serial solution of the top level.
  Index exact_front() const { return exact_front_; }
  /// Of each slice.
  const std::vector<Index>& slice_levels() const { return slice_levels_; }
  /// ε_ℓ, the smallest of those that active slices are held to.
  double smallest_tolerance() const;
  /// True when every slice has reached the top.
  bool all_at_top() const { return slice_levels_.back() == top_; }

  /// True if slices have been frozen that are not exact.
  bool has_frozen() const { return front_ > exact_front_; }
  /// The fine solver does not accept what was frozen: all slices but the exact ones are active again, and none is
  /// frozen before all are done.
  void thaw();

  /// Measures d_ℓ if a level serves for the first time (never more than one does), and again as long as the next level
  /// cannot cross any of the slices; `fine` and `coarse` hold F(U[n]) and G(U[n]) of the active slices. Throws
  /// `SliceError`.
  /// Each process crosses the samples among its own slices.
  LevelMeasurement measure(Index iteration, const SliceStates& boundaries, const SliceStates& fine,
                           const SliceStates& coarse, SliceExecutor& executor, TimeCommunicator& communicator);

  /// Before a corrected sweep.
  void begin_sweep();
  /// Called for the active slices in order, with the increment of U[n+1] and its estimated error: true if, whatever
  /// the slices behind it bring, slice n will be active at its present level in the next sweep.
  bool settles(Index n, double increment, double error);
  /// After the sweep: freezes and climbs. `estimate` learns which slices have climbed. `scale_is_fixed`: see above.
  void advance(const std::vector<double>& increments, ErrorEstimate& estimate, bool scale_is_fixed);

 private:
  struct Level {
    bool measured = false;
    double difference = 0.0;  ///< d_ℓ
    double tolerance = 0.0;   ///< ε_ℓ
  };

  /// The first active slice, whose start is final, could not be crossed by a level below the top.
  bool front_is_beyond_its_level() const;
  /// All slices that are not frozen go to the level above.
  void leave_level(Index level, ErrorEstimate& estimate);
  bool needs_measure(Index level) const;
  double measure_level(const LevelSegment& segment, Index iteration, const SliceStates& boundaries,
                       const SliceStates& fine, const SliceStates& coarse, SliceExecutor& executor,
                       TimeCommunicator& communicator);
  void advance_top(const LevelSegment& segment, const std::vector<double>& increments, const ErrorEstimate& estimate);
  /// True if slices climb.
  bool advance_lower(const LevelSegment& segment, bool is_first, const std::vector<double>& increments,
                     ErrorEstimate& estimate);
  void drop_inactive();
  void find_segments();

  const FidelityLadder& ladder_;
  const TimeGrid& grid_;
  const PararealOptions& options_;
  const StateNorm& norm_;
  const std::vector<char>& uncrossed_;
  const Index num_slices_;
  const Index top_;
  const bool by_estimate_;
  std::vector<Level> levels_;
  std::vector<Index> slice_levels_;
  std::vector<LevelSegment> segments_;
  Index start_ = 0;
  Index front_ = 0;
  Index exact_front_ = 0;
  bool freezes_one_by_one_ = true;  ///< at the top, by the published rule
  bool has_thawed_ = false;

  // Of the sweep that is under way.
  std::size_t segment_ = 0;       ///< where it is
  bool increments_small_ = true;  ///< of the segment's slices so far
  bool errors_small_ = true;      ///< likewise, estimated
};

// Here, because it is asked for every slice of every sweep.
inline bool LevelControl::settles(Index n, double increment, double error) {
  if (n == segments_[segment_].first + segments_[segment_].count) {
    ++segment_;
    increments_small_ = true;
    errors_small_ = true;
  }
  const LevelSegment& segment = segments_[segment_];
  const double tolerance = levels_[static_cast<std::size_t>(segment.level)].tolerance;
  const bool crossed = !uncrossed_[static_cast<std::size_t>(n)];
  increments_small_ = increments_small_ && crossed && increment < tolerance;
  if (n == start_ || front_is_beyond_its_level()) return false;   // the first is done, since its start is final
  errors_small_ = errors_small_ && crossed && error < tolerance;  // consequences are not smaller than errors
  const bool done_by_increments = increments_small_ && !(by_estimate_ && segment.level == top_);
  return !done_by_increments && !(by_estimate_ && errors_small_);
}

inline bool LevelControl::front_is_beyond_its_level() const {
  const LevelSegment& segment = segments_.front();
  return segment.level != top_ && uncrossed_[static_cast<std::size_t>(segment.first)];
}

}  // namespace forerun
