#include "core/error_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forerun {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr Index kWindow = 2;
constexpr double kGrowthMemory = 0.6;
/// Changes this small, in scaled states of size one, are rounding and show no growth.
constexpr double kRounding = 1e-13;
constexpr double kNoise = 3.0;
constexpr double kMostNoise = 4.0;

using Values = Eigen::Ref<const Eigen::ArrayXd>;

/// maxima[n] = max_{|j−n| ≤ 2} values[j]
void windowed_maxima(const Values& values, Eigen::Ref<Eigen::ArrayXd> maxima) {
  maxima = values;
  for (Index shift = 1; shift <= std::min(kWindow, values.size() - 1); ++shift) {
    const Index count = values.size() - shift;
    maxima.head(count) = maxima.head(count).max(values.tail(count));
    maxima.tail(count) = maxima.tail(count).max(values.head(count));
  }
}

Values as_array(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::ArrayXd>(values.data(), static_cast<Index>(values.size()));
}

}  // namespace

ErrorEstimate::ErrorEstimate(Index num_slices, double safety)
    : safety_(safety),
      largest_contraction_(kUnknown),
      start_increments_(Eigen::ArrayXd::Zero(num_slices)),
      contractions_(Eigen::ArrayXd::Constant(num_slices, kUnknown)),
      counts_(Eigen::ArrayXd::Ones(num_slices)),
      jump_maxima_(num_slices),
      increment_maxima_(num_slices),
      growths_(static_cast<std::size_t>(num_slices), 1.0),
      errors_(static_cast<std::size_t>(num_slices), kUnknown),
      consequences_(errors_) {}

void ErrorEstimate::observe_jumps(Index first, const std::vector<double>& jumps) {
  if (!has_swept_) return;
  const Index count = contractions_.size() - first;
  auto contractions = contractions_.tail(count);
  auto counts = counts_.tail(count);
  auto jump_maxima = jump_maxima_.tail(count);
  auto increment_maxima = increment_maxima_.tail(count);
  windowed_maxima(as_array(jumps).tail(count) * counts, jump_maxima);
  windowed_maxima(start_increments_.tail(count), increment_maxima);
  const auto shows = counts > 0.0 && increment_maxima > kRounding;
  if (const double largest = shows.select(jump_maxima / increment_maxima, 0.0).maxCoeff(); largest > 0.0) {
    largest_contraction_ = knows_contraction() ? std::max(largest_contraction_, largest) : largest;
  }
  contractions = shows.select(jump_maxima / increment_maxima, contractions);
  counts.setOnes();
}

void ErrorEstimate::climb(Index first, Index count) {
  largest_increment_ = 0.0;
  counts_.segment(first, count).setZero();
  contractions_.segment(first, count).setConstant(kUnknown);
  std::fill_n(errors_.begin() + first, count, kUnknown);
}

void ErrorEstimate::begin_sweep(Index first, const std::vector<double>& increments) {
  has_swept_ = true;
  error_ = 0.0;
  if (first == 0) return;
  const auto before = static_cast<std::size_t>(first - 1);
  error_ = errors_[before];
  if (!std::isfinite(error_)) error_ = std::min(1.0, safety_ * contraction(first - 1)) * increments[before];
}

double ErrorEstimate::advance(Index n, double start_increment, double carried) {
  double& growth = growths_[static_cast<std::size_t>(n)];
  start_increments_[n] = start_increment;
  if (start_increment > kRounding) growth = std::max(carried / start_increment, kGrowthMemory * growth);
  error_ *= growth;
  if (start_increment > 0.0) error_ += safety_ * contraction(n) * start_increment;
  errors_[static_cast<std::size_t>(n)] = error_;
  return error_;
}

void ErrorEstimate::end_sweep(double largest_increment) {
  const double reduction = largest_increment_ > 0.0 ? largest_increment / largest_increment_ : 0.0;
  smallest_credible_ = largest_increment * std::min(kMostNoise, kNoise * std::max(reduction, last_reduction_));
  largest_increment_ = largest_increment;
  last_reduction_ = reduction;
}

double ErrorEstimate::contraction(Index n) const { return std::min(contractions_[n], largest_contraction_); }

bool ErrorEstimate::knows_contraction() const { return largest_contraction_ < kUnknown; }

double ErrorEstimate::largest_error() const { return std::max(as_array(errors_).maxCoeff(), smallest_credible_); }

void ErrorEstimate::project(Index first) {
  double amplification = 1.0;
  for (std::size_t n = errors_.size(); n-- > static_cast<std::size_t>(first);) {
    consequences_[n] = errors_[n] > 0.0 ? errors_[n] * amplification : 0.0;
    amplification = std::max(1.0, growths_[n] * amplification);
  }
}

}  // namespace forerun
