#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/base/state.h"
#include "core/parareal/windowed_values.h"
#include "core/record/run_record.h"

namespace forerun {

/// How far an iterate may still be from the solution, from what an iteration shows anyway.
///
/// A corrected sweep leaves U' with a predicted jump of zero everywhere. The true jump of slice n is the change of the
/// coarse solver's remaining discrepancy over the increment Δ_n = ‖U[n]' − U[n]‖ of the slice's start. How strongly it
/// changes is seen when the next fine sweep reveals the jumps that the increments of the sweep before have left:
///
///   ρ_n = max_{|j−n| ≤ 2} jump_j / max_{|j−n| ≤ 2} Δ_j.
///
/// Jumps are carried on as the fine solver carries changes: the sweep before last has left F(U[n]), and its change over
/// the increment of the start is the growth M_n of slice n (at least 0.6 times the growth known before, because a
/// change along a contracting direction shows less than an error may find):
///
///   e_{n+1} = M_n e_n + max(σ ρ_n Δ_n, κ_n − 2 M_n Δ_n),      M_n = ‖F(U[n]') − F(U[n])‖ / Δ_n,
///
/// where κ_n = ‖G_k(U[n]') − G_k(U[n])‖ is what the sweep has carried on: more than the fine solver would is a jump to
/// come, that of a correction which knows nothing of where it is asked.
///
/// with a safety factor σ that is learned: every sweep shows by its increments what the estimate before should have
/// been. σ is four times the worst of increment ÷ estimate (for σ = 1) in the last four sweeps, at least 2 (½ once four
/// have been seen) and at most the factor given, which holds until something has been learned.
/// Where a slice's M_n has not been seen yet, Λ_n + ρ_n stands for it, Λ_n = κ_n / Δ_n being the coarse solver's
/// growth; e_n at the front is the estimate under which it was frozen (what is left of its increment, where there was
/// none), 0 where it is exact. The first jumps of slices that have climbed to another level of a fidelity ladder also
/// hold the difference of the levels and do not count. The coarse solver stays the same, and so does ρ_n but for the
/// slope of that difference, which is taken to be twenty times its size (relative to that of the states); it is no more
/// than the largest ρ seen in the run, those of slices that have climbed included, which stands for it where none is
/// known.
///
/// Rounding is carried on, too, and an unstable problem makes much of it: the corrections of a chaotic run may differ
/// by their last digits from sweep to sweep, and its end by 10⁻⁸. Every slice whose start has moved adds ε = 2·10⁻¹⁵
/// times the size of the states, at random:
///
///   f²_{n+1} = M_n² f²_n + ε²,
///
/// here with the M_n last seen, whose product over slices is what changes have really grown by. The largest f_{n+1} is
/// added to errors and consequences, but no more than four times the largest of the last four increments, because noise
/// shows: a long chain whose growths have been taken for too large ends when its increments have.
///
/// The jumps that a fine sweep reveals also tell how far the iterate *before* was from the solution, without a guess of
/// what comes next:
///
///   v_{n+1} = M_n v_n + jump_n.
///
/// While increments shrink from sweep to sweep and are no larger than 2 v (else the new iterate is the worse one), the
/// sweep after has not made it worse: the error is taken to be no more than 1.4 times the largest v_{n+1}. (Measured on
/// the shipped problems near convergence: v is 1 to 4 times the true error of the iterate before, and more than twice
/// that of the iterate that is accepted because of it.)
///
/// What counts are the consequences, not only the error here: an unstable problem makes much of little. With the same
/// growths, e_{n+1} becomes at most
///
///   c_{n+1} = e_{n+1} · max(1, M_{n+1}, M_{n+1} M_{n+2}, …)
///
/// by the end of the run. A learner on a chaotic problem may stop contracting at the noise of its own predictions;
/// hence no error is claimed to be smaller than the last increment times three times the worse of its last two
/// reductions (at most four times); a first sweep after a climb shows none, and those before it stand. Nor, where
/// increments of less than a hundred times the f above have ceased to be halved, to be smaller than half of the
/// increment before: one that is small among others may be chance.
///
/// Increments of no more than `relative_rounding` times the size of the states are rounding: they show neither growth
/// nor contraction, and what they leave is what the contraction seen before makes of them. So a chain of a million
/// slices does not gather errors from nothing. While no contraction has been seen, even they may be made large by an
/// unstable solver: they count as rounding only where the slice's end has not moved further.
///
/// Increments larger than the states themselves are those of an iterate that was far off: they show no growth, and
/// contractions and reductions are taken relative to the states' size instead. Nor does a first contraction count that
/// was seen from increments of more than a tenth of the states' size: a change that large is in the components that the
/// coarse solver has most wrong, and says nothing of what is left in the others.
///
/// A slice that the fine solver could not cross (`uncrossed`) has an infinite error, and so have those behind it; its
/// next jump is that to a value which stood in, and does not count.
///
/// Costs O(N) numbers, no solve. It is an estimate, not a bound: ρ and Λ are the last seen.
class ErrorEstimate {
 public:
  static constexpr double relative_rounding = 1e-13;

  ErrorEstimate(Index num_slices, double safety);

  /// Changes that are rounding, from here on: `size` is that of the states, in the norm of the increments.
  void set_size(double size) {
    size_ = size;
    rounding_ = relative_rounding * size;
  }
  double rounding() const { return rounding_; }

  /// After a fine sweep of slices first … N − 1: the jumps that the last corrected sweep has left, and how far each
  /// slice's fine value has moved (infinite: not known). Ignored before one. `uncrossed` of each slice: not 0 where the
  /// fine solver could not cross it.
  void observe_jumps(Index first, const std::vector<double>& jumps, const std::vector<double>& changes,
                     const std::vector<char>& uncrossed);

  /// A corrected sweep from slice `first` on: begin, `advance` for every slice in order, end. `increments` are those of
  /// the sweep before.
  void begin_sweep(Index first, const std::vector<double>& increments);
  /// Slice n = `slice` started from a state changed by Δ_n = `start_increment`, carried κ_n = `carried` of it on, and
  /// its end has changed by `end_increment`. Returns e_{n+1}.
  double advance(Index slice, double start_increment, double carried, double end_increment);
  void end_sweep(double largest_increment);

  /// The next jumps of these slices will be of another fine solver.
  void climb(Index first, Index count);

  /// False until two corrected sweeps have followed each other on a level; until then the estimates are infinite.
  bool knows_contraction() const { return largest_contraction_ < std::numeric_limits<double>::infinity(); }
  /// The last increment times three times the worse of its last two reductions, at most four times, on whatever level
  /// they were seen; 0 while it has not been reduced yet.
  double smallest_credible() const { return smallest_credible_; }
  /// 1.4 times the largest v_{n+1}; infinite where jumps or growths are missing, increments have not been reduced twice
  /// on this level, or the last is larger than both errors together.
  double verified_error() const;
  /// The largest e_{n+1}, at least the smallest credible one; at most the verified one.
  double largest_error() const;
  /// e_{n+1} for each slice n; infinite while no contraction has been seen.
  const std::vector<double>& errors() const { return errors_; }
  /// What a sweep from slice `first` on would leave of these `jumps` if it contracted as the last ones did: the largest
  /// e_{n+1}, without safety factor and with Λ alone for growth, of increments Δ_{n+1} = jump_n + Λ_n Δ_n. While no
  /// contraction has been seen: the jumps alone, times ρ = min(1, 20 max_n jump_n), because a small discrepancy does
  /// not change much between states.
  double expected_error(Index first, const std::vector<double>& jumps) const;
  /// M_0 M_1 … as last seen: of slices whose start has never moved, as the first one's, that of the next slice.
  ErrorGrowth growth_of_start() const;
  /// Brings c_{n+1} up to date for the slices from `first` on.
  void project(Index first);
  /// c_{n+1} for each slice n as last projected.
  const std::vector<double>& consequences() const { return consequences_; }

 private:
  void calibrate(double largest_increment);
  double rounding_after(std::size_t n, double square) const;
  void limit_rounding();
  void note_what_is_no_jump(Index first, const std::vector<double>& jumps, const std::vector<char>& uncrossed);
  void observe_growth(std::size_t n, double change);

  static constexpr double growth_memory = 0.6;

  double coming_jump(std::size_t n, double start_increment, double carried, double end_increment) const;
  double contraction(std::size_t n) const { return std::min(contractions_[n], largest_contraction_); }
  /// Of the fine solver, never 0 so that what is infinite stays so.
  double growth(std::size_t n) const {
    if (fine_growths_[n] < std::numeric_limits<double>::infinity()) {
      return fine_growths_[n] + std::numeric_limits<double>::min();
    }
    const double rho = contraction(n);
    return growths_[n] + (knows_contraction() ? rho : 0.0) + std::numeric_limits<double>::min();
  }

  double most_safety_;              ///< the factor that is given
  double safety_;                   ///< σ of the sweep under way
  double last_estimate_ = 0.0;      ///< the largest error of the last sweep for σ = 1; 0: none, or not finite
  std::vector<double> found_;       ///< increments ÷ what had been estimated before, newest last
  double largest_contraction_;      ///< infinite: none seen
  double largest_increment_ = 0.0;  ///< of the last corrected sweep
  double last_reduction_ = 0.0;
  double reduction_before_ = 0.0;
  int num_reductions_ = 0;  ///< since the last climb
  double smallest_credible_ = 0.0;
  double error_ = 0.0;  ///< e_{n+1} of the slice that the sweep has come to
  double size_ = 1.0;
  double rounding_ = relative_rounding;
  bool has_swept_ = false;
  double largest_rounding_ = 0.0;                 ///< f²_{n+1}
  double carried_rounding_ = 0.0;                 ///< no more of it than increments have shown
  std::array<double, 4> recent_increments_ = {};  ///< the largest of the last sweeps, newest first
  WindowedValues start_increments_;               ///< Δ_n of the last corrected sweep
  std::vector<double> contractions_;              ///< ρ_n; infinite where unknown
  std::vector<char> has_climbed_;     ///< since the last fine sweep: the next jump is to another solver's value
  std::vector<char> uncrossed_;       ///< in the last fine sweep
  WindowedValues jumps_;              ///< 0 where a slice has climbed
  std::vector<double> growths_;       ///< Λ_n
  std::vector<double> fine_growths_;  ///< M_n; infinite where not seen yet
  std::vector<double> last_growths_;  ///< as last seen: their product is what changes have grown by from slice to slice
  double largest_verified_;           ///< the largest v_{n+1}
  std::vector<double> errors_;
  double largest_predicted_;  ///< the largest of them
  std::vector<double> consequences_;
};

// Here, because it is called for every slice of every sweep.
inline double ErrorEstimate::advance(Index slice, double start_increment, double carried, double end_increment) {
  const auto n = static_cast<std::size_t>(slice);
  start_increments_[n] = start_increment;
  if (start_increment > rounding_ && start_increment <= size_) {
    growths_[n] = std::max(carried / start_increment, growth_memory * growths_[n]);
  }
  if (error_ > 0.0) error_ *= growth(n);
  error_ += coming_jump(n, start_increment, carried, end_increment);
  // NaN as well: what is not known is not small.
  if (uncrossed_[n] || !(error_ >= 0.0)) error_ = std::numeric_limits<double>::infinity();
  errors_[n] = error_;
  return error_;
}

/// What the next fine sweep is expected to find at the end of slice n.
inline double ErrorEstimate::coming_jump(std::size_t n, double start_increment, double carried,
                                         double end_increment) const {
  constexpr double trust = 2.0;
  const double rho = contraction(n);
  if (start_increment > rounding_) {
    const double expected = safety_ * rho * start_increment;
    return std::max(expected, carried - trust * fine_growths_[n] * start_increment);  // −∞ where that is not known
  }
  if (start_increment > 0.0 && !knows_contraction() && end_increment > rounding_) return rho;
  return std::min(rho, 1.0) * start_increment;
}

}  // namespace forerun
