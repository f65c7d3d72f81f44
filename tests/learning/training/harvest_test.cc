#include "learning/training/harvest.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

TEST(Harvest, KeepsSweepsInTheirOrderAsTheyCame) {
  Harvest harvest(3);
  const std::vector<Slice> slices = {{.index = 4}, {.index = 5}};
  const auto executor = make_serial_executor();
  for (Index k = 1; k <= 5; ++k) {
    const auto seed = static_cast<std::uint64_t>(k);
    const States states = random_matrix(3, 2, seed), fine = random_matrix(3, 2, 10 + seed);
    const States coarse = random_matrix(3, 2, 20 + seed);
    harvest.append({.iteration = k, .levels = {}, .slices = slices, .states = states, .fine = fine, .coarse = coarse},
                   *executor);
    ASSERT_EQ(harvest.size(), 2 * k);
    EXPECT_EQ(States(harvest.states().rightCols(2)), states);
    EXPECT_EQ(States(harvest.discrepancies().rightCols(2)), fine - coarse);
  }
  EXPECT_EQ(States(harvest.states().leftCols(2)), random_matrix(3, 2, 1));
  EXPECT_EQ(harvest.slices(), (std::vector<Index>{4, 5, 4, 5, 4, 5, 4, 5, 4, 5}));
  EXPECT_EQ(harvest.iterations(), (std::vector<Index>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}));
}

TEST(Harvest, RefusesMismatchedAndNonFiniteSamplesAndStaysAsItWas) {
  Harvest harvest(2);
  States bad = States::Zero(2, 1);
  bad(1, 0) = NAN;
  EXPECT_THROW(harvest.append(States::Zero(3, 1), States::Zero(3, 1), {0}, {1}), std::invalid_argument);
  EXPECT_THROW(harvest.append(States::Zero(2, 2), States::Zero(2, 1), {0}, {1}), std::invalid_argument);
  EXPECT_THROW(harvest.append(States::Zero(2, 1), States::Zero(2, 1), {0, 1}, {1}), std::invalid_argument);
  EXPECT_THROW(harvest.append(States::Zero(2, 1), bad, {0}, {1}), std::invalid_argument);
  EXPECT_EQ(harvest.size(), 0);
  EXPECT_TRUE(harvest.slices().empty());
}

}  // namespace
}  // namespace forerun
