// What ends a run from outside: a stop that is requested while something takes long, and a fine solver that never
// returns. No test here measures time: what would take for ever either ends, or the test does not.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "core/base/stop_scope.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/ladder_planner.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::vector;

/// Does not end before it is told to.
void look_for_ever() {
  while (true) {
    StopScope::throw_if_stop_requested();
    std::this_thread::yield();
  }
}

TEST(StopScope, WithoutOneNothingIsStopped) { EXPECT_FALSE(StopScope::stop_requested()); }

TEST(StopScope, TheScopesAroundItCountAndThoseThatHaveEndedDoNot) {
  std::stop_source outer_source, inner_source;
  const std::stop_token outer = outer_source.get_token(), inner = inner_source.get_token();
  const StopScope outer_scope(outer);
  {
    const StopScope inner_scope(inner);
    EXPECT_FALSE(StopScope::stop_requested());
    inner_source.request_stop();
    EXPECT_TRUE(StopScope::stop_requested());
    EXPECT_THROW(StopScope::throw_if_stop_requested(), StopRequested);
  }
  EXPECT_FALSE(StopScope::stop_requested());
  outer_source.request_stop();
  const std::stop_token nobody;
  const StopScope unstoppable(nobody);
  EXPECT_TRUE(StopScope::stop_requested());
}

class StoppedFromOutside : public ::testing::TestWithParam<int> {
 protected:
  RunRecord solve(const Propagator& coarse, const Propagator& fine, CoarseTrainer* trainer = nullptr) {
    const auto executor = make_tbb_executor(GetParam());
    PararealOptions options;
    options.tolerance = 0.0;
    options.stop = stop_.get_token();
    options.slice_limit = limit_;
    return solve_parareal({grid_, initial_, coarse, fine, trainer}, options, *executor);
  }
  /// `inner`, that comes into `slice` for the `time`-th time, has a stop requested and goes on for ever.
  FunctionPropagator hanging(const Propagator& inner, Index slice, int time) {
    return FunctionPropagator(2, [&inner, slice, time, this](const Slice& at, const StateView& in, StateOut out) {
      if (at.index == slice && ++calls_ == time) {
        if (!limit_.is_set()) stop_.request_stop();
        look_for_ever();
      }
      inner.propagate(at, in, out);
    });
  }

  const TimeGrid grid_{0.0, 4.0, 16};
  const State initial_ = vector({1.0, 0.0});
  const FunctionPropagator fine_ = testing::nonlinear_pair(50);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(2);
  std::stop_source stop_;
  std::atomic<int> calls_ = 0;
  SliceLimit limit_;
};

TEST_P(StoppedFromOutside, AFineSolverThatLooksEndsWithinItsSlice) {
  const RunRecord record = solve(coarse_, hanging(fine_, 7, 3));
  EXPECT_EQ(record.termination, Termination::interrupted);
  EXPECT_EQ(record.num_iterations(), 2);
  EXPECT_FALSE(record.failure.has_value());
  EXPECT_TRUE(record.boundaries.allFinite()) << "the last good iterate";
}

TEST_P(StoppedFromOutside, ACoarseSolverThatLooksEndsWithinItsSlice) {
  for (const int time : {1, 3}) {
    stop_ = std::stop_source();
    calls_ = 0;
    const RunRecord record = solve(hanging(coarse_, 5, time), fine_);
    EXPECT_EQ(record.termination, Termination::interrupted);
    EXPECT_EQ(record.num_iterations(), time / 2) << "one coarse solve before the iterations, then one in each";
  }
}

/// Takes for ever in one of its duties from its second sweep on.
class HangingTrainer final : public CoarseTrainer, public Correction {
 public:
  enum class Duty { fit, old_states, prediction };
  HangingTrainer(Duty duty, std::stop_source& stop) : duty_(duty), stop_(stop) {}

  const Correction* initial_correction() override { return nullptr; }
  const Correction* train(const SweepData& sweep, SliceExecutor& executor) override {
    hangs_ = sweep.iteration == 2;
    if (duty_ == Duty::fit) executor.for_each(8, [this](Index) { hang(); });
    return this;
  }
  std::string serving() const override { return "hanging"; }
  void evaluate(const Slice& /*slice*/, const StateView& /*state*/, const StateView& /*coarse*/,
                StateOut out) const override {
    if (duty_ == Duty::prediction) hang();
    out.setZero();
  }
  void evaluate_block(std::span<const Slice> /*slices*/, const StatesView& /*states*/, const StatesView& /*coarse*/,
                      StatesOut out) const override {
    if (duty_ == Duty::old_states) hang();
    out.setZero();
  }

 private:
  void hang() const {
    if (!hangs_) return;
    stop_.request_stop();
    look_for_ever();
  }

  Duty duty_;
  std::stop_source& stop_;
  bool hangs_ = false;
};

TEST_P(StoppedFromOutside, FitsAndPredictionsEndToo) {
  for (const auto duty :
       {HangingTrainer::Duty::fit, HangingTrainer::Duty::old_states, HangingTrainer::Duty::prediction}) {
    stop_ = std::stop_source();
    HangingTrainer trainer(duty, stop_);
    const RunRecord record = solve(coarse_, fine_, &trainer);
    EXPECT_EQ(record.termination, Termination::interrupted);
    EXPECT_EQ(record.num_iterations(), 1);
    EXPECT_TRUE(record.boundaries.allFinite());
  }
}

TEST_P(StoppedFromOutside, PiecesThatHaveNotBegunAreLeftOut) {
  const auto executor = make_tbb_executor(GetParam());
  StoppableExecutor stoppable(*executor, stop_.get_token());
  std::atomic<int> done = 0;
  EXPECT_THROW(stoppable.for_each(100'000,
                                  [&](Index) {
                                    if (++done == 10) stop_.request_stop();
                                  }),
               StopRequested);
  EXPECT_LT(done, 100'000);
  EXPECT_THROW(stoppable.for_each(1, [](Index) { FAIL() << "work was begun"; }), StopRequested);
}

TEST_P(StoppedFromOutside, AStopBeforeTheRunEndsItBeforeAnySolve) {
  stop_.request_stop();
  const FunctionPropagator never(2, [](const Slice&, const StateView&, StateOut) { FAIL() << "work was begun"; });
  EXPECT_EQ(solve(never, never).termination, Termination::interrupted);
}

TEST_P(StoppedFromOutside, AFineSolveThatOverrunsItsLimitFailsTheRunWithSliceIterationAndLimit) {
  limit_.seconds = 0.1;
  const RunRecord record = solve(coarse_, hanging(fine_, 7, 3));
  ASSERT_EQ(record.termination, Termination::propagator_failed);
  EXPECT_EQ(record.failure->slice, 7);
  EXPECT_EQ(record.failure->iteration, 3);
  EXPECT_EQ(record.failure->time, grid_.slice(7).begin);
  EXPECT_EQ(record.failure->sentence(),
            "fine solver failed in slice 7, iteration 3, at time 1.75: it did not return within slice_timeout = 0.1 s");
  EXPECT_EQ(record.num_iterations(), 2) << "what was reached is kept";
  EXPECT_TRUE(record.boundaries.allFinite());
}

TEST_P(StoppedFromOutside, OnALadderEveryLevelIsWatched) {
  limit_.seconds = 0.1;
  const testing::WorkedPropagator cheap(testing::nonlinear_pair(10), 0.2);
  const FunctionPropagator top = hanging(fine_, 2, 1);
  const auto executor = make_tbb_executor(GetParam());
  PararealOptions options;
  options.slice_limit = limit_;
  const RunRecord record =
      solve_parareal({grid_, initial_, coarse_, FidelityLadder({&cheap, &top})}, options, *executor);
  ASSERT_EQ(record.termination, Termination::propagator_failed);
  EXPECT_EQ(record.failure->slice, 2);
}

TEST_P(StoppedFromOutside, ALimitThatIsKeptChangesNoBit) {
  const RunRecord free = solve(coarse_, fine_);
  limit_.seconds = 1e300;
  const RunRecord watched = solve(coarse_, fine_);
  EXPECT_EQ(watched.termination, free.termination);
  EXPECT_EQ(watched.num_iterations(), free.num_iterations());
  EXPECT_EQ(watched.boundaries, free.boundaries);
}

INSTANTIATE_TEST_SUITE_P(Threads, StoppedFromOutside, ::testing::Values(1, 2, 3, 4));

/// A run on `num_threads` threads whose fine solver does not look whether it is still wanted.
void abandon_a_deaf_solver(int num_threads) {
  std::promise<void> released;
  const std::shared_future<void> release = released.get_future().share();
  std::atomic<int> abandoned = 0;
  SliceFailure said;
  PararealOptions options;
  options.tolerance = 0.0;
  options.slice_limit.seconds = 0.05;
  options.slice_limit.abandon = [&, test = std::this_thread::get_id()](const SliceFailure& failure) {
    EXPECT_NE(std::this_thread::get_id(), test);
    ++abandoned;
    said = failure;
    released.set_value();  // an application would end the process here
  };
  const FunctionPropagator good = testing::nonlinear_pair(50), coarse = testing::nonlinear_pair(2);
  const FunctionPropagator deaf(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (slice.index == 3) release.wait();
    good.propagate(slice, in, out);
  });
  const TimeGrid grid(0.0, 4.0, 16);
  const State initial = vector({1.0, 0.0});
  const auto executor = make_tbb_executor(num_threads);
  const RunRecord record = solve_parareal({grid, initial, coarse, deaf}, options, *executor);
  EXPECT_EQ(abandoned, 1) << num_threads;
  EXPECT_EQ(said.slice, 3) << num_threads;
  EXPECT_EQ(record.termination, Termination::propagator_failed) << num_threads;
  ASSERT_TRUE(record.failure.has_value()) << num_threads;
  EXPECT_EQ(record.failure->slice, 3) << num_threads;
}

TEST(DeafSolverFromOutside, IsAbandonedOnAnotherThread) {
  std::vector<std::jthread> runs;  // side by side: two seconds pass before a solver is given up
  for (int num_threads = 1; num_threads <= 4; ++num_threads) runs.emplace_back(abandon_a_deaf_solver, num_threads);
}

TEST(SerialFineFromOutside, EndsWithinItsSliceAndKeepsWhatWasReached) {
  const TimeGrid grid(0.0, 4.0, 8);
  const FunctionPropagator good = testing::nonlinear_pair(4);
  std::stop_source stop;
  const FunctionPropagator fine(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    good.propagate(slice, in, out);
    if (slice.index != 5) return;
    stop.request_stop();
    look_for_ever();
  });
  const SerialSolution solution = solve_serial(grid, vector({1.0, 0.0}), fine, stop.get_token());
  EXPECT_TRUE(solution.interrupted);
  EXPECT_FALSE(solution.failure.has_value());
  EXPECT_TRUE(solution.boundaries.leftCols(6).allFinite());
  EXPECT_TRUE(solution.boundaries.rightCols(3).array().isNaN().all());
}

TEST(SerialFineFromOutside, FailsWhereASliceOverrunsItsLimit) {
  const TimeGrid grid(0.0, 4.0, 8);
  const FunctionPropagator good = testing::nonlinear_pair(4);
  const FunctionPropagator fine(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    good.propagate(slice, in, out);
    if (slice.index == 5) look_for_ever();
  });
  const SerialSolution solution = solve_serial(grid, vector({1.0, 0.0}), fine, {}, {.seconds = 0.1});
  EXPECT_FALSE(solution.interrupted);
  ASSERT_TRUE(solution.failure.has_value());
  EXPECT_EQ(solution.failure->slice, 5);
  EXPECT_NE(solution.failure->reason.find("slice_timeout = 0.1 s"), std::string::npos);
}

TEST(LadderPlannerFromOutside, IsStoppedByTheScopeAroundIt) {
  const TimeGrid grid(0.0, 4.0, 8);
  std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const StopScope scope(token);
  int solves = 0;
  const SteppedSolver solver = [&](Index steps) {
    return std::make_unique<FunctionPropagator>(1, [&, steps](const Slice&, const StateView& in, StateOut out) {
      if (++solves == 20) {
        stop.request_stop();
        look_for_ever();
      }
      out = in * (1.0 - 1e-9 / static_cast<double>(steps));
    });
  };
  EXPECT_THROW(plan_ladder(solver, 1024, grid, vector({1.0}), StateNorm(), 1e-6), StopRequested);
}

TEST(SliceLimit, MustBePositive) {
  PararealOptions options;
  options.slice_limit.seconds = 0.0;
  EXPECT_THROW(options.validate(1), ParameterError);
  options.slice_limit.seconds = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(options.validate(1), ParameterError);
}

}  // namespace
}  // namespace forerun
