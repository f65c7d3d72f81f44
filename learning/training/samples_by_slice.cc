#include "learning/training/samples_by_slice.h"

#include <algorithm>

namespace forerun {

Index SamplesBySlice::lower_bound(Index slice) const {
  // Most often all slices of a run have samples: then places are their indices.
  if (slice >= 0 && slice < num_slices() && this->slice(slice) == slice) return slice;
  return std::lower_bound(slices_.begin(), slices_.end(), slice) - slices_.begin();
}

Index SamplesBySlice::newest_at(Index place, Index end) const {
  Index sample = newest_[static_cast<std::size_t>(place)];
  while (sample >= end) sample = previous(sample);
  return sample;
}

Index SamplesBySlice::newest_of(Index slice, Index end) const {
  const Index place = lower_bound(slice);
  return place < num_slices() && this->slice(place) == slice ? newest_at(place, end) : -1;
}

void SamplesBySlice::append(const std::vector<Index>& slices) {
  add_slices(slices);
  for (Index sample = num_samples(); sample < static_cast<Index>(slices.size()); ++sample) {
    Index& newest = newest_[static_cast<std::size_t>(lower_bound(slices[static_cast<std::size_t>(sample)]))];
    previous_.push_back(newest);
    newest = sample;
  }
}

void SamplesBySlice::add_slices(const std::vector<Index>& slices) {
  std::vector<Index> early;  // new ones that are not behind all others
  for (auto sample = static_cast<std::size_t>(num_samples()); sample < slices.size(); ++sample) {
    const Index slice = slices[sample];
    if (slices_.empty() || slice > slices_.back()) {
      slices_.push_back(slice);
      newest_.push_back(-1);
    } else if (this->slice(lower_bound(slice)) != slice) {
      early.push_back(slice);
    }
  }
  if (early.empty()) return;
  std::sort(early.begin(), early.end());
  early.erase(std::unique(early.begin(), early.end()), early.end());
  std::vector<Index> merged(slices_.size() + early.size());
  std::merge(slices_.begin(), slices_.end(), early.begin(), early.end(), merged.begin());
  std::vector<Index> newest(merged.size(), -1);
  std::size_t place = 0;
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    while (merged[place] != slices_[i]) ++place;
    newest[place] = newest_[i];
  }
  slices_.swap(merged);
  newest_.swap(newest);
}

}  // namespace forerun
