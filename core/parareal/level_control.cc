#include "core/parareal/level_control.h"

#include <algorithm>
#include <numeric>

#include "core/base/evenly_spread.h"
#include "core/parareal/convergence.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

constexpr double kMeasuringBudget = 0.02;  // of a full pass
constexpr Index kMaxMeasuredSlices = 8;
constexpr double kNegligible = 0.1;      // of the tolerance
constexpr double kCheap = 1e-3;          // of the next level's work
constexpr double kClimbingShare = 0.25;  // of the slices that have not left a level
constexpr Index kMeasuredSlicesPerPiece = 16;
constexpr double kNotMeasured = -1.0;

/// Of values[first … end − 1]; 0 where there are none.
double largest(const std::vector<double>& values, Index first, Index end) {
  return first < end ? *std::max_element(values.begin() + first, values.begin() + end) : 0.0;
}

/// The `count` slices of a segment with the largest discrepancy ‖F(U[n]) − G(U[n])‖, in time order; spread evenly where
/// there is none, because the coarse solver is this level.
std::vector<Index> most_discrepant_slices(Index count, const LevelSegment& segment, const StateNorm& norm,
                                          const SliceStates& fine, const SliceStates& coarse, Index num_slices,
                                          SliceExecutor& executor, TimeCommunicator& communicator) {
  const SliceRange own = owned_slices(communicator, num_slices);
  std::vector<double> discrepancies(static_cast<std::size_t>(num_slices));
  executor.for_each((segment.count + kMeasuredSlicesPerPiece - 1) / kMeasuredSlicesPerPiece, [&](Index piece) {
    const Index end = std::min(segment.count, (piece + 1) * kMeasuredSlicesPerPiece);
    for (Index n = segment.first + piece * kMeasuredSlicesPerPiece; n < segment.first + end; ++n) {
      if (own.holds(n)) discrepancies[static_cast<std::size_t>(n)] = norm.distance(fine.col(n), coarse.col(n));
    }
  });
  share_owned(communicator, discrepancies, num_slices);
  if (largest(discrepancies, segment.first, segment.first + segment.count) == 0.0) {
    std::vector<Index> slices = evenly_spread(count, segment.count);
    for (Index& slice : slices) slice += segment.first;
    return slices;
  }
  std::vector<Index> slices(static_cast<std::size_t>(segment.count));
  std::iota(slices.begin(), slices.end(), segment.first);
  std::stable_sort(slices.begin(), slices.end(), [&](Index a, Index b) {
    return discrepancies[static_cast<std::size_t>(a)] > discrepancies[static_cast<std::size_t>(b)];
  });
  slices.resize(static_cast<std::size_t>(count));
  std::sort(slices.begin(), slices.end());
  return slices;
}

}  // namespace

LevelControl::LevelControl(const FidelityLadder& ladder, const TimeGrid& grid, const PararealOptions& options,
                           const StateNorm& norm, const std::vector<char>& uncrossed)
    : ladder_(ladder),
      grid_(grid),
      options_(options),
      norm_(norm),
      uncrossed_(uncrossed),
      num_slices_(grid.num_slices()),
      top_(ladder.num_levels() - 1),
      by_estimate_(options.stopping == StoppingRule::estimate),
      levels_(static_cast<std::size_t>(ladder.num_levels()), Level{.tolerance = options.tolerance}),
      slice_levels_(static_cast<std::size_t>(num_slices_), 0) {
  find_segments();
}

double LevelControl::smallest_tolerance() const {
  double smallest = levels_[static_cast<std::size_t>(segments_.front().level)].tolerance;
  for (const LevelSegment& segment : segments_) {
    smallest = std::min(smallest, levels_[static_cast<std::size_t>(segment.level)].tolerance);
  }
  return smallest;
}

bool LevelControl::needs_measure(Index level) const {
  return level != top_ && !levels_[static_cast<std::size_t>(level)].measured &&
         ladder_.relative_work(level) >= kCheap * ladder_.relative_work(level + 1);
}

LevelMeasurement LevelControl::measure(Index iteration, const SliceStates& boundaries, const SliceStates& fine,
                                       const SliceStates& coarse, SliceExecutor& executor,
                                       TimeCommunicator& communicator) {
  for (const LevelSegment& segment : segments_) {
    if (!needs_measure(segment.level)) continue;
    return {segment.level, measure_level(segment, iteration, boundaries, fine, coarse, executor, communicator)};
  }
  return {};
}

double LevelControl::measure_level(const LevelSegment& segment, Index iteration, const SliceStates& boundaries,
                                   const SliceStates& fine, const SliceStates& coarse, SliceExecutor& executor,
                                   TimeCommunicator& communicator) {
  const double next_work = ladder_.relative_work(segment.level + 1);
  const double affordable = kMeasuringBudget * static_cast<double>(num_slices_) / next_work;
  const Index num_samples =
      std::clamp<Index>(static_cast<Index>(std::min(affordable, 1e9)), 1, std::min(kMaxMeasuredSlices, segment.count));
  const std::vector<Index> samples =
      most_discrepant_slices(num_samples, segment, norm_, fine, coarse, num_slices_, executor, communicator);
  const SliceRange own = owned_slices(communicator, num_slices_);
  const CheckedPropagator next{ladder_.level(segment.level + 1), "fine", iteration};
  std::vector<double> differences(samples.size(), kNotMeasured);
  executor.for_each(num_samples, [&](Index i) {
    const Index n = samples[static_cast<std::size_t>(i)];
    State result(fine.rows());
    if (!own.holds(n) || uncrossed_[static_cast<std::size_t>(n)]) return;
    try {
      next.propagate(grid_.slice(n), boundaries.col(n), result);
      differences[static_cast<std::size_t>(i)] = norm_.distance(result, fine.col(n));
    } catch (const SliceError&) {
      // A failure says nothing of the level: this start is an iterate that may be far off.
    }
  });
  communicator.maximize(differences);
  Level& level = levels_[static_cast<std::size_t>(segment.level)];
  level.difference = *std::max_element(differences.begin(), differences.end());
  level.tolerance = std::max(options_.tolerance, options_.level_factor * level.difference);
  level.measured = level.difference > kNotMeasured;  // else the next sweep tries again
  return static_cast<double>(num_samples) * next_work / static_cast<double>(num_slices_);
}

void LevelControl::begin_sweep() {
  segment_ = 0;
  increments_small_ = true;
  errors_small_ = true;
}

void LevelControl::thaw() {
  start_ = front_ = exact_front_;
  has_thawed_ = true;
  find_segments();
}

void LevelControl::advance(const std::vector<double>& increments, ErrorEstimate& estimate, bool scale_is_fixed) {
  freezes_one_by_one_ = scale_is_fixed && !has_thawed_;
  // Consequences take time: where all slices are at the top they are computed only if the error may be small enough.
  if (by_estimate_ && (!all_at_top() || estimate.smallest_credible() < options_.tolerance)) estimate.project(start_);
  if (start_ == exact_front_ && segments_.front().level == top_) ++exact_front_;
  if (front_is_beyond_its_level()) {
    leave_level(segments_.front().level, estimate);
    return;
  }
  bool climbs = false;
  for (const LevelSegment& segment : segments_) {
    if (segment.level == top_) {
      advance_top(segment, increments, estimate);
    } else {
      climbs = advance_lower(segment, segment.first == segments_.front().first, increments, estimate) || climbs;
    }
  }
  if (climbs) {
    find_segments();
  } else {
    drop_inactive();
  }
}

void LevelControl::leave_level(Index level, ErrorEstimate& estimate) {
  std::fill(slice_levels_.begin() + front_, slice_levels_.end(), level + 1);
  estimate.climb(front_, num_slices_ - front_);
  start_ = front_;
  find_segments();
}

// In both functions below the first active slice is done: its start changes no more, so neither does its end.

void LevelControl::advance_top(const LevelSegment& segment, const std::vector<double>& increments,
                               const ErrorEstimate& estimate) {
  const Index exact = segment.first + 1;
  const Index end = segment.first + segment.count;
  if (!by_estimate_) {
    const Index done = converged_prefix(increments, uncrossed_, segment.first, end, options_.tolerance);
    start_ = freezes_one_by_one_ || done == num_slices_ ? std::max(exact, done) : exact;
  } else {
    const bool predicted =
        estimate.smallest_credible() < options_.tolerance &&
        converged_prefix(estimate.consequences(), uncrossed_, exact, end, options_.tolerance) == num_slices_;
    // Infinite where a slice could not be crossed: a gap to a value that stands in is not a jump.
    const bool verified = end == num_slices_ && estimate.verified_error() < options_.tolerance;
    const bool all_done = predicted || verified;
    start_ = all_done ? num_slices_ : exact;
  }
  front_ = start_;
}

bool LevelControl::advance_lower(const LevelSegment& segment, bool is_first, const std::vector<double>& increments,
                                 ErrorEstimate& estimate) {
  const Level& level = levels_[static_cast<std::size_t>(segment.level)];
  const Index end = segment.first + segment.count;
  const Index exact = is_first ? segment.first + 1 : segment.first;
  Index done = std::max(exact, converged_prefix(increments, uncrossed_, segment.first, end, level.tolerance));
  if (by_estimate_) {
    done = std::max(done, converged_prefix(estimate.consequences(), uncrossed_, exact, end, level.tolerance));
  }
  const Index first = is_first ? front_ : segment.first;
  const bool blind = by_estimate_ && !estimate.knows_contraction();
  const bool straight_to_top = !blind && level.measured && level.difference < kNegligible * options_.tolerance;
  const Index next = straight_to_top ? top_ : segment.level + 1;
  const bool together = next == top_ && by_estimate_;
  if (together && blind && largest(increments, exact, end) > estimate.rounding()) {
    if (is_first) start_ = exact;  // all take part in the next sweep, which then shows a contraction everywhere
    return false;
  }
  const double share = together ? 1.0 : kClimbingShare;
  if (static_cast<double>(done - first) < share * static_cast<double>(num_slices_ - first)) {
    if (is_first) start_ = done;
    return false;
  }
  std::fill(slice_levels_.begin() + first, slice_levels_.begin() + done, next);
  estimate.climb(first, done - first);
  if (is_first) start_ = front_;
  return true;
}

void LevelControl::drop_inactive() {
  while (!segments_.empty() && segments_.front().first + segments_.front().count <= start_) {
    segments_.erase(segments_.begin());
  }
  if (segments_.empty()) return;
  LevelSegment& segment = segments_.front();
  segment.count -= start_ - segment.first;
  segment.first = start_;
}

void LevelControl::find_segments() {
  segments_.clear();
  for (Index n = start_; n < num_slices_; ++n) {
    const Index level = slice_levels_[static_cast<std::size_t>(n)];
    if (segments_.empty() || segments_.back().level != level) segments_.push_back({level, n, 0});
    ++segments_.back().count;
  }
}

}  // namespace forerun
