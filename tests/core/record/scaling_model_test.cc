#include "core/record/scaling_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/record/speedup_model.h"
#include "tests/core/test_histories.h"

namespace forerun {
namespace {

using testing::even_history;
using testing::recorded;
using testing::recorded_run;
using testing::rich_history;

constexpr double fine = testing::fine_seconds;
constexpr double coarse = testing::coarse_seconds;

ScalingOptions ideal(bool pipelined) { return {{0.0, std::numeric_limits<double>::infinity()}, pipelined}; }
ScalingOptions slow(double latency, double bandwidth, bool pipelined) { return {{latency, bandwidth}, pipelined}; }

double sum(const TimeShares& shares) {
  return shares.useful + shares.repeated + shares.imbalance + shares.coarse + shares.learning + shares.communication;
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

TEST(ScalingModel, ASweepWaitsForTheLastFineWork) {
  const IterationHistory history = even_history(3, 1);
  // The initial sweep's three coarse solves, fine work, and two more coarse solves: the first slice is exact.
  for (const bool pipelined : {false, true}) {
    EXPECT_NEAR(model_scaling(history, 3, ideal(pipelined)).seconds, fine + 5.0 * coarse, 1e-12);
  }
}

TEST(ScalingModel, PipeliningHelpsWhereTheFrontTakesLonger) {
  IterationHistory history = even_history(3, 1);
  history.iterations[0].levels = {{1, 0, 3, fine, 0.5 * fine}};
  // The slow first slice begins after one coarse solve; else after three.
  EXPECT_NEAR(model_scaling(history, 3, ideal(true)).seconds, 1.5 * fine + 3.0 * coarse, 1e-12);
  EXPECT_NEAR(model_scaling(history, 3, ideal(false)).seconds, 1.5 * fine + 5.0 * coarse, 1e-12);
}

TEST(ScalingModel, EachHandoverToTheRightCostsAMessage) {
  const IterationHistory history = even_history(3, 1);
  const Network network{0.1, 240.0};  // 3 doubles take 0.1 more
  // Two messages in each sweep, and two rounds in which all learn of the fine work.
  const double communication = 4.0 * 0.2 + 2.0 * 0.1;
  const ScalingPoint point = model_scaling(history, 3, {network, true});
  EXPECT_NEAR(point.seconds, fine + 5.0 * coarse + communication, 1e-12);
  EXPECT_NEAR(point.shares.communication * point.seconds, communication, 1e-12);
}

TEST(ScalingModel, SamplesAreGatheredBeforeTheFit) {
  IterationHistory history = even_history(4, 1);
  history.initial_coarse = 0.0;
  history.iterations[0].coarse = 0.0;
  history.iterations[0].fit = 0.5;
  history.iterations[0].prediction = 0.02;
  const double message = 0.25;       // latency alone
  const double gather = 4.0 * 0.25;  // two rounds among four processors, for what was found and for the samples
  const double handovers = 6.0 * message;
  const ScalingPoint point = model_scaling(history, 4, slow(0.25, std::numeric_limits<double>::infinity(), true));
  // Three new states in a row, the handovers of both sweeps between them; old states are predicted while the first
  // message is on its way.
  EXPECT_NEAR(point.seconds, fine + gather + 0.5 + 3.0 * 0.02 + handovers, 1e-12);
  EXPECT_NEAR(point.shares.learning * point.seconds, 0.5 + 3.0 * 0.02, 1e-12);
}

TEST(ScalingModel, ClimbingTheLadderWaitsForTheLastProcessor) {
  IterationHistory history = even_history(2, 2);
  history.iterations[0].at_top_level = false;
  const auto seconds = [&](Index second_level) {
    history.iterations[1].levels = {{second_level, 0, 2, fine, 0.5}};
    return model_scaling(history, 2, ideal(true)).seconds;
  };
  // Same level: processor 1 begins its second fine work at 3 coarse + 1 fine either way, but processor 0 need not wait.
  // A straggler in slice 0 shows the difference.
  EXPECT_NEAR(seconds(1), 2.5 * fine + 3.0 * coarse, 1e-12);
  EXPECT_NEAR(seconds(2), 2.5 * fine + 4.0 * coarse, 1e-12);
}

TEST(ScalingModel, OnlySlicesThatClimbWaitForOneAnother) {
  IterationHistory history = even_history(4, 2);
  history.iterations[0].levels = {{1, 0, 4, fine, 0.0}};
  const auto seconds = [&](Index climbed) {
    history.iterations[1].levels = {{2, 0, climbed, 3.0 * fine, 0.0}, {1, climbed, 4 - climbed, 0.1 * fine, 0.0}};
    if (climbed == 4) history.iterations[1].levels.pop_back();
    return model_scaling(history, 4, ideal(true)).seconds;
  };
  EXPECT_NEAR(seconds(2), 4.0 * fine + 8.0 * coarse, 1e-12) << "the sweep of the last slices is not waited for";
  EXPECT_NEAR(seconds(4), 4.0 * fine + 10.0 * coarse, 1e-12);
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

}  // namespace
}  // namespace forerun
