#include "core/record/iteration_history.h"

#include <gtest/gtest.h>

#include "core/parareal/parareal.h"
#include "core/record/scaling_model.h"
#include "tests/core/test_histories.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::even_history;
using testing::recorded;
using testing::recorded_run;
using testing::rich_history;

TEST(IterationHistory, KeepsTheRecordedFrontsAndTheSumOfFineSeconds) {
  const TimeGrid grid(0.0, 4.0, 12);
  const State initial = testing::vector({1.0, -0.5});
  const auto executor = make_serial_executor();
  const RunRecord record = solve_parareal({grid, initial, testing::nonlinear_pair(2), testing::nonlinear_pair(50)},
                                          PararealOptions{}, *executor);
  const IterationHistory history = iteration_history(record, {12, 2});
  ASSERT_EQ(history.iterations.size(), record.iterations.size());
  EXPECT_EQ(history.num_slices, 12);
  EXPECT_EQ(history.dimension, 2);
  EXPECT_FALSE(history.learns());
  for (std::size_t k = 0; k < record.iterations.size(); ++k) {
    const IterationCost& cost = history.iterations[k];
    const double seconds = record.iterations[k].slice_fine_seconds();
    ASSERT_EQ(cost.levels.size(), 1U);
    EXPECT_EQ(cost.first_slice(), record.iterations[k].first_slice);
    EXPECT_EQ(cost.levels[0].num_slices, 12 - cost.first_slice());
    EXPECT_NEAR(static_cast<double>(12 - cost.first_slice()) * cost.levels[0].fine + cost.levels[0].straggler, seconds,
                1e-9 * seconds);
  }
}

TEST(IterationHistory, ASweepThatMeasuredItsLevelPaysForTheComparisonWithTheNext) {
  RunRecord record = recorded_run();
  record.iterations[0].at_top_level = false;
  record.iterations[0].measured_level = 1;
  for (std::size_t k : {1U, 2U}) record.iterations[k].levels[0].level = 2;
  const IterationHistory history = iteration_history(record, recorded);
  EXPECT_EQ(history.iterations[0].level_check, history.iterations[1].levels[0].fine);
  EXPECT_EQ(history.iterations[1].level_check, 0.0);
  EXPECT_EQ(history.iterations[2].level_check, 0.0);
}

TEST(IterationHistory, NeedsASweepAtTheTopLevel) {
  RunRecord record = recorded_run();
  for (IterationRecord& iteration : record.iterations) iteration.at_top_level = false;
  EXPECT_THROW(iteration_history(record, recorded), std::invalid_argument);
  record.iterations.clear();
  EXPECT_THROW(iteration_history(record, recorded), std::invalid_argument);
}

TEST(IterationHistory, OtherSolversKeepTheRatiosOfTheLadderAndTheFronts) {
  const IterationHistory history = rich_history(64);
  const IterationHistory changed = with_slice_seconds(history, 8.0, 24.0, 0.5);
  EXPECT_DOUBLE_EQ(changed.top_slice(), 8.0);
  EXPECT_EQ(changed.serial_slice, 24.0);
  for (std::size_t k = 0; k < history.iterations.size(); ++k) {
    EXPECT_EQ(changed.iterations[k].first_slice(), history.iterations[k].first_slice());
    EXPECT_EQ(changed.iterations[k].coarse, 0.5);
    EXPECT_EQ(changed.iterations[k].fit, history.iterations[k].fit);
    for (const LevelCost& cost : changed.iterations[k].levels) {
      EXPECT_EQ(cost.straggler, 0.0);
      EXPECT_EQ(cost.fine == 8.0, cost.level == 2);
    }
  }
  EXPECT_LT(changed.iterations[0].levels[0].fine, 8.0 / 3.0);
}

TEST(IterationHistory, WithAsManySlicesIsItself) {
  const IterationHistory history = rich_history(64);
  for (const Index processors : {1, 10, 64}) {
    EXPECT_EQ(model_scaling(with_num_slices(history, 64), processors, {}).seconds,
              model_scaling(history, processors, {}).seconds);
  }
}

TEST(IterationHistory, FrontsMoveInProportionToTheSlices) {
  const IterationHistory wide = with_num_slices(even_history(10, 6), 1000);
  ASSERT_EQ(wide.iterations.size(), 6U);
  EXPECT_EQ(wide.num_slices, 1000);
  EXPECT_EQ(wide.iterations[5].first_slice(), 500);
}

TEST(IterationHistory, LevelsShareTheSlicesInTheSameProportion) {
  for (const Index num_slices : {1, 2, 3, 7, 640}) {
    for (const IterationCost& cost : with_num_slices(rich_history(64), num_slices).iterations) {
      Index next = cost.first_slice();
      for (const LevelCost& part : cost.levels) {
        EXPECT_EQ(part.first_slice, next);
        EXPECT_GE(part.num_slices, 1);
        next += part.num_slices;
      }
      EXPECT_EQ(next, num_slices);
    }
  }
  const IterationHistory wide = with_num_slices(rich_history(64), 640);
  EXPECT_EQ(wide.iterations[2].levels[0].num_slices, 320);
}

TEST(IterationHistory, IterationsAreNoMoreThanSlicesAtEachLevel) {
  IterationHistory history = even_history(10, 6);
  EXPECT_EQ(with_num_slices(history, 2).iterations.size(), 2U);
  EXPECT_EQ(with_num_slices(history, 2).iterations[1].first_slice(), 1);
  for (std::size_t k = 3; k < 6; ++k) history.iterations[k].levels[0].level = 2;
  EXPECT_EQ(with_num_slices(history, 2).iterations.size(), 4U);
}

}  // namespace
}  // namespace forerun
