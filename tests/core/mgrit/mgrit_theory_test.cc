// Iterations that XBraid 3.1 takes for the same problems, from the same kind of start and to the same residual.
#include <gtest/gtest.h>

#include "core/mgrit/mgrit.h"
#include "tests/core/mgrit/mgrit_problems.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

struct Method {
  Relaxation relaxation;
  Index max_levels;
  Index iterations;
};

std::vector<Method> methods(Index two_grid_f, Index two_grid_fcf, Index v_cycles_fcf) {
  return {{Relaxation::f, 2, two_grid_f}, {Relaxation::fcf, 2, two_grid_fcf}, {Relaxation::fcf, 20, v_cycles_fcf}};
}

MgritOptions options_of(const Method& method, Index coarsening) {
  MgritOptions options;
  options.coarsening = coarsening;
  options.max_levels = method.max_levels;
  options.relaxation = method.relaxation;
  options.relative = false;
  return options;
}

/// u = sin x cos t on [0, 2π], from random states, to a 2-norm over all numbers of 1e-7 ÷ √(dt dx).
void expect_heat(Index slices, Index points, Index coarsening, const std::vector<Method>& expected) {
  const FunctionPropagator step = testing::heat_by_backward_euler(points);
  const TimeGrid grid(0.0, 2.0 * std::numbers::pi, slices);
  const State initial = testing::sine(points);
  States random(points, slices + 1);
  std::uint64_t number = 1;
  for (double& value : random.reshaped()) value = static_cast<double>(split_mix(number += split_mix_step)) * 0x1p-64;
  const double dt = 2.0 * std::numbers::pi / static_cast<double>(slices - 1);
  const double dx = std::numbers::pi / static_cast<double>(points - 1);
  for (const Method& method : expected) {
    MgritOptions options = options_of(method, coarsening);
    options.min_coarse_slices = 3;
    options.residual_norm = ResidualNorm::two;
    options.tolerance = 1e-7 / std::sqrt(dt * dx);
    MgritProblem problem{grid, initial, step, {&step}};
    problem.guess = &random;
    const RunRecord record = solve_mgrit(problem, options, *make_serial_executor());
    ASSERT_TRUE(record.converged());
    EXPECT_EQ(record.num_iterations(), method.iterations) << "grids: " << method.max_levels;
  }
}

TEST(MgritTheory, HeatTakesThePublishedIterations) {
  expect_heat(64, 33, 2, methods(9, 6, 6));
  expect_heat(1024, 129, 16, methods(12, 7, 7));
}

/// u' = −u on [0, 8], from 0.456 everywhere, to a largest residual of 1e-10.
void expect_decay(Index slices, Index coarsening, const std::vector<Method>& expected) {
  const FunctionPropagator step = testing::backward_euler(-1.0, 1);
  const TimeGrid grid(0.0, 8.0, slices);
  const State initial = testing::vector({1.0});
  const States guess = States::Constant(1, slices + 1, 0.456);
  for (const Method& method : expected) {
    MgritOptions options = options_of(method, coarsening);
    options.tolerance = 1e-10;
    MgritProblem problem{grid, initial, step, {&step}};
    problem.guess = &guess;
    const RunRecord record = solve_mgrit(problem, options, *make_serial_executor());
    ASSERT_TRUE(record.converged());
    EXPECT_NEAR(static_cast<double>(record.num_iterations()), static_cast<double>(method.iterations), 1.0)
        << "grids: " << method.max_levels;
  }
}

TEST(MgritTheory, DecayTakesThePublishedIterations) {
  expect_decay(64, 2, methods(8, 7, 8));
  expect_decay(1024, 2, methods(5, 5, 9));
  expect_decay(1024, 8, methods(7, 6, 9));
}

TEST(MgritTheory, HeatAtTwentyTimesAsManySlicesTakesNoMoreIterations) {
  const Index points = 33;
  const FunctionPropagator step = testing::heat_by_backward_euler(points);
  const State initial = testing::sine(points);
  const auto iterations = [&](Index slices) {
    const TimeGrid grid(0.0, 2.0 * std::numbers::pi, slices);
    MgritOptions options;
    options.tolerance = 1e-9;
    return solve_mgrit({grid, initial, step, {&step}}, options, *make_serial_executor()).num_iterations();
  };
  EXPECT_LE(iterations(1280), iterations(64) + 2);
}

}  // namespace
}  // namespace forerun
