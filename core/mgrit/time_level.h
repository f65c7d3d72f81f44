#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "core/base/state_norm.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/propagation/propagator.h"
#include "core/record/run_record.h"

namespace forerun {

/// How far C-points are moved: of interval j's end, added up in distances[j].
struct Movement {
  const StateNorm& norm;
  std::vector<double> distances;
};

/// One time grid of the hierarchy that MGRIT works on (core/mgrit/mgrit.h), its states and the equation they solve:
///
///   u[n+1] = S(n, u[n]),      S(n, u) = Φ(n, u)                                  on the finest grid,
///                             S(n, u) = R[n] + (Φ(n, u) − O[n])                  on the others,              (1)
///
/// Φ crosses a slice of this grid. R[n] is what the next finer grid has found for the point u[n+1], its own S at the
/// F-point before it, and O[n] = Φ(n, v[n]) with the state v that this grid was given. So (1) is the equation of the
/// full approximation scheme, written such that where u[n] is v[n] to the last bit the bracket is exactly zero and
/// u[n+1] = R[n]; on two grids it is Parareal's formula, bit for bit.
///
/// Points 0, m, 2m, … are the C-points: those of the next coarser grid. *Interval* j is what lies between C-points j
/// and j + 1; what is left behind the last of them, if m does not divide the number of slices, is crossed with them.
///
/// A slice that cannot be crossed (Φ throws, or its result is not finite) is stood in for by the identity: from
/// predicted states a solver may do anything. On the finest grid, from a state that is exact, it is thrown as
/// `SliceError`, the lowest slice first. Results do not depend on the number of threads, bit for bit.
class TimeLevel {
 public:
  /// `coarsening` m. The propagator is referred to.
  TimeLevel(std::vector<Slice> slices, Index coarsening, const Propagator& propagator, bool is_finest);
  TimeLevel(const TimeLevel&) = delete;
  TimeLevel& operator=(const TimeLevel&) = delete;

  Index num_slices() const { return static_cast<Index>(slices_.size()); }
  /// Whole intervals: slices of the next coarser grid.
  Index num_intervals() const { return num_slices() / coarsening_; }
  /// The slices of the next coarser grid.
  std::vector<Slice> coarse_slices() const;
  /// d × (num_slices + 1); column n is u[n].
  States& states() { return states_; }
  const States& states() const { return states_; }
  /// R: column n belongs to the end of slice n.
  const States& targets() const { return targets_; }

  /// What follows belongs to this iteration, for sentences, and leading slices [0, exact) need not be crossed again:
  /// their ends are final.
  void begin(Index iteration, Index exact);
  /// Slices that could not be crossed since `begin`, and why the lowest could not.
  Index num_uncrossed() const { return static_cast<Index>(failures_.size()); }
  const SliceFailure* first_failure() const { return failures_.empty() ? nullptr : &failures_.begin()->second; }
  /// Φ applied since `begin`, the seconds inside it, summed over threads, and those of the slowest interval.
  Index num_crossed() const { return num_crossed_; }
  double seconds() const { return seconds_; }
  double max_interval_seconds() const { return max_interval_seconds_; }

  /// F-relaxation: u[n+1] = S(n, u[n]) at the F-points of every interval, in parallel. With `coarse`, S is carried on
  /// to the next C-point and is R there. The first `num_exact_intervals` after the exact slices start from states that
  /// are exact, too. `crossed` is told of slices as they are, from any thread.
  void relax(SliceExecutor& executor, TimeLevel* coarse, Index num_exact_intervals = 0,
             const std::function<void(Index)>& crossed = nullptr);
  /// C-relaxation: C-points take what `relax` has found for them.
  void take_targets(const TimeLevel& coarse, SliceExecutor& executor, Movement* movement = nullptr);
  /// `coarse` gets the C-points, and its equation (1) with them.
  void restrict_to(TimeLevel& coarse, SliceExecutor& executor);
  /// u[n+1] = S(n, u[n]), one slice after the other.
  void solve();
  /// C-points take the states of `coarse`; one that is not finite takes its R instead. Returns how many did.
  Index correct_by(const TimeLevel& coarse, SliceExecutor& executor, Movement* movement = nullptr);
  /// All C-points take the states of `coarse`: there is no R yet.
  void start_from(const TimeLevel& coarse);

 private:
  struct Piece {
    Index first;  ///< of its intervals
    Index count;
  };

  Index first_interval() const { return exact_ / coarsening_; }
  Index end_of(Index interval) const { return std::min(num_slices(), (interval + 1) * coarsening_); }
  std::vector<Piece> pieces(Index num_threads) const;
  Index num_slices_of(const Piece& piece, bool with_targets) const;
  void run_piece(const Piece& piece, TimeLevel* coarse, Index exact_intervals_end);
  bool cross_together(const Piece& piece, TimeLevel* coarse);
  void cross_interval(Index interval, TimeLevel* coarse, bool from_exact);
  void cross(Index n, const double* in, double* out, bool from_exact);
  void complete(Index n, double* out) const;
  std::span<const Slice> slices_at(Index offset, Index first_interval, Index count) const;

  const std::vector<Slice> slices_;
  const Index coarsening_;
  const Propagator& propagator_;
  const bool is_finest_;
  std::vector<Slice> by_offset_;  ///< slices 0, m, 2m, …, then 1, m + 1, …: where several are crossed together
  States states_;
  States targets_;          ///< R; empty on the finest grid
  States old_crossings_;    ///< O; likewise
  bool is_forced_ = false;  ///< R and O are those of the grid above; else S = Φ

  Index iteration_ = 0;
  Index exact_ = 0;
  Index num_crossed_ = 0;
  double seconds_ = 0.0;
  double max_interval_seconds_ = 0.0;
  std::vector<double> piece_seconds_;
  std::map<Index, SliceFailure> failures_;
  std::mutex adding_failure_;
};

}  // namespace forerun
