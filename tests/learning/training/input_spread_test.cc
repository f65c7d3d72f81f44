#include "learning/training/input_spread.h"

#include <gtest/gtest.h>

#include <cmath>

namespace forerun {
namespace {

const StateBounds kBounds{State::Constant(2, -1.0), State::Constant(2, 3.0)};

Harvest harvest_of(const States& first_iteration, const States& later) {
  Harvest harvest(2);
  const auto add = [&](const States& states, Index iteration) {
    std::vector<Index> slices(static_cast<std::size_t>(states.cols()));
    for (std::size_t j = 0; j < slices.size(); ++j) slices[j] = static_cast<Index>(j);
    harvest.append(states, States::Zero(2, states.cols()), slices, std::vector<Index>(slices.size(), iteration));
  };
  add(first_iteration, 1);
  if (later.cols() > 0) add(later, 2);
  return harvest;
}

TEST(InputSpread, IsMeanAndDeviationOfTheFirstIterationAlone) {
  States first(2, 2);
  first << 0.0, 2.0, -4.0, 4.0;
  const StateBounds spread =
      spread_of(harvest_of(first, States::Constant(2, 3, 100.0)), kBounds, *make_serial_executor());
  EXPECT_DOUBLE_EQ(spread.lower[0], 1.0 - std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(spread.upper[0], 1.0 + std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(spread.upper[1], 4.0 * std::sqrt(3.0));
}

TEST(InputSpread, AComponentThatHardlyMovesKeepsAWidth) {
  States first(2, 2);
  first << 0.0, 2.0, 5.0, 5.0;
  const StateBounds spread = spread_of(harvest_of(first, {}), kBounds, *make_serial_executor());
  EXPECT_NEAR(spread.upper[1] - spread.lower[1], 1e-3 * (spread.upper[0] - spread.lower[0]), 1e-12);
}

TEST(InputSpread, BoundsServeWhereTheSpreadIsNoNumber) {
  for (const double size : {0.0, 1e200}) {
    States first(2, 2);
    first << -size, size, size, -size;
    const StateBounds spread = spread_of(harvest_of(first, {}), kBounds, *make_serial_executor());
    EXPECT_EQ(spread.lower, kBounds.lower) << size;
    EXPECT_EQ(spread.upper, kBounds.upper) << size;
  }
}

}  // namespace
}  // namespace forerun
