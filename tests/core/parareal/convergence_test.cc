#include "core/parareal/convergence.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "core/record/speedup_model.h"

namespace forerun {
namespace {

TEST(ConvergedPrefix, GrowsOverSlicesBelowTheToleranceWithoutAGap) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(converged_prefix({1.0, 0.1, 0.1, 1.0, 0.1}, std::vector<char>(5), 0, 5, 0.5), 0);
  EXPECT_EQ(converged_prefix({1.0, 0.1, 0.1, 1.0, 0.1}, std::vector<char>(5), 1, 5, 0.5), 3);
  EXPECT_EQ(converged_prefix({1.0, 0.1, 0.1, 0.1, 0.1}, std::vector<char>(5), 1, 5, 0.5), 5);
  EXPECT_EQ(converged_prefix({1.0, nan, 0.1}, std::vector<char>(3), 1, 3, 0.5), 1);
  EXPECT_EQ(converged_prefix({0.0, 0.0}, std::vector<char>(2), 1, 2, 0.0), 1) << "a tolerance of zero freezes nothing";
  EXPECT_EQ(converged_prefix({0.1, 0.1, 0.1}, {0, 1, 0}, 0, 3, 0.5), 1) << "what was not crossed is not converged";
  EXPECT_EQ(converged_prefix({0.5}, std::vector<char>(1), 1, 1, 0.5), 1);
}

TEST(StoppingCriteria, EachHasItsOwnReasonAndTheFirstThatIsMetCounts) {
  IterationRecord record;
  record.iteration = 3;
  record.converged_front = 4;
  record.jump = 0.2;
  const IterationStatus status{record, 10, 5.0};
  EXPECT_EQ(stop_at_iteration(4)->check(status), std::nullopt);
  EXPECT_EQ(stop_at_iteration(3)->check(status), Termination::iteration_limit);
  EXPECT_EQ(stop_after_seconds(6.0)->check(status), std::nullopt);
  EXPECT_EQ(stop_after_seconds(5.0)->check(status), Termination::time_limit);
  EXPECT_EQ(stop_at_jump(0.1, 1.0)->check(status), std::nullopt);
  EXPECT_EQ(stop_at_jump(0.3, 1.0)->check(status), Termination::converged);
  EXPECT_EQ(stop_when_all_slices_converged(0.1)->check(status), std::nullopt);
  EXPECT_EQ(stop_when_all_slices_converged(0.1)->check({record, 4, 5.0}), Termination::converged);
  record.estimated_error = 0.2;
  EXPECT_EQ(stop_when_all_slices_converged(0.1)->check({record, 4, 5.0}), Termination::unconfirmed);
  record.exact_front = 4;
  EXPECT_EQ(stop_when_all_slices_converged(0.1)->check({record, 4, 5.0}), Termination::converged)
      << "what is exact needs no estimate";
  record.num_uncrossed = 1;
  EXPECT_EQ(stop_at_jump(0.3, 1.0)->check(status), std::nullopt) << "a jump to what stood in is none";

  std::vector<std::unique_ptr<StoppingCriterion>> parts;
  parts.push_back(stop_at_jump(0.1, 1.0));
  parts.push_back(stop_after_seconds(1.0));
  parts.push_back(stop_at_iteration(1));
  EXPECT_EQ(any_of(std::move(parts))->check(status), Termination::time_limit);
  EXPECT_EQ(any_of({})->check(status), std::nullopt);
}

TEST(StoppingCriteria, RefuseSenselessLimits) {
  EXPECT_THROW(stop_at_jump(0.0, 1.0), std::invalid_argument);
  EXPECT_THROW(stop_at_jump(std::numeric_limits<double>::quiet_NaN(), 1.0), std::invalid_argument);
  EXPECT_THROW(stop_at_iteration(0), std::invalid_argument);
  EXPECT_THROW(stop_after_seconds(-1.0), std::invalid_argument);
}

TEST(ModelledSpeedup, IsSerialTimeOverTheCriticalPath) {
  RunRecord record;
  record.initial_seconds.coarse = 1.0;
  for (int k = 0; k < 2; ++k) {
    IterationRecord iteration;
    iteration.first_slice = k;
    iteration.levels = {
        {.first_slice = k, .num_slices = 10 - k, .slice_seconds = (10 - k) * 4.0, .max_slice_seconds = 5.0}};
    iteration.seconds = {99.0, 20.0, 1.0, 2.0, 0.5};
    record.iterations.push_back(iteration);
  }
  const ModelledSpeedup modelled = modelled_speedup(record, 10);
  EXPECT_EQ(modelled.processors, 10);
  EXPECT_DOUBLE_EQ(modelled.speedup, 10 * 4.0 / (1.0 + 2 * (5.0 + 1.0 + 2.0 + 0.5)));
}

TEST(ModelledSpeedup, OfASolverWithLanesIsThatOfSlicesAlone) {
  RunRecord record;
  record.initial_seconds.coarse = 1.0;
  IterationRecord iteration;
  iteration.levels = {{.first_slice = 0, .num_slices = 10, .slice_seconds = 10 * 0.5, .max_slice_seconds = 0.6}};
  iteration.seconds = {99.0, 20.0, 1.0, 2.0, 0.5};
  record.iterations.push_back(iteration);
  // Alone a slice takes eight times what it took in full lanes, the slowest one as well.
  EXPECT_DOUBLE_EQ(modelled_speedup(record, 10, 4.0).speedup, 10 * 4.0 / (1.0 + 8 * 0.6 + 1.0 + 2.0 + 0.5));
}

TEST(RunRecord, FailureSentenceNamesSolverSliceIterationTimeAndReason) {
  const SliceFailure failure{3, 2, 0.25, "fine", "step size underflow"};
  EXPECT_EQ(failure.sentence(), "fine solver failed in slice 3, iteration 2, at time 0.25: step size underflow");
}

}  // namespace
}  // namespace forerun
