#include "core/scaling_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/parareal.h"
#include "core/speedup_model.h"
#include "test_problems.h"

namespace forerun {
namespace {

constexpr double fine = 1.0;
constexpr double coarse = 0.01;

/// Costs that are easy to add up: F takes 1, G a hundredth; iteration k begins at slice k − 1.
IterationHistory even_history(Index num_slices, Index num_iterations) {
  IterationHistory history;
  history.num_slices = num_slices;
  history.dimension = 3;
  history.serial_slice = fine;
  history.initial_coarse = coarse;
  for (Index k = 0; k < num_iterations; ++k) {
    IterationCost cost;
    cost.first_slice = k;
    cost.fine = fine;
    cost.coarse = coarse;
    history.iterations.push_back(cost);
  }
  return history;
}

/// One with everything that costs: a ladder of two levels, stragglers, learning.
IterationHistory rich_history(Index num_slices) {
  IterationHistory history = even_history(num_slices, 5);
  history.initial_prediction = 0.002;
  for (std::size_t k = 0; k < history.iterations.size(); ++k) {
    IterationCost& cost = history.iterations[k];
    cost.fit = 0.05;
    cost.prediction = 0.002;
    cost.straggler = 0.3;
    cost.at_top_level = k >= 2;
    cost.level = cost.at_top_level ? 2 : 1;
    if (!cost.at_top_level) cost.fine = 0.25 * fine;
    if (k == 0) cost.level_check = fine;
    if (k >= 2) cost.first_slice -= 2;
  }
  return history;
}

ScalingOptions ideal(bool pipelined) { return {{0.0, std::numeric_limits<double>::infinity()}, pipelined}; }
ScalingOptions slow(double latency, double bandwidth, bool pipelined) { return {{latency, bandwidth}, pipelined}; }

double sum(const TimeShares& shares) {
  return shares.useful + shares.repeated + shares.imbalance + shares.coarse + shares.learning + shares.communication;
}

constexpr RecordedRun recorded{8, 2};

/// A record as a run on 8 slices might have left it.
RunRecord recorded_run() {
  RunRecord record;
  record.initial_seconds.coarse = 0.08;
  for (Index k = 1; k <= 3; ++k) {
    IterationRecord iteration;
    iteration.iteration = k;
    iteration.first_slice = 2 * (k - 1);
    const auto active = static_cast<double>(8 - iteration.first_slice);
    iteration.max_slice_fine_seconds = 1.5;
    iteration.slice_fine_seconds = 1.5 + (active - 1.0);
    iteration.seconds.coarse = 0.01 * (active - 1.0);
    record.iterations.push_back(iteration);
  }
  return record;
}

TEST(ScalingModel, OneProcessorTakesTheSumOfAllWork) {
  const IterationHistory history = even_history(10, 3);
  const double fine_slices = 10 + 9 + 8;
  const double coarse_slices = 10 + 9 + 8 + 7;
  for (const bool pipelined : {false, true}) {
    const ScalingPoint point = model_scaling(history, 1, ideal(pipelined));
    EXPECT_NEAR(point.seconds, fine_slices * fine + coarse_slices * coarse, 1e-12);
    EXPECT_EQ(point.shares.communication, 0.0);
    EXPECT_NEAR(point.shares.imbalance, 0.0, 1e-15);
  }
}

TEST(ScalingModel, AProcessorASliceWithoutNetworkIsTheSpeedupModel) {
  const RunRecord record = recorded_run();
  const ScalingPoint point = model_scaling(iteration_history(record, recorded), 8, ideal(false));
  EXPECT_NEAR(point.speedup, modelled_speedup(record, 8).speedup, 1e-12);
}

TEST(ScalingModel, OldStatesArePredictedInParallelSoTheSpeedupModelIsALowerBound) {
  RunRecord record = recorded_run();
  for (IterationRecord& iteration : record.iterations) {
    iteration.seconds.fit = 0.2;
    iteration.seconds.predict = 0.1;
  }
  const ScalingPoint point = model_scaling(iteration_history(record, recorded), 8, ideal(false));
  EXPECT_GT(point.speedup, modelled_speedup(record, 8).speedup);
}

TEST(ScalingModel, SpeedupIsSlicesOverIterationsWhenOnlyFineWorkCosts) {
  IterationHistory history = even_history(12, 4);
  history.initial_coarse = 0.0;
  for (IterationCost& cost : history.iterations) cost.coarse = 0.0;
  for (const bool pipelined : {false, true}) {
    EXPECT_NEAR(model_scaling(history, 12, ideal(pipelined)).speedup, 12.0 / 4.0, 1e-12);
  }
}

TEST(ScalingModel, PipeliningOverlapsTheInitialSweepWithFineWork) {
  const IterationHistory history = even_history(3, 1);
  // The last slice's state is known after three coarse solves; its sweep adds one more. Else fine work waits for all.
  EXPECT_NEAR(model_scaling(history, 3, ideal(true)).seconds, fine + 4.0 * coarse, 1e-12);
  EXPECT_NEAR(model_scaling(history, 3, ideal(false)).seconds, fine + 5.0 * coarse, 1e-12);
}

TEST(ScalingModel, EachHandoverToTheRightCostsAMessage) {
  const IterationHistory history = even_history(3, 1);
  const Network network{0.1, 240.0};  // 3 doubles take 0.1 more
  // Pipelined: the initial sweep's two messages and, behind the last slice's fine work, none that is late.
  const ScalingPoint point = model_scaling(history, 3, {network, true});
  EXPECT_NEAR(point.seconds, fine + 4.0 * coarse + 2.0 * 0.2, 1e-12);
  EXPECT_NEAR(point.shares.communication * point.seconds, 2.0 * 0.2, 1e-12);
}

TEST(ScalingModel, SamplesAreGatheredBeforeTheFit) {
  IterationHistory history = even_history(4, 1);
  history.initial_coarse = 0.0;
  history.iterations[0].coarse = 0.0;
  history.iterations[0].fit = 0.5;
  history.iterations[0].prediction = 0.02;
  const double message = 0.25;       // latency alone
  const double gather = 2.0 * 0.25;  // two rounds among four processors
  const double handovers = 6.0 * message;
  const ScalingPoint point = model_scaling(history, 4, slow(0.25, std::numeric_limits<double>::infinity(), true));
  // Three new states in a row, the handovers of both sweeps between them; old states are predicted while the first
  // message is on its way.
  EXPECT_NEAR(point.seconds, fine + gather + 0.5 + 3.0 * 0.02 + handovers, 1e-12);
  EXPECT_NEAR(point.shares.learning * point.seconds, 0.5 + 3.0 * 0.02, 1e-12);
}

TEST(ScalingModel, ClimbingTheLadderWaitsForTheLastProcessor) {
  IterationHistory history = even_history(2, 2);
  history.iterations[1].first_slice = 0;
  history.iterations[0].at_top_level = false;
  const auto seconds = [&](Index second_level) {
    history.iterations[1].level = second_level;
    return model_scaling(history, 2, ideal(true)).seconds;
  };
  // Same level: processor 1 begins its second fine work at 3 coarse + 1 fine either way, but processor 0 need not wait;
  // the sweep's handover then finds it ready. A straggler in slice 0 shows the difference.
  history.iterations[1].straggler = 0.5;
  EXPECT_NEAR(seconds(1), 2.5 * fine + 2.0 * coarse, 1e-12);
  EXPECT_NEAR(seconds(2), 2.5 * fine + 4.0 * coarse, 1e-12);
}

TEST(ScalingModel, SharesAreNonNegativeAndAddUpToOne) {
  for (const Index num_slices : {1, 3, 10, 64}) {
    for (const Index processors : {1, 2, 3, 7, 10, 64, 1000}) {
      for (const bool pipelined : {false, true}) {
        IterationHistory history = with_num_slices(rich_history(64), num_slices);
        history.lanes = 8;
        history.serial_slice = 4.0 * fine;
        const TimeShares shares = model_scaling(history, processors, slow(1e-3, 1e6, pipelined)).shares;
        EXPECT_NEAR(sum(shares), 1.0, 1e-12);
        for (const double share :
             {shares.useful, shares.repeated, shares.imbalance, shares.coarse, shares.learning, shares.communication}) {
          EXPECT_GE(share, 0.0) << num_slices << " slices, " << processors << " processors";
        }
      }
    }
  }
}

TEST(ScalingModel, ASlowerNetworkIsNeverFaster) {
  const IterationHistory history = rich_history(64);
  for (const bool pipelined : {false, true}) {
    double latency_before = 0.0;
    double bandwidth_before = 0.0;
    for (const double latency : {0.0, 1e-6, 1e-4, 1e-2}) {
      const double seconds = model_scaling(history, 32, slow(latency, 1e9, pipelined)).seconds;
      EXPECT_GT(seconds, latency_before);
      latency_before = seconds;
    }
    for (const double bandwidth : {1e9, 1e6, 1e3}) {
      const double seconds = model_scaling(history, 32, slow(1e-6, bandwidth, pipelined)).seconds;
      EXPECT_GT(seconds, bandwidth_before);
      bandwidth_before = seconds;
    }
  }
}

TEST(ScalingModel, PipeliningIsNeverSlower) {
  for (const Index processors : {1, 2, 5, 16, 64}) {
    for (const IterationHistory& history : {even_history(64, 9), rich_history(64)}) {
      EXPECT_LE(model_scaling(history, processors, slow(1e-3, 1e6, true)).seconds,
                model_scaling(history, processors, slow(1e-3, 1e6, false)).seconds);
    }
  }
}

TEST(ScalingModel, ProcessorsWithoutASliceAreIdle) {
  const IterationHistory history = even_history(16, 2);
  const ScalingPoint enough = model_scaling(history, 16, ideal(true));
  const ScalingPoint surplus = model_scaling(history, 64, ideal(true));
  EXPECT_EQ(surplus.seconds, enough.seconds);
  EXPECT_NEAR(surplus.efficiency, enough.efficiency / 4.0, 1e-15);
  EXPECT_GT(surplus.shares.imbalance, enough.shares.imbalance);
}

TEST(ScalingModel, OneProcessorGainsWhatItsLanesGain) {
  IterationHistory history = even_history(16, 1);
  history.initial_coarse = history.iterations[0].coarse = 0.0;
  history.lanes = 8;
  history.serial_slice = 4.0 * fine;
  EXPECT_NEAR(model_scaling(history, 1, ideal(true)).speedup, 4.0, 1e-12);
  // A slice alone has no neighbours to share lanes with; three of them cost less in eight lanes than one by one.
  EXPECT_NEAR(model_scaling(history, 16, ideal(true)).seconds, 4.0 * fine, 1e-12);
  EXPECT_NEAR(model_scaling(history, 5, ideal(true)).seconds, 8.0 * fine, 1e-12);
}

TEST(ScalingModel, AHundredThousandProcessorsObeyTheSameBounds) {
  const IterationHistory history = with_num_slices(even_history(100, 10), 100'000);
  const ScalingPoint point = model_scaling(history, 100'000, ScalingOptions{});
  EXPECT_GT(point.speedup, 1.0);
  // The serial coarse sweep alone bounds the speed-up by F / G, iterations by N / K.
  EXPECT_LT(point.speedup, fine / coarse);
  EXPECT_GT(point.shares.coarse, 0.9);
}

TEST(ScalingModel, IsTheSameToTheLastBitWhenRepeated) {
  const IterationHistory history = rich_history(64);
  const ScalingPoint once = model_scaling(history, 24, ScalingOptions{});
  const ScalingPoint again = model_scaling(history, 24, ScalingOptions{});
  EXPECT_EQ(once.seconds, again.seconds);
  EXPECT_EQ(once.shares.imbalance, again.shares.imbalance);
}

TEST(ScalingModel, RefusesWhatIsNoMachine) {
  const IterationHistory history = even_history(4, 1);
  EXPECT_THROW(model_scaling(history, 0, {}), std::invalid_argument);
  EXPECT_THROW(model_scaling(history, 1, slow(-1.0, 1.0, true)), std::invalid_argument);
  EXPECT_THROW(model_scaling(history, 1, slow(0.0, 0.0, true)), std::invalid_argument);
  EXPECT_THROW(model_scaling(history, 1, slow(std::nan(""), 1.0, true)), std::invalid_argument);
}

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
    const auto active = static_cast<double>(12 - cost.first_slice);
    EXPECT_EQ(cost.first_slice, record.iterations[k].first_slice);
    EXPECT_NEAR(active * cost.fine + cost.straggler, record.iterations[k].slice_fine_seconds,
                1e-9 * record.iterations[k].slice_fine_seconds);
  }
}

TEST(IterationHistory, ASweepThatMeasuredItsLevelPaysForTheComparisonWithTheNext) {
  RunRecord record = recorded_run();
  record.iterations[0].at_top_level = false;
  record.iterations[0].level_measured = true;
  for (std::size_t k : {1U, 2U}) record.iterations[k].level = 2;
  const IterationHistory history = iteration_history(record, recorded);
  EXPECT_EQ(history.iterations[0].level_check, history.iterations[1].fine);
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
    EXPECT_EQ(changed.iterations[k].first_slice, history.iterations[k].first_slice);
    EXPECT_EQ(changed.iterations[k].coarse, 0.5);
    EXPECT_EQ(changed.iterations[k].straggler, 0.0);
    EXPECT_EQ(changed.iterations[k].fit, history.iterations[k].fit);
  }
  EXPECT_DOUBLE_EQ(changed.iterations[0].fine / changed.iterations[1].fine, 1.0);
  EXPECT_LT(changed.iterations[0].fine, 8.0 / 3.0);
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
  EXPECT_EQ(wide.iterations[5].first_slice, 500);
}

TEST(IterationHistory, IterationsAreNoMoreThanSlicesAtEachLevel) {
  IterationHistory history = even_history(10, 6);
  EXPECT_EQ(with_num_slices(history, 2).iterations.size(), 2U);
  EXPECT_EQ(with_num_slices(history, 2).iterations[1].first_slice, 1);
  for (std::size_t k = 3; k < 6; ++k) history.iterations[k].level = 2;
  EXPECT_EQ(with_num_slices(history, 2).iterations.size(), 4U);
}

}  // namespace
}  // namespace forerun
