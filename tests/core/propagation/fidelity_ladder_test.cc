#include "core/propagation/fidelity_ladder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::WorkedPropagator;

constexpr Index kSlices = 24;

WorkedPropagator stepped(int steps) { return {testing::nonlinear_pair(steps), static_cast<double>(steps)}; }

class FidelityLadderLaws : public ::testing::Test {
 protected:
  RunRecord solve(const FidelityLadder& fine, const PararealOptions& options, int num_threads = 1) {
    const auto executor = make_tbb_executor(num_threads);
    return solve_parareal({grid_, initial_, coarse_, fine, nullptr, &serial_}, options, *executor);
  }

  const TimeGrid grid_{0.0, 6.0, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const WorkedPropagator coarse_ = stepped(2);
  const WorkedPropagator cheap_ = stepped(20);
  const WorkedPropagator medium_ = stepped(200);
  const WorkedPropagator top_ = stepped(2000);
  const FidelityLadder ladder_{{&cheap_, &medium_, &top_}};
  const States serial_ = solve_serial(grid_, initial_, top_).boundaries;
};

PararealOptions with_tolerance(double tolerance) {
  PararealOptions options;
  options.tolerance = tolerance;
  return options;
}

TEST_F(FidelityLadderLaws, ALadderOfOneIsTheSolverItself) {
  const RunRecord plain = solve(top_, with_tolerance(1e-8));
  const RunRecord ladder = solve(FidelityLadder({&top_}), with_tolerance(1e-8));
  EXPECT_EQ(ladder.boundaries, plain.boundaries);
  EXPECT_EQ(ladder.num_iterations(), plain.num_iterations());
}

TEST_F(FidelityLadderLaws, TheAnswerIsTheTopLevels) {
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    const RunRecord record = solve(ladder_, with_tolerance(tolerance));
    ASSERT_TRUE(record.converged());
    EXPECT_LT(*record.error(), 10.0 * tolerance);
    EXPECT_TRUE(record.iterations.back().at_top_level);
  }
}

TEST_F(FidelityLadderLaws, LeadingSlicesEqualSerialFineBitForBitOnceAtTheTop) {
  const RunRecord record = solve(ladder_, with_tolerance(0.0));
  ASSERT_TRUE(record.converged());
  EXPECT_EQ(record.boundaries, serial_);
  PararealOptions options = with_tolerance(0.0);
  for (const IterationRecord& iteration : record.iterations) {
    if (iteration.exact_front == 0 || iteration.exact_front > 5) continue;
    options.max_iterations = iteration.iteration;
    const RunRecord partial = solve(ladder_, options);
    const Index front = partial.iterations.back().exact_front;
    EXPECT_EQ(front, iteration.exact_front);
    EXPECT_EQ(partial.boundaries.leftCols(front + 1), serial_.leftCols(front + 1));
  }
}

/// The level of every slice that took part, 0 elsewhere.
std::vector<Index> levels_of(const IterationRecord& iteration) {
  std::vector<Index> levels(kSlices, 0);
  for (const LevelSweep& sweep : iteration.levels)
    std::fill_n(levels.begin() + sweep.first_slice, sweep.num_slices, sweep.level);
  return levels;
}

TEST_F(FidelityLadderLaws, EverySliceClimbsInOrderAndNoneIsBehindALaterOne) {
  for (const StoppingRule rule : {StoppingRule::published, StoppingRule::estimate}) {
    PararealOptions options = with_tolerance(1e-7);
    options.stopping = rule;
    const RunRecord record = solve(ladder_, options);
    ASSERT_TRUE(record.converged() || rule == StoppingRule::published);
    std::vector<Index> highest(kSlices, 0);
    std::vector<Index> top_passes(kSlices, 0);
    for (const IterationRecord& iteration : record.iterations) {
      const std::vector<Index> levels = levels_of(iteration);
      for (std::size_t n = 0; n < levels.size(); ++n) {
        if (levels[n] == 0) continue;
        EXPECT_GE(levels[n], highest[n]) << "no slice falls back";
        EXPECT_TRUE(n + 1 == levels.size() || levels[n] >= levels[n + 1]);
        highest[n] = levels[n];
        top_passes[n] += levels[n] == 3 ? 1 : 0;
      }
      EXPECT_EQ(iteration.at_top_level, iteration.level() == 3);
      EXPECT_EQ(iteration.levels.front().first_slice, iteration.first_slice);
    }
    EXPECT_TRUE(record.iterations.back().at_top_level) << "only the top ends a run";
    for (const Index passes : top_passes) EXPECT_GE(passes, 1) << "the top level certifies every slice";
  }
}

TEST_F(FidelityLadderLaws, TheFrontClimbsBeforeTheTail) {
  // A coarse solver that knows nothing: at each level one slice after the other becomes exact.
  const FunctionPropagator blind(1, [](const Slice&, const StateView& in, StateOut out) { out = in; });
  const auto level = [](int steps) { return WorkedPropagator(testing::backward_euler(-1.0, steps), steps); };
  const WorkedPropagator cheap = level(2), medium = level(20), top = level(200);
  const State initial = testing::vector({1.0});
  const RunRecord record = solve_parareal({grid_, initial, blind, FidelityLadder({&cheap, &medium, &top})},
                                          with_tolerance(0.0), *make_serial_executor());
  ASSERT_TRUE(record.converged());
  EXPECT_EQ(record.boundaries, solve_serial(grid_, initial, top).boundaries);
  const auto mixed = std::count_if(record.iterations.begin(), record.iterations.end(),
                                   [](const IterationRecord& iteration) { return iteration.levels.size() > 1; });
  EXPECT_GT(mixed, 0);
  EXPECT_LT(record.num_iterations(), 3 * kSlices) << "fewer than level after level";
}

TEST_F(FidelityLadderLaws, ClimbingCostsLessThanFullSweepsOnly) {
  const RunRecord plain = solve(top_, with_tolerance(1e-7));
  const RunRecord ladder = solve(ladder_, with_tolerance(1e-7));
  EXPECT_LT(ladder.effective_sweeps(), plain.effective_sweeps());
}

TEST_F(FidelityLadderLaws, LevelsThatAgreeWithinTheToleranceLeadStraightToTheTop) {
  PararealOptions options = with_tolerance(1.0);
  options.stopping = StoppingRule::published;
  const RunRecord record = solve(ladder_, options);
  for (const IterationRecord& iteration : record.iterations) {
    for (const LevelSweep& sweep : iteration.levels) EXPECT_NE(sweep.level, 2);
  }
}

TEST_F(FidelityLadderLaws, ALevelThatIsTheCoarseSolverIsMeasuredAllAlongTheGrid) {
  std::vector<Index> crossed;
  const FunctionPropagator next(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    crossed.push_back(slice.index);
    testing::nonlinear_pair(200).propagate(slice, in, out);
  });
  const WorkedPropagator recorded{next, 200.0};
  PararealOptions options = with_tolerance(1e-7);
  options.max_iterations = 1;
  solve_parareal({grid_, initial_, cheap_, FidelityLadder({&cheap_, &recorded, &top_})}, options,
                 *make_serial_executor());
  EXPECT_EQ(crossed, (std::vector<Index>{3, 9, 15, 21})) << "2 % of a full pass";
}

TEST_F(FidelityLadderLaws, UnderTheEstimateAContractionIsSeenBelowTheTop) {
  PararealOptions options = with_tolerance(1.0);  // by increments alone no level would be swept twice
  options.stopping = StoppingRule::estimate;
  const RunRecord record =
      solve_parareal({grid_, initial_, cheap_, ladder_, nullptr, &serial_}, options, *make_serial_executor());
  ASSERT_TRUE(record.converged());
  EXPECT_LT(*record.error(), options.tolerance);
  std::vector<Index> levels;
  for (const IterationRecord& iteration : record.iterations) levels.push_back(iteration.level());
  EXPECT_EQ(levels, (std::vector<Index>{1, 2, 2, 3})) << "else the top would have to sweep twice";
}

TEST_F(FidelityLadderLaws, ALevelIsNotMeasuredAgainstOneThatCostsMoreThanAThousandOfItsSlices) {
  const WorkedPropagator nearly_free{testing::nonlinear_pair(20), 1.0};
  const WorkedPropagator costly{testing::nonlinear_pair(2000), 5000.0};
  const RunRecord record = solve(FidelityLadder({&nearly_free, &costly}), with_tolerance(1e-7));
  ASSERT_TRUE(record.converged());
  EXPECT_LT(*record.error(), 1e-6);
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_EQ(iteration.measured_level, 0);
    double work = 0.0;
    for (const LevelSweep& sweep : iteration.levels)
      work += static_cast<double>(sweep.num_slices) * (sweep.level == 2 ? 1.0 : 1.0 / 5000.0) / kSlices;
    EXPECT_DOUBLE_EQ(iteration.fine_work, work) << "sweep " << iteration.iteration;
  }
}

TEST_F(FidelityLadderLaws, ALowerLevelThatCannotCrossASliceCostsIterationsAndNotTheRun) {
  const auto fails = [](Index slice) { return slice == 3 || slice % 4 == 2; };
  const FunctionPropagator shaky(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (fails(slice.index)) throw PropagationError(slice.begin, "too few steps");
    testing::nonlinear_pair(20).propagate(slice, in, out);
  });
  const WorkedPropagator lower{shaky, 20.0};
  for (const int num_threads : {1, 3}) {
    const RunRecord record = solve(FidelityLadder({&lower, &medium_, &top_}), with_tolerance(1e-8), num_threads);
    ASSERT_TRUE(record.converged());
    EXPECT_LT(*record.error(), 1e-7);
    EXPECT_GE(record.iterations.front().num_fallbacks, 7) << "the record says so";
    EXPECT_EQ(record.iterations.back().num_fallbacks, 0);
  }
  const WorkedPropagator shaky_top{shaky, 4000.0};
  const RunRecord failed = solve(FidelityLadder({&medium_, &shaky_top}), with_tolerance(1e-8));
  ASSERT_TRUE(failed.failure) << "the top level is the problem itself";
  EXPECT_EQ(failed.failure->slice, 2);
}

/// u_t = u_xx, zero at both ends, by explicit Euler on `points` inner points; other meshes are reached by linear
/// interpolation. All states live on the mesh of 31 points.
FunctionPropagator heat_on_mesh(Index points) {
  constexpr Index kPoints = 31;
  const auto at = [](const StateView& u, double x) {  // x in units of the interval
    const double place = x * static_cast<double>(u.size() + 1) - 1.0;
    const auto left = static_cast<Index>(std::floor(place));
    const double share = place - static_cast<double>(left);
    const auto value = [&](Index i) { return i < 0 || i >= u.size() ? 0.0 : u[i]; };
    return (1.0 - share) * value(left) + share * value(left + 1);
  };
  const auto carry_over = [at](const StateView& u, Index size) {
    State result(size);
    for (Index i = 0; i < size; ++i) result[i] = at(u, static_cast<double>(i + 1) / static_cast<double>(size + 1));
    return result;
  };
  const double inverse_width = static_cast<double>(points + 1);
  const auto steps = static_cast<int>(0.02 * 4.0 * inverse_width * inverse_width);
  const auto cross = [=](const Slice& slice, const StateView& in, StateOut out) {
    State u = carry_over(in, points);
    const double ratio = slice.length() / steps * inverse_width * inverse_width;
    for (int step = 0; step < steps; ++step) {
      State next = (1.0 - 2.0 * ratio) * u;
      next.head(points - 1) += ratio * u.tail(points - 1);
      next.tail(points - 1) += ratio * u.head(points - 1);
      u = next;
    }
    out = carry_over(u, kPoints);
  };
  return FunctionPropagator(kPoints, cross, static_cast<double>(steps * points));
}

TEST_F(FidelityLadderLaws, LevelsThatNeverCrossTheFirstSliceAreLeftByAllSlicesAtOnce) {
  const auto never = [](const Slice& slice, const StateView&, StateOut) { throw PropagationError(slice.begin, "no"); };
  const WorkedPropagator lowest{FunctionPropagator(2, never), 10.0}, lower{FunctionPropagator(2, never), 100.0};
  for (const StoppingRule rule : {StoppingRule::estimate, StoppingRule::published}) {
    for (const int threads : {1, 4}) {
      PararealOptions options = with_tolerance(0.0);
      options.stopping = rule;
      const RunRecord record = solve(FidelityLadder({&lowest, &lower, &top_}), options, threads);
      ASSERT_TRUE(record.converged());
      EXPECT_EQ(record.boundaries, serial_);
      EXPECT_EQ(record.num_iterations(), 2 + kSlices) << "one for each level";
    }
  }
}

TEST(FidelityLadder, ALevelMayBeACoarserMesh) {
  const TimeGrid grid(0.0, 0.32, 16);
  const State initial = State::NullaryExpr(31, [](Index i) { return std::sin(0.1 * static_cast<double>(i + 1)); });
  const FunctionPropagator coarsest = heat_on_mesh(7), coarser = heat_on_mesh(15), fine = heat_on_mesh(31);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  const auto executor = make_serial_executor();
  const RunRecord plain =
      solve_parareal({grid, initial, coarsest, fine, nullptr, &serial}, with_tolerance(1e-6), *executor);
  const RunRecord ladder =
      solve_parareal({grid, initial, coarsest, FidelityLadder({&coarsest, &coarser, &fine}), nullptr, &serial},
                     with_tolerance(1e-6), *executor);
  ASSERT_TRUE(ladder.converged());
  EXPECT_LT(*ladder.error(), 1e-5);
  EXPECT_LT(ladder.effective_sweeps(), plain.effective_sweeps());
}

TEST_F(FidelityLadderLaws, ResultsAreBitIdenticalForAnyNumberOfThreads) {
  const RunRecord reference = solve(ladder_, with_tolerance(1e-6));
  for (const int num_threads : {2, 4}) {
    const RunRecord record = solve(ladder_, with_tolerance(1e-6), num_threads);
    EXPECT_EQ(record.boundaries, reference.boundaries);
    EXPECT_EQ(record.effective_sweeps(), reference.effective_sweeps());
  }
}

TEST_F(FidelityLadderLaws, RefusesWhatIsNoLadder) {
  const FunctionPropagator other(3, [](const Slice&, const StateView&, StateOut) {});
  EXPECT_THROW(FidelityLadder(std::vector<const Propagator*>{}), std::invalid_argument);
  EXPECT_THROW(FidelityLadder({&top_, &medium_}), std::invalid_argument);
  EXPECT_THROW(FidelityLadder({&top_, &top_}), std::invalid_argument);
  EXPECT_THROW(FidelityLadder({&other, &top_}), std::invalid_argument);
  EXPECT_THROW(FidelityLadder({nullptr, &top_}), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
