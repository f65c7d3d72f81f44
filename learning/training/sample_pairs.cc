#include "learning/training/sample_pairs.h"

#include <algorithm>
#include <optional>

#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr std::size_t kMostScoredSlices = 64;

/// The newest sample of the slice at this place, if it is not among the first `known`, and the last of those; nothing
/// where there is none.
std::optional<SamplePair> sample_pair(const Harvest& harvest, Index known, Index place) {
  const SamplesBySlice& by_slice = harvest.by_slice();
  const SamplePair pair{by_slice.newest_at(place, known), by_slice.newest_at(place, harvest.size())};
  if (pair.older < 0 || pair.newer < known) return std::nullopt;
  return pair;
}

/// Those whose state has moved.
std::vector<SamplePair> that_have_moved(const Harvest& harvest, const std::vector<SamplePair>& pairs) {
  std::vector<Index> newer;
  std::vector<double> has_moved(pairs.size(), 0.0);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    newer.push_back(pairs[p].newer);
    if (harvest.holds(pairs[p].newer) && harvest.state(pairs[p].older) != harvest.state(pairs[p].newer))
      has_moved[p] = 1.0;
  }
  share(harvest, newer, has_moved);
  std::vector<SamplePair> kept;
  for (std::size_t p = 0; p < pairs.size(); ++p)
    if (has_moved[p] > 0.0) kept.push_back(pairs[p]);
  return kept;
}

}  // namespace

std::vector<SamplePair> sample_pairs(const Harvest& harvest, Index known) {
  std::vector<SamplePair> pairs;
  for (Index place = 0; place < harvest.by_slice().num_slices(); ++place)
    if (const auto pair = sample_pair(harvest, known, place)) pairs.push_back(*pair);
  pairs = that_have_moved(harvest, pairs);
  std::vector<SamplePair> chosen;
  const std::size_t count = std::min(kMostScoredSlices, pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    // Even spreading: `count` of them.
    if ((i + 1) * count / pairs.size() > i * count / pairs.size()) chosen.push_back(pairs[i]);
  }
  return chosen;
}

}  // namespace forerun
