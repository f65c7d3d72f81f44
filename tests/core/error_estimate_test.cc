#include "core/error_estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/parareal.h"
#include "core/serial_fine.h"
#include "test_problems.h"

namespace forerun {
namespace {

TEST(ErrorEstimate, SaysNothingBeforeAContractionWasSeen) {
  ErrorEstimate estimate(3, 2.0);
  EXPECT_TRUE(std::isinf(estimate.errors()[2]));
  estimate.observe_jump(1.0);
  estimate.update(0, {0.1, 0.1, 0.1}, {0.0, 0.1, 0.1});
  EXPECT_EQ(estimate.errors()[0], 0.0) << "the first slice is exact";
  EXPECT_TRUE(std::isinf(estimate.errors()[1]));
}

TEST(ErrorEstimate, IsTheRecursionOfTheHeader) {
  ErrorEstimate estimate(4, 2.0);
  estimate.update(0, {0.5, 1.0, 0.25, 9.0}, {0.0, 0.5, 0.5, 0.5});
  estimate.observe_jump(0.1);
  EXPECT_DOUBLE_EQ(estimate.contraction(), 0.1);
  estimate.update(1, {0.0, 0.2, 0.1, 0.4}, {0.0, 0.0, 0.3, 0.05});
  EXPECT_EQ(estimate.errors()[1], 0.0);
  EXPECT_DOUBLE_EQ(estimate.errors()[2], 2.0 * 0.1 * 0.2);
  EXPECT_DOUBLE_EQ(estimate.errors()[3], (0.05 / 0.1) * (2.0 * 0.1 * 0.2) + 2.0 * 0.1 * 0.1);
}

/// From the second iteration on, wherever errors are above rounding.
void expect_bound(const RunRecord& record, const std::string& what) {
  for (const IterationRecord& iteration : record.iterations) {
    if (iteration.iteration < 2 || *iteration.error < 1e-13) continue;
    EXPECT_GE(iteration.estimated_error, *iteration.error) << what << ", iteration " << iteration.iteration;
  }
}

TEST(ErrorEstimate, BoundsTheTrueErrorOfLinearAndNonLinearProblems) {
  const TimeGrid grid(0.0, 5.0, 20);
  const auto executor = make_serial_executor();
  PararealOptions options;
  options.tolerance = 0.0;
  const auto check = [&](const State& initial, const Propagator& coarse, const Propagator& fine,
                         const std::string& what) {
    const States serial = solve_serial(grid, initial, fine).boundaries;
    expect_bound(solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor), what);
  };
  for (const double lambda : {0.3, -0.1, -1.0, -5.0, -30.0}) {
    check(testing::vector({1.0}), testing::backward_euler(lambda, 1), testing::backward_euler(lambda, 50),
          "lambda " + std::to_string(lambda));
  }
  for (const int steps : {1, 2, 4, 16}) {
    check(testing::vector({1.0, -0.5}), testing::nonlinear_pair(steps), testing::nonlinear_pair(400),
          std::to_string(steps) + " coarse steps");
  }
}

TEST(ErrorEstimate, SavesTheConfirmingSweepAndKeepsTheTolerance) {
  const TimeGrid grid(0.0, 6.0, 24);
  const State initial = testing::vector({1.0, -0.5});
  const auto fine = testing::nonlinear_pair(400);
  const auto coarse = testing::nonlinear_pair(16);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  const auto executor = make_serial_executor();
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    PararealOptions options;
    options.tolerance = tolerance;
    const RunRecord published = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
    options.stopping = StoppingRule::estimate;
    const RunRecord estimated = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
    ASSERT_TRUE(published.converged() && estimated.converged());
    EXPECT_LT(estimated.num_iterations(), published.num_iterations());
    EXPECT_LT(*estimated.error(), tolerance);
  }
}

}  // namespace
}  // namespace forerun
