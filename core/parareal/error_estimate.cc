#include "core/parareal/error_estimate.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/base/largest.h"

namespace forerun {
namespace {

constexpr double kNotEstimated = std::numeric_limits<double>::infinity();
constexpr double kNoise = 3.0;
constexpr double kMostNoise = 4.0;
constexpr double kStandstill = 0.5;
constexpr double kNearRounding = 100.0;
constexpr double kTypicalSlope = 20.0;
constexpr double kFarOff = 0.1;
// Of the safety factor: how many sweeps it is learned from, and how far it stays above what they show.
constexpr std::size_t kRemembered = 4;
constexpr double kMargin = 4.0;
constexpr double kLeastSafety = 2.0;
constexpr double kLeastProvenSafety = 0.5;
constexpr double kVerifiedSafety = 1.4;
// Rounding error that crossing a slice adds, as a share of the size below which increments count as rounding.
constexpr double kRoundingOfASlice = 0.02;

/// One of the slices from `first` on has the flag.
bool any_of_rest(const std::vector<char>& flags, std::size_t first) {
  return first < flags.size() && std::memchr(&flags[first], 1, flags.size() - first) != nullptr;
}

}  // namespace

ErrorEstimate::ErrorEstimate(Index num_slices, double safety)
    : most_safety_(safety),
      safety_(safety),
      largest_contraction_(kNotEstimated),
      start_increments_(num_slices),
      contractions_(static_cast<std::size_t>(num_slices), kNotEstimated),
      has_climbed_(static_cast<std::size_t>(num_slices), 0),
      uncrossed_(static_cast<std::size_t>(num_slices), 0),
      jumps_(num_slices),
      growths_(static_cast<std::size_t>(num_slices), 1.0),
      fine_growths_(static_cast<std::size_t>(num_slices), kNotEstimated),
      last_growths_(fine_growths_),
      largest_verified_(kNotEstimated),
      errors_(static_cast<std::size_t>(num_slices), kNotEstimated),
      largest_predicted_(kNotEstimated),
      consequences_(errors_) {}

void ErrorEstimate::observe_jumps(Index first, const std::vector<double>& jumps, const std::vector<double>& changes,
                                  const std::vector<char>& uncrossed) {
  note_what_is_no_jump(first, jumps, uncrossed);
  if (!has_swept_) {
    std::fill(has_climbed_.begin(), has_climbed_.end(), 0);
    return;
  }
  const auto begin = static_cast<std::size_t>(first);
  double largest = 0.0;
  bool was_far_off = false;
  double error = first > 0 ? errors_[begin - 1] : 0.0;
  double rounding = 0.0;  // squared
  largest_verified_ = 0.0;
  largest_rounding_ = 0.0;
  for (std::size_t n = begin; n < jumps.size(); ++n) {
    const double increment = start_increments_.largest_near(n);
    if (has_climbed_[n]) {
      error = kNotEstimated;
      has_climbed_[n] = 0;
      contractions_[n] = contraction(n) + kTypicalSlope * jumps[n] / size_;
      if (contractions_[n] < kNotEstimated) largest = std::max(largest, contractions_[n]);
    } else if (increment > rounding_) {
      was_far_off = was_far_off || increment > kFarOff * size_;
      contractions_[n] = jumps_.largest_near(n) / std::min(increment, size_);
      largest = std::max(largest, contractions_[n]);
      observe_growth(n, changes[n]);
    }
    if (error > 0.0) error *= fine_growths_[n] + std::numeric_limits<double>::min();
    error += jumps_[n];
    largest_verified_ = std::max(largest_verified_, error);
    if (n > begin) rounding = rounding_after(n, rounding);  // what the first slice makes of its exact start is exact
    largest_rounding_ = std::max(largest_rounding_, rounding);
  }
  if (knows_contraction()) {
    largest_contraction_ = std::max(largest_contraction_, largest);
  } else if (was_far_off) {
    std::fill(contractions_.begin() + first, contractions_.end(), kNotEstimated);
  } else if (largest > 0.0) {
    largest_contraction_ = largest;
  }
}

/// f²_{n+1} of f²_n.
double ErrorEstimate::rounding_after(std::size_t n, double square) const {
  const double growth_seen = last_growths_[n] < kNotEstimated ? last_growths_[n] : growth(n);
  const double added = start_increments_[n] > 0.0 ? kRoundingOfASlice * rounding_ : 0.0;
  return (square > 0.0 ? growth_seen * growth_seen * square : 0.0) + added * added;
}

/// At a slice that could not be crossed, in this sweep or the one before, the gap is to a value that stands in for F.
void ErrorEstimate::note_what_is_no_jump(Index first, const std::vector<double>& jumps,
                                         const std::vector<char>& uncrossed) {
  jumps_.forget_before(first);
  start_increments_.forget_before(first);
  const auto begin = static_cast<std::size_t>(first);
  if (!any_of_rest(has_climbed_, begin) && !any_of_rest(uncrossed_, begin) && !any_of_rest(uncrossed, begin)) {
    std::copy(jumps.begin() + first, jumps.end(), &jumps_[begin]);
    return;
  }
  for (std::size_t n = begin; n < jumps.size(); ++n) {
    has_climbed_[n] = static_cast<char>(has_climbed_[n] | uncrossed_[n] | uncrossed[n]);
    uncrossed_[n] = uncrossed[n];
    jumps_[n] = has_climbed_[n] ? 0.0 : jumps[n];
  }
}

void ErrorEstimate::observe_growth(std::size_t n, double change) {
  const double increment = start_increments_[n];
  if (increment <= rounding_ || increment > size_ || !std::isfinite(change)) return;
  const double growth = change / increment;
  last_growths_[n] = growth;
  fine_growths_[n] = fine_growths_[n] < kNotEstimated ? std::max(growth, growth_memory * fine_growths_[n]) : growth;
}

double ErrorEstimate::verified_error() const {
  const bool shrinks = num_reductions_ >= 2 && last_reduction_ < 1.0 && reduction_before_ < 1.0;
  // No two iterates are further apart than their errors together.
  const bool agrees = largest_increment_ <= 2.0 * largest_verified_;
  return shrinks && agrees ? kVerifiedSafety * largest_verified_ : kNotEstimated;
}

void ErrorEstimate::climb(Index first, Index count) {
  last_estimate_ = 0.0;
  largest_increment_ = 0.0;
  num_reductions_ = 0;
  std::fill_n(has_climbed_.begin() + first, count, 1);
  std::fill_n(errors_.begin() + first, count, kNotEstimated);
  largest_predicted_ = kNotEstimated;
}

void ErrorEstimate::begin_sweep(Index first, const std::vector<double>& increments) {
  has_swept_ = true;
  error_ = 0.0;
  if (first == 0) return;
  const auto before = static_cast<std::size_t>(first - 1);
  error_ = errors_[before];
  if (!std::isfinite(error_)) error_ = std::min(1.0, safety_ * contraction(before)) * increments[before];
}

void ErrorEstimate::calibrate(double largest_increment) {
  if (last_estimate_ > 0.0 && largest_increment > rounding_) {
    found_.push_back(largest_increment / last_estimate_);
    if (found_.size() > kRemembered) found_.erase(found_.begin());
  }
  last_estimate_ = std::isfinite(largest_predicted_) ? largest_predicted_ / safety_ : 0.0;
  if (found_.empty()) return;
  const double worst = *std::max_element(found_.begin(), found_.end());
  const double least = found_.size() == kRemembered ? kLeastProvenSafety : kLeastSafety;
  safety_ = std::min(std::max(kMargin * worst, least), most_safety_);
}

void ErrorEstimate::end_sweep(double largest_increment) {
  largest_predicted_ = largest_of(errors_);
  calibrate(largest_increment);
  const double before = std::min(largest_increment_, size_);
  if (before > 0.0) {
    reduction_before_ = std::exchange(last_reduction_, largest_increment / before);
    ++num_reductions_;
  }
  smallest_credible_ = largest_increment * std::min(kMostNoise, kNoise * std::max(last_reduction_, reduction_before_));
  const bool at_rounding = before < kNearRounding * carried_rounding_;
  if (at_rounding && reduction_before_ > kStandstill)
    smallest_credible_ = std::max(smallest_credible_, kStandstill * before);
  largest_increment_ = largest_increment;
  limit_rounding();
}

void ErrorEstimate::limit_rounding() {
  std::rotate(recent_increments_.begin(), recent_increments_.end() - 1, recent_increments_.end());
  recent_increments_.front() = largest_increment_;
  const double most = kMostNoise * *std::max_element(recent_increments_.begin(), recent_increments_.end());
  carried_rounding_ = std::min(std::sqrt(largest_rounding_), most);
}

double ErrorEstimate::largest_error() const {
  return std::min(std::max(largest_predicted_ + carried_rounding_, smallest_credible_), verified_error());
}

double ErrorEstimate::expected_error(Index first, const std::vector<double>& jumps) const {
  if (!knows_contraction()) {
    const double largest = *std::max_element(jumps.begin() + first, jumps.end());
    return std::min(1.0, kTypicalSlope * largest) * largest;
  }
  double increment = 0.0;
  double error = 0.0;
  double largest = 0.0;
  for (auto n = static_cast<std::size_t>(first); n < jumps.size(); ++n) {
    error = growths_[n] * error + contraction(n) * increment;
    largest = std::max(largest, error);
    increment = jumps[n] + growths_[n] * increment;
  }
  return largest;
}

ErrorGrowth ErrorEstimate::growth_of_start() const {
  std::vector<double> growths(last_growths_);
  double next = kNotEstimated;
  for (std::size_t n = growths.size(); n-- > 0;) {
    if (growths[n] == kNotEstimated) growths[n] = next < kNotEstimated ? next : growth(n);
    next = growths[n];
  }
  ErrorGrowth product;
  for (const double one : growths) {
    product.at_end *= one;
    product.largest = std::max(product.largest, product.at_end);
  }
  return product;
}

void ErrorEstimate::project(Index first) {
  double amplification = 1.0;
  for (std::size_t n = errors_.size(); n-- > static_cast<std::size_t>(first);) {
    consequences_[n] = errors_[n] > 0.0 ? errors_[n] * amplification : 0.0;
    if (start_increments_[n] > 0.0) consequences_[n] += carried_rounding_;
    amplification = std::max(1.0, growth(n) * amplification);
  }
}

}  // namespace forerun
