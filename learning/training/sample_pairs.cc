#include "learning/training/sample_pairs.h"

#include <algorithm>
#include <optional>

namespace forerun {
namespace {

constexpr std::size_t kMostScoredSlices = 64;

/// The newest sample of the slice at this place, if it is not among the first `known`, and the last of those; nothing
/// where there is none, or nothing has moved.
std::optional<SamplePair> sample_pair(const Harvest& harvest, Index known, Index place) {
  const SamplesBySlice& by_slice = harvest.by_slice();
  const SamplePair pair{by_slice.newest_at(place, known), by_slice.newest_at(place, harvest.size())};
  if (pair.older < 0 || pair.newer < known) return std::nullopt;
  if (harvest.states().col(pair.older) == harvest.states().col(pair.newer)) return std::nullopt;
  return pair;
}

}  // namespace

std::vector<SamplePair> sample_pairs(const Harvest& harvest, Index known) {
  std::vector<Index> places;
  for (Index place = 0; place < harvest.by_slice().num_slices(); ++place)
    if (sample_pair(harvest, known, place)) places.push_back(place);
  std::vector<SamplePair> chosen;
  const std::size_t count = std::min(kMostScoredSlices, places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    // Even spreading: `count` of the places.
    if ((i + 1) * count / places.size() > i * count / places.size())
      chosen.push_back(*sample_pair(harvest, known, places[i]));
  }
  return chosen;
}

}  // namespace forerun
