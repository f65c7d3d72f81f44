#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::CountingPropagator;
using testing::OracleTrainer;
using testing::WildTrainer;

constexpr Index kSlices = 12;

/// A non-linear, non-autonomous problem with everything a law needs at hand.
class PararealLaws : public ::testing::Test {
 protected:
  RunRecord solve(const PararealOptions& options, CoarseTrainer* trainer = nullptr, int num_threads = 1) {
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    return solve_parareal({grid_, initial_, coarse_, fine_, trainer, &serial_}, options, *executor);
  }

  const TimeGrid grid_{0.5, 6.5, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(400);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(4);
  const States serial_ = solve_serial(grid_, initial_, fine_).boundaries;
};

PararealOptions never_freezing(Index iterations = 0) {
  PararealOptions options;
  options.tolerance = 0.0;
  options.max_iterations = iterations;
  return options;
}

TEST_F(PararealLaws, LeadingSlicesEqualSerialFineBitForBitAfterEachIteration) {
  for (Index k = 1; k <= kSlices; ++k) {
    const RunRecord record = solve(never_freezing(k));
    EXPECT_EQ(record.boundaries.leftCols(k + 1), serial_.leftCols(k + 1)) << "after " << k << " iterations";
    EXPECT_EQ(record.iterations.back().exact_front, k);
  }
}

TEST_F(PararealLaws, ReproducesFineAfterAsManyIterationsAsSlicesWhateverTheModel) {
  for (const double amplitude : {1e-3, 1.0, 1e6, std::numeric_limits<double>::quiet_NaN()}) {
    for (Index k = 1; k <= kSlices; ++k) {
      WildTrainer wild(amplitude);
      const RunRecord record = solve(never_freezing(k), &wild);
      EXPECT_EQ(record.boundaries.leftCols(k + 1), serial_.leftCols(k + 1)) << "amplitude " << amplitude;
      EXPECT_EQ(record.iterations.back().corrector, "wild");
      EXPECT_EQ(record.converged(), k == kSlices);
    }
  }
}

TEST_F(PararealLaws, ConvergesToTheSameAnswerWithAnyModel) {
  PararealOptions options;
  options.tolerance = 1e-9;
  for (const double amplitude : {0.0, 1e-4, 1e-2}) {
    WildTrainer wild(amplitude);
    const RunRecord record = solve(options, &wild);
    ASSERT_TRUE(record.converged());
    EXPECT_LT(*record.error(), 1e-7) << "amplitude " << amplitude;
  }
}

TEST_F(PararealLaws, OneIterationSufficesWithAnExactModel) {
  PararealOptions options;
  options.tolerance = 1e-10;
  OracleTrainer cold(fine_, coarse_, false);
  const RunRecord from_coarse = solve(options, &cold);
  ASSERT_TRUE(from_coarse.converged());
  EXPECT_LE(from_coarse.num_iterations(), 2);  // the second confirms
  EXPECT_LT(*from_coarse.iterations.front().error, 1e-12);

  options.stopping = StoppingRule::published;
  OracleTrainer warm(fine_, coarse_, true);
  const RunRecord from_model = solve(options, &warm);
  ASSERT_TRUE(from_model.converged());
  EXPECT_EQ(from_model.num_iterations(), 1);
  EXPECT_EQ(from_model.initial_corrector, "oracle");
  EXPECT_LT(*from_model.initial_error, 1e-12);
}

TEST_F(PararealLaws, OneIterationSufficesWhereTheDiscrepancyDoesNotDependOnTheState) {
  const FunctionPropagator shifted(2, [this](const Slice& slice, const StateView& in, StateOut out) {
    coarse_.propagate(slice, in, out);
    out.array() += 0.01 * static_cast<double>(slice.index + 1);
  });
  const auto executor = make_serial_executor();
  const States serial = solve_serial(grid_, initial_, shifted).boundaries;
  const RunRecord record =
      solve_parareal({grid_, initial_, coarse_, shifted, nullptr, &serial}, never_freezing(1), *executor);
  EXPECT_LT(*record.error(), 1e-13);
}

TEST_F(PararealLaws, CallsOfBothSolversAreExactlyThoseOfTheHeader) {
  for (const Index iterations : {Index{1}, Index{5}, kSlices}) {
    const CountingPropagator fine(fine_);
    const CountingPropagator coarse(coarse_);
    const auto executor = make_serial_executor();
    const RunRecord record = solve_parareal({grid_, initial_, coarse, fine}, never_freezing(iterations), *executor);
    Index fine_calls = 0;
    Index coarse_calls = kSlices;
    for (Index front = 0; front < iterations; ++front) {
      fine_calls += kSlices - front;
      coarse_calls += kSlices - front - 1;
    }
    EXPECT_EQ(fine.calls(), fine_calls);
    EXPECT_EQ(coarse.calls(), coarse_calls);
    EXPECT_DOUBLE_EQ(record.effective_sweeps(), static_cast<double>(fine_calls) / kSlices);
  }
}

TEST_F(PararealLaws, ResultsAreBitIdenticalForAnyNumberOfThreads) {
  PararealOptions options;
  options.tolerance = 1e-8;
  WildTrainer reference_trainer(1e-3);
  const RunRecord reference = solve(options, &reference_trainer);
  for (const int num_threads : {1, 2, 3, 4, 8}) {
    for (int repeat = 0; repeat < 5; ++repeat) {
      WildTrainer trainer(1e-3);
      const RunRecord record = solve(options, &trainer, num_threads);
      EXPECT_EQ(record.boundaries, reference.boundaries);
      ASSERT_EQ(record.num_iterations(), reference.num_iterations());
      for (std::size_t k = 0; k < record.iterations.size(); ++k) {
        EXPECT_EQ(record.iterations[k].increment, reference.iterations[k].increment);
        EXPECT_EQ(record.iterations[k].jump, reference.iterations[k].jump);
        EXPECT_EQ(record.iterations[k].converged_front, reference.iterations[k].converged_front);
      }
    }
  }
}

TEST_F(PararealLaws, FrozenSlicesAreNeverPropagatedAgain) {
  PararealOptions options;
  options.tolerance = 1e-3;
  options.stopping = StoppingRule::published;
  options.norm = StateNorm(StateBounds{testing::vector({-1.0, -1.0}), testing::vector({1.0, 1.0})});
  const RunRecord record = solve(options);
  ASSERT_LT(record.num_iterations(), kSlices);
  Index front = 0;
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_EQ(iteration.first_slice, front);
    EXPECT_GT(iteration.converged_front, front);
    EXPECT_LE(iteration.exact_front, iteration.converged_front);
    EXPECT_LE(iteration.exact_front, iteration.iteration);
    front = iteration.converged_front;
  }
  EXPECT_EQ(front, kSlices);
  EXPECT_LT(record.iterations.back().increment, options.tolerance);
}

TEST_F(PararealLaws, IterationLimitIsNotConvergenceAndKeepsTheIterate) {
  PararealOptions options;
  options.tolerance = 1e-12;
  options.max_iterations = 2;
  const RunRecord record = solve(options);
  EXPECT_EQ(record.termination, Termination::iteration_limit);
  EXPECT_FALSE(record.converged());
  EXPECT_EQ(record.num_iterations(), 2);
  EXPECT_TRUE(record.boundaries.allFinite());
  EXPECT_LT(*record.error(), *record.initial_error);
}

TEST_F(PararealLaws, JumpCriterionConvergesWithADefectBelowItsTolerance) {
  PararealOptions options = never_freezing();
  options.jump_tolerance = 1e-6;
  const RunRecord record = solve(options);
  ASSERT_TRUE(record.converged());
  ASSERT_LT(record.num_iterations(), kSlices);
  EXPECT_LT(record.iterations.back().jump, options.jump_tolerance);
  EXPECT_LT(*record.error(), 1e-5);
}

TEST_F(PararealLaws, TimeLimitEndsTheRunAsSuch) {
  PararealOptions options = never_freezing();
  options.max_seconds = 1e-9;
  const RunRecord record = solve(options);
  EXPECT_EQ(record.termination, Termination::time_limit);
  EXPECT_EQ(record.num_iterations(), 1);
}

TEST_F(PararealLaws, StatesOutsideTheBoxOfFineStatesAreReplacedAndCounted) {
  WildTrainer wild(1e8);
  const RunRecord record = solve(never_freezing(3), &wild);
  Index fallbacks = 0;
  for (const IterationRecord& iteration : record.iterations) fallbacks += iteration.num_fallbacks;
  EXPECT_GT(fallbacks, 0);
  const double largest = serial_.cwiseAbs().maxCoeff();
  EXPECT_LT(record.boundaries.cwiseAbs().maxCoeff(), 3.0 * largest);
}

TEST_F(PararealLaws, SlicesOfOneAreSolvedBySerialFine) {
  const TimeGrid one(0.0, 1.0, 1);
  const auto executor = make_serial_executor();
  const RunRecord record = solve_parareal({one, initial_, coarse_, fine_}, PararealOptions{}, *executor);
  EXPECT_TRUE(record.converged());
  EXPECT_EQ(record.num_iterations(), 1);
  EXPECT_EQ(record.boundaries, solve_serial(one, initial_, fine_).boundaries);
}

TEST_F(PararealLaws, ObserverSeesEveryIterationOnce) {
  struct Observer final : IterationObserver {
    void on_start(Index num_slices, const States&) override { slices = num_slices; }
    void on_iteration(const IterationRecord& record, const States& states) override {
      iterations.push_back(record.iteration);
      last = states;
    }
    void on_fine_progress(Index, Index done, Index total) override { complete += done == total ? 1 : 0; }
    Index slices = 0;
    std::vector<Index> iterations;
    std::atomic<Index> complete = 0;
    States last;
  } observer;
  const auto executor = make_tbb_executor(2);
  const RunRecord record = solve_parareal({grid_, initial_, coarse_, fine_}, never_freezing(3), *executor, &observer);
  EXPECT_EQ(observer.slices, kSlices);
  EXPECT_THAT(observer.iterations, ::testing::ElementsAre(1, 2, 3));
  EXPECT_EQ(observer.complete, 3);
  EXPECT_EQ(observer.last, record.boundaries);
}

}  // namespace
}  // namespace forerun
