#include "core/level_control.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/fine_sweep.h"

namespace forerun {
namespace {

constexpr double kMeasuringBudget = 0.02;  // of a full pass
constexpr Index kMaxSamples = 8;
constexpr double kNegligible = 0.1;  // of the tolerance
constexpr double kCheap = 1e-3;      // of the next level's work

/// The `count` slices with the largest discrepancy ‖F(U[n]) − G(U[n])‖, in time order.
std::vector<Index> most_discrepant_slices(Index count, const StateNorm& norm, const States& fine,
                                          const States& coarse) {
  std::vector<double> discrepancies(static_cast<std::size_t>(fine.cols()));
  for (Index n = 0; n < fine.cols(); ++n) {
    discrepancies[static_cast<std::size_t>(n)] = norm.distance(fine.col(n), coarse.col(n));
  }
  std::vector<Index> slices(static_cast<std::size_t>(fine.cols()));
  std::iota(slices.begin(), slices.end(), Index{0});
  std::stable_sort(slices.begin(), slices.end(), [&](Index a, Index b) {
    return discrepancies[static_cast<std::size_t>(a)] > discrepancies[static_cast<std::size_t>(b)];
  });
  slices.resize(static_cast<std::size_t>(count));
  std::sort(slices.begin(), slices.end());
  return slices;
}

}  // namespace

LevelControl::LevelControl(const FidelityLadder& ladder, const TimeGrid& grid, const PararealOptions& options)
    : ladder_(ladder), grid_(grid), options_(options), tolerance_(options.tolerance) {}

bool LevelControl::needs_measure() const {
  return !at_top() && !measured_ && ladder_.relative_work(level_) >= kCheap * ladder_.relative_work(level_ + 1);
}

double LevelControl::measure(Index iteration, const States& boundaries, const States& fine, const States& coarse,
                             SliceExecutor& executor) {
  const Index num_slices = grid_.num_slices();
  const double next_work = ladder_.relative_work(level_ + 1);
  const double affordable = kMeasuringBudget * static_cast<double>(num_slices) / next_work;
  const Index num_samples =
      std::clamp<Index>(static_cast<Index>(std::min(affordable, 1e9)), 1, std::min(kMaxSamples, num_slices));
  const std::vector<Index> samples = most_discrepant_slices(num_samples, options_.norm, fine, coarse);
  const Propagator& next = ladder_.level(level_ + 1);
  States results(fine.rows(), num_samples);
  executor.for_each(num_samples, [&](Index i) {
    const Index n = samples[static_cast<std::size_t>(i)];
    propagate_checked(next, "fine", iteration, grid_.slice(n), boundaries.col(n), results.col(i));
  });
  difference_ = 0.0;
  for (Index i = 0; i < num_samples; ++i) {
    difference_ =
        std::max(difference_, options_.norm.distance(results.col(i), fine.col(samples[static_cast<std::size_t>(i)])));
  }
  tolerance_ = std::max(options_.tolerance, options_.level_factor * difference_);
  measured_ = true;
  return static_cast<double>(num_samples) * next_work / static_cast<double>(num_slices);
}

void LevelControl::climb() {
  const bool straight_to_top = measured_ && difference_ < kNegligible * options_.tolerance;
  level_ = straight_to_top ? ladder_.num_levels() - 1 : level_ + 1;
  measured_ = false;
  tolerance_ = options_.tolerance;
}

}  // namespace forerun
