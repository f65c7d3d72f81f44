#include "apps/forerun/cli/remaining_time.h"

#include <gtest/gtest.h>

namespace forerun {
namespace {

std::vector<IterationRecord> iterations_with(const std::vector<double>& increments, double seconds) {
  std::vector<IterationRecord> iterations;
  for (const double increment : increments) {
    IterationRecord record;
    record.iteration = static_cast<Index>(iterations.size()) + 1;
    record.converged_front = record.iteration;
    record.increment = increment;
    record.seconds.total = seconds;
    iterations.push_back(record);
  }
  return iterations;
}

TEST(RemainingTime, NothingIsKnownBeforeTheFirstIteration) {
  EXPECT_EQ(remaining_time({}, 100, 100, 1e-6), std::nullopt);
}

TEST(RemainingTime, FollowsASteadyContraction) {
  const auto left = remaining_time(iterations_with({1e-1, 1e-2, 1e-3}, 2.0), 100, 100, 2e-6);
  ASSERT_TRUE(left);
  EXPECT_FALSE(left->is_upper_bound);
  EXPECT_DOUBLE_EQ(left->seconds, 3 * 2.0);
}

TEST(RemainingTime, WithoutATrendIsBoundedByTheSlicesLeft) {
  const auto left = remaining_time(iterations_with({1.0, 1.0, 1.1}, 2.0), 100, 100, 1e-6);
  ASSERT_TRUE(left);
  EXPECT_TRUE(left->is_upper_bound);
  EXPECT_DOUBLE_EQ(left->seconds, 97 * 2.0);
}

TEST(RemainingTime, NeverExceedsTheIterationLimit) {
  const auto left = remaining_time(iterations_with({1e-1, 9e-2}, 1.0), 100, 5, 1e-9);
  ASSERT_TRUE(left);
  EXPECT_DOUBLE_EQ(left->seconds, 3.0);
  EXPECT_TRUE(left->is_upper_bound);
}

}  // namespace
}  // namespace forerun
