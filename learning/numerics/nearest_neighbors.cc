#include "learning/numerics/nearest_neighbors.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"

namespace forerun {
namespace {

constexpr Index kUpdateBlock = 16;

/// Keeps the `count` smallest in order.
template <typename Candidates>
void keep_smallest(Candidates& candidates, Index count) {
  const auto middle = candidates.begin() + std::min(count, static_cast<Index>(candidates.size()));
  std::partial_sort(candidates.begin(), middle, candidates.end());
  candidates.erase(middle, candidates.end());
}

}  // namespace

Index SearchRange::num_searched(Index num_samples) const {
  const Index affordable = budget / coordinates;
  constexpr Index many = Harvest::many_samples;
  return num_samples <= many ? affordable : affordable * many / num_samples * many / num_samples;
}

void samples_near(const Harvest& harvest, Index slice, Index wanted, Index num_samples, const SearchRange& range,
                  std::vector<Index>& samples) {
  samples.clear();
  wanted = std::max(wanted, range.num_searched(num_samples));
  const SamplesBySlice& by_slice = harvest.by_slice();
  Index above = by_slice.lower_bound(slice);
  Index below = above;  // slices before this one are still to be taken
  // The harvest may have grown since: samples that are not known here are passed over.
  const auto take = [&](Index place) {
    for (Index sample = by_slice.newest_at(place, num_samples); sample >= 0; sample = by_slice.previous(sample))
      samples.push_back(sample);
  };
  constexpr Index kNone = std::numeric_limits<Index>::max();
  while (true) {
    const Index up = above < by_slice.num_slices() ? by_slice.slice(above) - slice : kNone;
    const Index down = below > 0 ? slice - by_slice.slice(below - 1) : kNone;
    const Index gap = std::min(up, down);
    const bool enough = std::ssize(samples) >= wanted;
    if (gap == kNone || (gap > range.window && enough)) return;
    if (up == gap) take(above++);
    if (down == gap) take(--below);
  }
}

std::vector<Index> samples_near(const Harvest& harvest, std::span<const Index> slices, Index wanted,
                                const SearchRange& range) {
  std::vector<Index> all, near;
  for (const Index slice : slices) {
    samples_near(harvest, slice, wanted, harvest.size(), range, near);
    all.insert(all.end(), near.begin(), near.end());
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

SamplesNeeded samples_needed_near(Index num_slices, Index wanted, const SearchRange& range) {
  const Index near = 2 * range.window + std::max(wanted, range.num_searched(num_slices));
  return {.all = near >= num_slices, .near = near};
}

NearestNeighbors::NearestNeighbors(const RandomFeatures& features, Index window, Index budget)
    : features_(features),
      range_{window, budget, features.num_coordinates()},
      coordinates_(features.num_coordinates()) {
  if (window < 0) throw std::invalid_argument("nearest neighbours: the window must be ≥ 0");
}

void NearestNeighbors::update(const Harvest& harvest, SliceExecutor& executor) {
  if (harvest.size() < num_known_ || harvest.dimension() != features_.dimension())
    throw std::invalid_argument("nearest neighbours: the harvest shrank or has another dimension");
  harvest_ = &harvest;
  std::vector<Index> added;
  if (harvest.processes()) {
    places_.resize(static_cast<std::size_t>(harvest.size()), -1);
    for (Index sample = 0; sample < harvest.size(); ++sample) {
      Index& its_place = places_[static_cast<std::size_t>(sample)];
      if (its_place >= 0 || !harvest.is_here(sample)) continue;
      its_place = coordinates_.size() + std::ssize(added);
      added.push_back(sample);
    }
  }
  const Index first_new = num_known_;
  const auto sample_at = [&](Index i) {
    return harvest.processes() ? added[static_cast<std::size_t>(i)] : first_new + i;
  };
  num_known_ = harvest.size();
  StatesOut columns = coordinates_.extend(harvest.processes() ? std::ssize(added) : harvest.size() - first_new);
  for_each_column_block(executor, columns.cols(), kUpdateBlock, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) features_.coordinates(harvest.state(sample_at(i)), columns.col(i));
  });
}

Index NearestNeighbors::find(Index slice, const StateView& state, const StateView& query,
                             std::span<Index> nearest) const {
  thread_local std::vector<Candidate> candidates;
  thread_local std::vector<Index> samples;
  const auto wanted = static_cast<Index>(nearest.size());
  const bool sketched = features_.num_coordinates() < features_.dimension();
  samples_near(*harvest_, slice, wanted, num_known_, range_, samples);
  candidates.clear();
  for (const Index sample : samples) candidates.push_back({squared_distance(coordinates(sample), query), sample});
  keep_smallest(candidates, sketched ? kShortlist * wanted : wanted);
  if (sketched) {
    for (Candidate& candidate : candidates)
      candidate.distance = squared_distance(features_.normalizer().weights(), harvest_->state(candidate.sample), state);
    keep_smallest(candidates, wanted);
  }
  std::transform(candidates.begin(), candidates.end(), nearest.begin(), [](const Candidate& c) { return c.sample; });
  return static_cast<Index>(candidates.size());
}

}  // namespace forerun
