#include "core/base/time_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace forerun {
namespace {

TEST(TimeGrid, NeighboursShareTheirBoundaryAndTheEndIsExact) {
  for (const Index num_slices : {1, 2, 3, 7, 128, 100000}) {
    const TimeGrid grid(0.1, 5.9, num_slices);
    ASSERT_EQ(grid.num_slices(), num_slices);
    EXPECT_EQ(grid.slice(0).begin, 0.1);
    EXPECT_EQ(grid.slice(num_slices - 1).end, 5.9);
    EXPECT_EQ(grid.boundary(num_slices), 5.9);
    for (Index n = 0; n + 1 < num_slices; ++n) {
      EXPECT_EQ(grid.slice(n).index, n);
      EXPECT_EQ(grid.slice(n).end, grid.slice(n + 1).begin);
      EXPECT_EQ(grid.slice(n).begin, grid.boundary(n));
    }
  }
}

TEST(TimeGrid, BoundariesAreComputedFromTheIndexSoErrorsDoNotAddUp) {
  const Index num_slices = 1000000;
  const TimeGrid grid(0.0, 1.0, num_slices);
  for (Index n = 0; n <= num_slices; n += 9973) {
    const double exact = static_cast<double>(n) / static_cast<double>(num_slices);
    EXPECT_LE(std::abs(grid.boundary(n) - exact), std::numeric_limits<double>::epsilon());
  }
}

TEST(TimeGrid, TakesBoundariesOfOnesOwn) {
  const std::vector<double> boundaries = {-1.0, -0.5, 3.0, 3.0625};
  const TimeGrid grid(boundaries);
  ASSERT_EQ(grid.num_slices(), 3);
  for (Index n = 0; n <= 3; ++n) EXPECT_EQ(grid.boundary(n), boundaries[static_cast<std::size_t>(n)]);
  EXPECT_EQ(grid.slice(1).length(), 3.5);
  EXPECT_EQ(grid.part(1, 2).slice(0).index, 1);
  EXPECT_EQ(grid.part(1, 2).end(), 3.0625);
  for (const std::vector<double>& bad :
       {std::vector<double>{}, {1.0}, {1.0, 1.0}, {0.0, 2.0, 1.0}, {0.0, std::nan(""), 1.0}, {0.0, 1.0, INFINITY}}) {
    EXPECT_THROW(TimeGrid{bad}, std::invalid_argument);
  }
}

TEST(TimeGrid, RefusesWhatIsNotATimeInterval) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(TimeGrid(0.0, 0.0, 4), std::invalid_argument);
  EXPECT_THROW(TimeGrid(1.0, 0.0, 4), std::invalid_argument);
  EXPECT_THROW(TimeGrid(nan, 1.0, 4), std::invalid_argument);
  EXPECT_THROW(TimeGrid(0.0, infinity, 4), std::invalid_argument);
  EXPECT_THROW(TimeGrid(0.0, 1.0, 0), std::invalid_argument);
  EXPECT_THROW(TimeGrid(0.0, 1.0, -1), std::invalid_argument);
  EXPECT_THROW(TimeGrid(0.0, 1.0, 1'000'000'001), std::invalid_argument);
  EXPECT_THROW(TimeGrid(1e16, 1e16 + 8.0, 100), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
