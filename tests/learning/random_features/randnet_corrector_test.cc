#include "learning/random_features/randnet_corrector.h"

#include <gtest/gtest.h>

#include <limits>

#include "learning/training/input_spread.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

const std::unique_ptr<SliceExecutor> serial = make_serial_executor();

/// What is learned from one state with discrepancy 1 in iteration 1 and 0 in iteration `newer`.
double value_between_contradictions(double growth, Index newer) {
  Harvest harvest(1);
  const State state = State::Constant(1, 0.5);
  harvest.append(state, State::Ones(1), {0}, {1});
  harvest.append(state, State::Zero(1), {0}, {newer});
  const auto corrector = make_randnet_corrector({.growth = growth}, unit_bounds(1));
  State out(1);
  corrector->fit(harvest, *serial)->evaluate({.index = 0}, state, State(), out);
  return out[0];
}

TEST(Randnet, SamplesCountBySquaredGrowthMoreThanTheIterationBefore) {
  EXPECT_NEAR(value_between_contradictions(1.0, 2), 1.0 / 2.0, 1e-6);
  EXPECT_NEAR(value_between_contradictions(2.0, 2), 1.0 / 5.0, 1e-6);
  EXPECT_NEAR(value_between_contradictions(3.0, 3), 1.0 / 82.0, 1e-6);
}

TEST(Randnet, WeightsStopGrowingBeforeTheyDrownTheRest) {
  EXPECT_NEAR(value_between_contradictions(2.0, 400), 1e-6, 1e-7);
}

TEST(Randnet, SeesComponentsAsTheySpreadWhateverTheirBounds) {
  const auto value = [](bool standardize, double widening) {
    Harvest harvest(2);
    States states = random_matrix(2, 12, 1);
    const States discrepancies = states.array().square();
    std::vector<Index> slices(12, 0);
    harvest.append(states, discrepancies, slices, std::vector<Index>(12, 1));
    StateBounds bounds = unit_bounds(2);
    bounds.upper[1] *= widening;
    const auto corrector = make_randnet_corrector({.growth = 1.0, .standardize = standardize}, bounds);
    State out(2);
    corrector->fit(harvest, *serial)->evaluate({.index = 0}, State::Constant(2, 0.3), State(), out);
    return out;
  };
  EXPECT_EQ(value(true, 1.0), value(true, 30.0));
  EXPECT_NE(value(false, 1.0), value(false, 30.0));
}

TEST(Randnet, FitsDiscrepanciesOfAnySizeInStatesOfAnyLength) {
  for (const Index dimension : {200, 256, 257, 300, 700, 2000}) {
    for (const double size : {0.0, 1e-300, 1.0, 1e200}) {
      const auto corrector = make_randnet_corrector({.layer = {.neurons = 60}}, unit_bounds(dimension));
      Harvest harvest(dimension);
      for (Index k = 1; k <= 3; ++k) {  // zero at first, where a readout has no modes yet
        const States states = 0.3 * random_matrix(dimension, 8, static_cast<std::uint64_t>(k));
        harvest.append(states, (k == 1 ? 0.0 : size) * states, std::vector<Index>{0, 1, 2, 3, 4, 5, 6, 7},
                       std::vector<Index>(8, k));
        const auto correction = corrector->fit(harvest, *serial);
        ASSERT_NE(correction, nullptr) << dimension << " components, discrepancies of " << size;
        State out(dimension);
        correction->evaluate({.index = 7}, states.col(7), State(), out);
        const State expected = harvest.discrepancies().col(harvest.size() - 1);
        EXPECT_LE((out - expected).cwiseAbs().maxCoeff(), 0.01 * size)
            << dimension << " components, discrepancies of " << size << ", fit " << k;
      }
    }
  }
}

TEST(Randnet, RefusesOptionsOutOfTheirRanges) {
  EXPECT_THROW(make_randnet_corrector({.growth = 0.5}, unit_bounds(2)), std::invalid_argument);
  EXPECT_THROW(make_randnet_corrector({.growth = std::numeric_limits<double>::quiet_NaN()}, unit_bounds(2)),
               std::invalid_argument);
  EXPECT_THROW(make_randnet_corrector({.rank = -1}, unit_bounds(2)), std::invalid_argument);
}

TEST(InputSpread, IsThatOfTheFirstIteration) {
  Harvest harvest(1);
  const States states = random_matrix(1, 4000, 1);
  harvest.append(states, states, std::vector<Index>(4000, 0), std::vector<Index>(4000, 1));
  harvest.append(State::Constant(1, 50.0), State::Zero(1), {0}, {2});
  const StateBounds spread =
      spread_of(harvest, {State::Constant(1, -9.0), State::Constant(1, 9.0)}, *make_serial_executor());
  EXPECT_NEAR(spread.lower[0], -1.0, 0.05);  // the states are uniform in (−1, 1)
  EXPECT_NEAR(spread.upper[0], 1.0, 0.05);
}

TEST(InputSpread, LeavesNoComponentWithoutWidth) {
  Harvest harvest(2);
  States states = random_matrix(2, 10, 1);
  states.row(1).setConstant(0.25);
  harvest.append(states, states, std::vector<Index>(10, 0), std::vector<Index>(10, 1));
  const StateBounds spread = spread_of(harvest, unit_bounds(2), *make_serial_executor());
  EXPECT_NEAR((spread.upper[1] - spread.lower[1]) / (spread.upper[0] - spread.lower[0]), 1e-3, 1e-9);
}

TEST(InputSpread, IsTheBoundsWhereStatesDoNotDiffer) {
  Harvest harvest(2);
  harvest.append(State::Ones(2), State::Ones(2), {0}, {1});
  EXPECT_EQ(spread_of(harvest, unit_bounds(2), *make_serial_executor()).lower, unit_bounds(2).lower);
}

}  // namespace
}  // namespace forerun
