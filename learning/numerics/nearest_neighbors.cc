#include "learning/numerics/nearest_neighbors.h"

#include <algorithm>
#include <compare>
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

NearestNeighbors::NearestNeighbors(const RandomFeatures& features, Index window, Index budget)
    : features_(features), window_(window), budget_(budget), coordinates_(features.num_coordinates()) {
  if (window < 0) throw std::invalid_argument("nearest neighbours: the window must be ≥ 0");
}

void NearestNeighbors::update(const Harvest& harvest, SliceExecutor& executor) {
  const Index known = size();
  if (harvest.size() < known || harvest.dimension() != features_.dimension())
    throw std::invalid_argument("nearest neighbours: the harvest shrank or has another dimension");
  harvest_ = &harvest;
  StatesOut added = coordinates_.extend(harvest.size() - known);
  for_each_column_block(executor, added.cols(), kUpdateBlock, [&](Index first, Index count) {
    for (Index c = first; c < first + count; ++c) features_.coordinates(harvest.states().col(known + c), added.col(c));
  });
}

Index NearestNeighbors::num_searched() const {
  const Index affordable = budget_ / coordinates_.rows();
  constexpr Index many = Harvest::many_samples;
  return size() <= many ? affordable : affordable * many / size() * many / size();
}

void NearestNeighbors::collect(Index slice, Index wanted, std::vector<Candidate>& candidates) const {
  candidates.clear();
  const SamplesBySlice& by_slice = harvest_->by_slice();
  Index above = by_slice.lower_bound(slice);
  Index below = above;  // slices before this one are still to be taken
  // The harvest may have grown since: samples that are not known here are passed over.
  const auto take = [&](Index place) {
    for (Index sample = by_slice.newest_at(place, size()); sample >= 0; sample = by_slice.previous(sample))
      candidates.push_back({0.0, sample});
  };
  constexpr Index kNone = std::numeric_limits<Index>::max();
  while (true) {
    const Index up = above < by_slice.num_slices() ? by_slice.slice(above) - slice : kNone;
    const Index down = below > 0 ? slice - by_slice.slice(below - 1) : kNone;
    const Index gap = std::min(up, down);
    const bool enough = static_cast<Index>(candidates.size()) >= wanted;
    if (gap == kNone || (gap > window_ && enough)) return;
    if (up == gap) take(above++);
    if (down == gap) take(--below);
  }
}

Index NearestNeighbors::find(Index slice, const StateView& state, const StateView& coordinates,
                             std::span<Index> nearest) const {
  thread_local std::vector<Candidate> candidates;
  const auto wanted = static_cast<Index>(nearest.size());
  const bool sketched = features_.num_coordinates() < features_.dimension();
  collect(slice, std::max(wanted, num_searched()), candidates);
  for (Candidate& candidate : candidates)
    candidate.distance = squared_distance(coordinates_.col(candidate.sample), coordinates);
  keep_smallest(candidates, sketched ? kShortlist * wanted : wanted);
  if (sketched) {
    const StatesView states = harvest_->states();
    for (Candidate& candidate : candidates)
      candidate.distance = squared_distance(features_.normalizer().weights(), states.col(candidate.sample), state);
    keep_smallest(candidates, wanted);
  }
  std::transform(candidates.begin(), candidates.end(), nearest.begin(), [](const Candidate& c) { return c.sample; });
  return static_cast<Index>(candidates.size());
}

}  // namespace forerun
