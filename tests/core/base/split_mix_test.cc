#include "core/base/split_mix.h"

#include <gtest/gtest.h>

namespace forerun {
namespace {

// The published sequence of the reference implementation for seed 1234567.
TEST(SplitMix, GivesThePublishedSequence) {
  const std::uint64_t published[] = {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                     4593380528125082431U, 16408922859458223821U};
  std::uint64_t state = 1234567;
  for (const std::uint64_t number : published) EXPECT_EQ(split_mix(state += split_mix_step), number);
}

}  // namespace
}  // namespace forerun
