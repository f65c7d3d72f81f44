#include "core/parareal/ladder_planner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::WorkedPropagator;

/// u' = λ u + sin t by the midpoint rule, of order 2.
std::unique_ptr<Propagator> midpoint(double lambda, Index steps) {
  FunctionPropagator solver(1, [=](const Slice& slice, const StateView& in, StateOut out) {
    const double h = slice.length() / static_cast<double>(steps);
    double u = in[0];
    for (Index i = 0; i < steps; ++i) {
      const double t = slice.begin + static_cast<double>(i) * h;
      const double middle = u + 0.5 * h * (lambda * u + std::sin(t));
      u += h * (lambda * middle + std::sin(t + 0.5 * h));
    }
    out[0] = u;
  });
  return std::make_unique<WorkedPropagator>(std::move(solver), static_cast<double>(steps));
}

LadderPlan plan(double lambda, Index top_steps, double tolerance = 1e-6) {
  const TimeGrid grid(0.0, 8.0, 16);
  return plan_ladder([=](Index steps) { return midpoint(lambda, steps); }, top_steps, grid, testing::vector({1.0}),
                     StateNorm(), tolerance);
}

TEST(LadderPlanner, LevelsClimbToTheTop) {
  for (const Index top_steps : {1, 2, 3, 4, 7, 100, 4096}) {
    const LadderPlan chosen = plan(-0.5, top_steps);
    ASSERT_FALSE(chosen.steps.empty());
    EXPECT_EQ(chosen.steps.back(), top_steps);
    for (std::size_t i = 1; i < chosen.steps.size(); ++i) EXPECT_LT(chosen.steps[i - 1], chosen.steps[i]);
  }
}

TEST(LadderPlanner, MeasuresTheOrderOfTheSolver) { EXPECT_NEAR(std::log2(plan(-0.5, 4096).rate), 2.0, 0.2); }

TEST(LadderPlanner, UnstableLevelsAreNotChosen) {
  // A slice of 1/2 and λ = −100: the midpoint rule needs more than 25 steps.
  EXPECT_GT(plan(-100.0, 4096).steps.front(), 25);
  EXPECT_EQ(plan(-100.0, 40).steps, std::vector<Index>{40});
}

/// Stays where it is, but for an error: large below 8 steps, `error` at 8, a ten-thousandth of that at 16, none above.
/// So do explicit solvers of stiff systems, which are precise wherever they are stable.
std::unique_ptr<Propagator> precise_from_8_steps_on(double error, Index steps) {
  const double off = steps < 8     ? 1e-2 / static_cast<double>(steps)
                     : steps == 8  ? error
                     : steps == 16 ? 1e-4 * error
                                   : 0.0;
  FunctionPropagator solver(1, [off](const Slice&, const StateView& in, StateOut out) { out[0] = in[0] + off; });
  return std::make_unique<WorkedPropagator>(std::move(solver), static_cast<double>(steps));
}

TEST(LadderPlanner, TheEdgeOfStabilityIsAvoidedWhereItCanBeSeen) {
  const auto cheapest = [](double error) {
    return plan_ladder([error](Index steps) { return precise_from_8_steps_on(error, steps); }, 1000,
                       TimeGrid(0.0, 8.0, 16), testing::vector({1.0}), StateNorm(), 1e-6)
        .steps.front();
  };
  EXPECT_GT(cheapest(1e-5), 8) << "no order falls by 10⁴";
  EXPECT_EQ(cheapest(1e-9), 8) << "at whatever rate it falls, it is below the tolerance";
}

TEST(LadderPlanner, ATightToleranceAsksForAHigherLevel) {
  EXPECT_GT(plan(-0.5, 1 << 20, 1e-10).steps[1], plan(-0.5, 1 << 20, 1e-6).steps[1]);
}

TEST(LadderPlanner, ThePlannedLadderKeepsTheToleranceForLittleMoreThanOneFullPass) {
  const TimeGrid grid(0.0, 8.0, 16);
  const State initial = testing::vector({1.0});
  const double tolerance = 1e-6;
  const LadderPlan chosen = plan(-0.5, 1 << 14, tolerance);
  ASSERT_GE(chosen.steps.size(), 2u);
  std::vector<std::unique_ptr<Propagator>> levels;
  std::vector<const Propagator*> pointers;
  for (const Index steps : chosen.steps) {
    levels.push_back(midpoint(-0.5, steps));
    pointers.push_back(levels.back().get());
  }
  const States serial = solve_serial(grid, initial, *levels.back()).boundaries;
  PararealOptions options;
  options.tolerance = tolerance;
  const auto executor = make_serial_executor();
  const RunRecord record =
      solve_parareal({grid, initial, *levels.front(), FidelityLadder(pointers), nullptr, &serial}, options, *executor);
  ASSERT_TRUE(record.converged());
  EXPECT_LE(*record.error(), tolerance);
  EXPECT_LT(record.effective_sweeps() + chosen.work, 1.5);
}

TEST(LadderPlanner, RefusesWhatCannotBePlanned) {
  EXPECT_THROW(plan(-0.5, 0), std::invalid_argument);
  EXPECT_THROW(plan(-0.5, 100, 0.0), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
