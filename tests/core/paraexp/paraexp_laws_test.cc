#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "core/base/stop_scope.h"
#include "core/paraexp/paraexp.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/temporary_directory.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::CountingPropagator;
using testing::without_seconds;

constexpr Index kSlices = 20;

/// A turning, slowly damped pair, crossed exactly; with a source that depends on time.
void turn(double length, const StateView& in, StateOut out) {
  const double decay = std::exp(-0.1 * length);
  out << decay * (std::cos(length) * in[0] - std::sin(length) * in[1]),
      decay * (std::sin(length) * in[0] + std::cos(length) * in[1]);
}

class ParaexpLaws : public ::testing::Test {
 protected:
  RunRecord solve(Index parts, int num_threads = 1) const {
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    ParaexpOptions options;
    options.parts = parts;
    return solve_paraexp({grid_, initial_, forced_, homogeneous_, &serial_}, options, *executor);
  }

  const TimeGrid grid_{0.0, 5.0, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator homogeneous_{
      2, [](const Slice& slice, const StateView& in, StateOut out) { turn(slice.length(), in, out); }};
  const FunctionPropagator forced_{2, [](const Slice& slice, const StateView& in, StateOut out) {
                                     turn(slice.length(), in, out);
                                     out[0] += slice.length() * std::cos(3.0 * slice.begin);
                                   }};
  const States serial_ = solve_serial(grid_, initial_, forced_).boundaries;
};

TEST_F(ParaexpLaws, AnyPartitionGivesTheSerialSolutionToRounding) {
  for (Index parts = 0; parts <= kSlices; ++parts) {
    const RunRecord record = solve(parts);
    ASSERT_TRUE(record.converged());
    EXPECT_LT(*record.error(), 1e-14) << parts;
    EXPECT_EQ(record.num_iterations(), 1);
  }
}

TEST_F(ParaexpLaws, OnePartIsSerialSteppingAndTheFirstPartAlwaysIsBitForBit) {
  EXPECT_EQ(solve(1).boundaries, serial_);
  const RunRecord record = solve(4);
  const Index exact = record.iterations.front().exact_front;
  EXPECT_EQ(exact, kSlices / 4);
  EXPECT_EQ(record.boundaries.leftCols(exact + 1), serial_.leftCols(exact + 1));
}

TEST_F(ParaexpLaws, ResultsAreBitIdenticalForAnyNumberOfThreads) {
  for (const Index parts : {Index{3}, Index{8}, kSlices}) {
    const std::string reference = without_seconds(solve(parts));
    for (const int num_threads : {1, 2, 3, 4, 8}) EXPECT_EQ(without_seconds(solve(parts, num_threads)), reference);
  }
}

TEST_F(ParaexpLaws, EachSliceIsForcedOnceAndCarriedOncePerPartBeforeIt) {
  const CountingPropagator forced(forced_);
  const CountingPropagator homogeneous(homogeneous_);
  ParaexpOptions options;
  options.parts = 5;
  const auto executor = make_tbb_executor(2);
  solve_paraexp({grid_, initial_, forced, homogeneous}, options, *executor);
  EXPECT_EQ(forced.calls(), kSlices);
  EXPECT_EQ(homogeneous.calls(), 16 + 12 + 8 + 4);
}

TEST_F(ParaexpLaws, ASolverThatFailsIsNamedWithTheLowestSliceOfTheLowestPart) {
  const FunctionPropagator failing(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (slice.index >= 7) throw PropagationError(slice.begin, "gave up");
    forced_.propagate(slice, in, out);
  });
  const FunctionPropagator broken(
      2, [&](const Slice&, const StateView&, StateOut out) { out << 1.0, std::numeric_limits<double>::quiet_NaN(); });
  for (const int num_threads : {1, 2, 4}) {
    const auto executor = make_tbb_executor(num_threads);
    const RunRecord forced = solve_paraexp({grid_, initial_, failing, homogeneous_}, {}, *executor);
    ASSERT_EQ(forced.termination, Termination::propagator_failed);
    EXPECT_EQ(forced.failure->solver, "fine");
    EXPECT_EQ(forced.failure->slice, 7);
    EXPECT_TRUE(forced.boundaries.allFinite());
    const RunRecord carried = solve_paraexp({grid_, initial_, forced_, broken}, {}, *executor);
    EXPECT_EQ(carried.failure->solver, "homogeneous");
    EXPECT_EQ(carried.failure->slice, 1);
  }
}

TEST_F(ParaexpLaws, AStopInterruptsIt) {
  std::stop_source stop;
  stop.request_stop();
  ParaexpOptions options;
  options.stop = stop.get_token();
  const RunRecord record = solve_paraexp({grid_, initial_, forced_, homogeneous_}, options, *make_serial_executor());
  EXPECT_EQ(record.termination, Termination::interrupted);
}

TEST_F(ParaexpLaws, ARunThatWasStoppedGoesOnAsItWouldHaveWithoutRepeatingASolve) {
  ParaexpOptions options;
  options.parts = 5;
  const auto executor = make_tbb_executor(2);
  const std::string whole = without_seconds(solve(5));
  for (const int limit : {1, 3, 15}) {
    const TemporaryDirectory directory;
    std::stop_source stop;
    std::atomic<int> calls = 0;
    const FunctionPropagator stopping(2, [&](const Slice& slice, const StateView& in, StateOut out) {
      forced_.propagate(slice, in, out);
      if (++calls == limit) stop.request_stop();
    });
    {
      SolveLog log(directory / "log", {1, 2}, SolveLogOptions::everything());
      ParaexpOptions stoppable = options;
      stoppable.stop = stop.get_token();
      const RunRecord part =
          solve_paraexp({grid_, initial_, stopping, homogeneous_, &serial_, &log}, stoppable, *executor);
      EXPECT_EQ(part.termination, Termination::interrupted);
    }
    SolveLog log(directory / "log", {1, 2}, SolveLogOptions::everything());
    const CountingPropagator forced(forced_);
    const RunRecord all = solve_paraexp({grid_, initial_, forced, homogeneous_, &serial_, &log}, options, *executor);
    EXPECT_EQ(without_seconds(all), whole);
    EXPECT_LE(forced.calls(), kSlices - limit);
  }
}

TEST_F(ParaexpLaws, AFineSolveThatOverrunsItsLimitEndsTheRun) {
  ParaexpOptions options;
  options.slice_limit.seconds = 0.05;
  const FunctionPropagator hanging(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    while (slice.index == 3) StopScope::throw_if_stop_requested();
    forced_.propagate(slice, in, out);
  });
  const auto executor = make_tbb_executor(2);
  const RunRecord record = solve_paraexp({grid_, initial_, hanging, homogeneous_}, options, *executor);
  ASSERT_EQ(record.termination, Termination::propagator_failed);
  EXPECT_EQ(record.failure->slice, 3);
  EXPECT_EQ(record.failure->solver, "fine");
}

TEST_F(ParaexpLaws, TheModelledSpeedupIsOfAllFineWorkOverTheLongestWay) {
  RunRecord record;
  IterationRecord iteration;
  LevelSweep sweep{1, 0, kSlices, 0.0, 0.0};
  sweep.slice_seconds = 8.0;
  sweep.max_slice_seconds = 1.5;
  iteration.levels = {sweep};
  iteration.seconds.coarse = 0.5;
  record.iterations = {iteration};
  const ModelledSpeedup modelled = modelled_paraexp_speedup(record, 6);
  EXPECT_EQ(modelled.processors, 6);
  EXPECT_EQ(modelled.speedup, 4.0);
  EXPECT_EQ(modelled_paraexp_speedup(RunRecord(), 6).speedup, 0.0);
}

TEST_F(ParaexpLaws, BadInputIsRefused) {
  const FunctionPropagator other(3, [](const Slice&, const StateView&, StateOut) { FAIL() << "work was started"; });
  const auto executor = make_serial_executor();
  EXPECT_THROW(solve_paraexp({grid_, initial_, other, homogeneous_}, {}, *executor), std::invalid_argument);
  EXPECT_THROW(solve_paraexp({grid_, initial_, forced_, other}, {}, *executor), std::invalid_argument);
  EXPECT_THROW(solve_paraexp({grid_, State(), forced_, homogeneous_}, {}, *executor), std::invalid_argument);
  ParaexpOptions options;
  options.parts = kSlices + 1;
  EXPECT_THROW(solve_paraexp({grid_, initial_, forced_, homogeneous_}, options, *executor), ParameterError);
  options.parts = 0;
  options.slice_limit.seconds = 0.0;
  EXPECT_THROW(solve_paraexp({grid_, initial_, forced_, homogeneous_}, options, *executor), ParameterError);
}

}  // namespace
}  // namespace forerun
