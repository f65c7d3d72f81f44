#include "learning/training/samples_by_slice.h"

#include <gtest/gtest.h>

#include <map>

namespace forerun {
namespace {

std::vector<Index> samples_of(const SamplesBySlice& by_slice, Index slice, Index end) {
  std::vector<Index> samples;
  for (Index sample = by_slice.newest_of(slice, end); sample >= 0; sample = by_slice.previous(sample))
    samples.push_back(sample);
  return samples;
}

/// In whatever order slices come, and however often one sees them.
TEST(SamplesBySlice, FindsTheSamplesOfEachSliceNewestFirst) {
  const std::vector<Index> slices = {5, 6, 7, 5, 6, 7, 2, 9, 4, 2, 1'000'000'000, 5, 0};
  std::map<Index, std::vector<Index>> expected;
  SamplesBySlice by_slice;
  std::vector<Index> so_far;
  for (std::size_t end = 0; end < slices.size(); ++end) {
    so_far.push_back(slices[end]);
    if (end % 3 == 0) by_slice.append(so_far);
  }
  by_slice.append(so_far);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    auto& samples = expected[slices[i]];
    samples.insert(samples.begin(), static_cast<Index>(i));
  }
  EXPECT_EQ(by_slice.num_samples(), static_cast<Index>(slices.size()));
  ASSERT_EQ(by_slice.num_slices(), static_cast<Index>(expected.size()));
  Index place = 0;
  for (const auto& [slice, samples] : expected) {
    EXPECT_EQ(by_slice.slice(place++), slice);
    EXPECT_EQ(samples_of(by_slice, slice, by_slice.num_samples()), samples);
  }
  EXPECT_EQ(by_slice.newest_of(3, by_slice.num_samples()), -1);
  EXPECT_EQ(by_slice.lower_bound(3), 2);
  EXPECT_EQ(by_slice.lower_bound(2'000'000'000), by_slice.num_slices());
}

TEST(SamplesBySlice, PassesOverSamplesThatCameLater) {
  SamplesBySlice by_slice;
  by_slice.append({0, 1, 0, 1, 2});
  EXPECT_EQ(samples_of(by_slice, 0, 2), std::vector<Index>{0});
  EXPECT_EQ(samples_of(by_slice, 1, 4), (std::vector<Index>{3, 1}));
  EXPECT_EQ(by_slice.newest_of(2, 4), -1);
}

}  // namespace
}  // namespace forerun
