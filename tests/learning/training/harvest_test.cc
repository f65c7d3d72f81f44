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

TEST(Harvest, KeepsWhatTheCoarseSolverMadeOfEachStateIfItIsTo) {
  const auto executor = make_serial_executor();
  const std::vector<Slice> slices = {{4, 0.4, 0.5}, {5, 0.5, 0.6}};
  const States states = random_matrix(3, 2, 1), fine = random_matrix(3, 2, 2), coarse = random_matrix(3, 2, 3);
  Harvest harvest(3, true), without(3);
  for (Harvest* each : {&harvest, &without}) {
    each->append({.iteration = 1, .levels = {}, .slices = slices, .states = states, .fine = fine, .coarse = coarse},
                 *executor);
  }
  EXPECT_EQ(States(harvest.coarse()), coarse);
  EXPECT_EQ(without.coarse().cols(), 0);
  const States more = random_matrix(3, 2, 4);
  harvest.append(more, more, slices, {2, 2}, 2.0 * more);
  EXPECT_THROW(harvest.append(more, more, slices, {3, 3}), std::invalid_argument) << "it is not said";
  EXPECT_THROW(harvest.append(without, {0}), std::invalid_argument) << "the other does not know";
  EXPECT_EQ(harvest.size(), 4) << "what was refused has left nothing";
  harvest.keep({1, 2});
  EXPECT_EQ(States(harvest.coarse().col(0)), States(coarse.col(1)));
  EXPECT_EQ(States(harvest.coarse().col(1)), States(2.0 * more.col(0)));
  Harvest copy(3, true);
  copy.append(harvest, {1});
  EXPECT_EQ(States(copy.coarse()), States(2.0 * more.col(0)));
}

TEST(Harvest, PassesOverWhatIsNotTrueWhateverItHolds) {
  Harvest harvest(2);
  const std::vector<Slice> slices = {{3, 0.5, 1.0}, {4, 1.0, 1.5}, {5, 1.5, 2.0}};
  const std::vector<char> is_true = {1, 0, 1};
  const States states = random_matrix(2, 3, 1), coarse = random_matrix(2, 3, 2);
  States fine = random_matrix(2, 3, 3);
  fine.col(1).setConstant(NAN);
  const auto executor = make_serial_executor();
  harvest.append({.iteration = 1,
                  .levels = {},
                  .slices = slices,
                  .states = states,
                  .fine = fine,
                  .coarse = coarse,
                  .is_true = is_true},
                 *executor);
  EXPECT_EQ(harvest.slices(), (std::vector<Index>{3, 5}));
  EXPECT_EQ(State(harvest.states().col(1)), State(states.col(2)));
  EXPECT_EQ(State(harvest.discrepancies().col(1)), State(fine.col(2) - coarse.col(2)));
}

TEST(Harvest, KeepsTheIntervalOfEachSampleAndSaysWhereItIsNotKnown) {
  Harvest harvest(2), chosen(2);
  const std::vector<Slice> slices = {{3, 0.5, 1.0}, {4, 1.0, 1.5}};
  harvest.append(random_matrix(2, 2, 1), random_matrix(2, 2, 2), slices, {1, 1});
  harvest.append(random_matrix(2, 1, 3), random_matrix(2, 1, 4), std::vector<Index>{5}, {2});
  chosen.append(harvest, {2, 1});
  EXPECT_EQ(chosen.slice(1).index, 4);
  EXPECT_EQ(chosen.slice(1).begin, 1.0);
  EXPECT_EQ(chosen.slice(1).end, 1.5);
  EXPECT_TRUE(std::isnan(chosen.slice(0).begin) && std::isnan(chosen.slice(0).end));
  EXPECT_EQ(chosen.iterations(), (std::vector<Index>{2, 1}));
  EXPECT_EQ(State(chosen.states().col(0)), State(harvest.states().col(2)));
}

TEST(Harvest, ARefusedAppendLeavesItAsItWas) {
  Harvest harvest(2);
  const std::vector<Slice> slices = {{0, 0.0, 1.0}, {1, 1.0, 2.0}};
  const States good = random_matrix(2, 2, 1);
  const auto executor = make_serial_executor();
  harvest.append({.iteration = 1, .levels = {}, .slices = slices, .states = good, .fine = good, .coarse = 2.0 * good},
                 *executor);
  States bad = good;
  bad(1, 1) = INFINITY;
  for (const bool bad_states : {true, false}) {
    const SweepData sweep{.iteration = 2,
                          .levels = {},
                          .slices = slices,
                          .states = bad_states ? bad : good,
                          .fine = bad_states ? good : bad,
                          .coarse = good};
    EXPECT_THROW(harvest.append(sweep, *executor), std::invalid_argument);
  }
  EXPECT_EQ(harvest.size(), 2);
  EXPECT_EQ(States(harvest.states()), good);
  EXPECT_EQ(States(harvest.discrepancies()), States(-good));
  EXPECT_EQ(harvest.slices().size(), 2u);
  EXPECT_EQ(harvest.iterations(), (std::vector<Index>{1, 1}));
  harvest.append(good, good, slices, {3, 3});
  EXPECT_EQ(States(harvest.states().rightCols(2)), good) << "it goes on where it was";
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
