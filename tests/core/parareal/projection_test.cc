// What puts predicted states back where the fine solver accepts them.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

/// x' = 0.2 − x², with z = x² carried along; refuses to start off z = x², as solvers of differential-algebraic
/// equations do.
FunctionPropagator consistent_pair(int steps) {
  return {2, [=](const Slice& slice, const StateView& in, StateOut out) {
            if (std::abs(in[1] - in[0] * in[0]) > 1e-8) throw PropagationError(slice.begin, "start is not consistent");
            double x = in[0];
            for (int i = 0; i < steps; ++i) x += slice.length() / steps * (0.2 - x * x);
            out << x, x * x;
          }};
}

/// The Brusselator, A = 1 and B = 3, by Euler's method; refuses negative concentrations.
FunctionPropagator brusselator(int steps) {
  return {2, [=](const Slice& slice, const StateView& in, StateOut out) {
            double x = in[0], y = in[1];
            const double h = slice.length() / steps;
            for (int i = 0; i < steps; ++i) {
              if (!(x >= 0.0 && y >= 0.0)) throw PropagationError(slice.begin, "a concentration is negative");
              const double reaction = x * x * y;
              const double dx = 1.0 + reaction - 4.0 * x;
              const double dy = 3.0 * x - reaction;
              x += h * dx;
              y += h * dy;
            }
            out << x, y;
          }};
}

Index num_uncrossed(const RunRecord& record) {
  Index count = 0;
  for (const IterationRecord& iteration : record.iterations) count += iteration.num_uncrossed;
  return count;
}

TEST(Projection, PutsPredictedStatesBackOnTheManifoldOfADae) {
  const TimeGrid grid(0.0, 4.0, 8);
  const State start{{2.0, 4.0}};
  const FunctionPropagator fine = consistent_pair(400), coarse = consistent_pair(2);
  const SerialSolution serial = solve_serial(grid, start, fine);
  ASSERT_FALSE(serial.failure);
  const auto executor = make_serial_executor();
  const PararealOptions options{.tolerance = 1e-10};
  PararealProblem problem{grid, start, coarse, fine};
  const RunRecord without = solve_parareal(problem, options, *executor);
  ASSERT_TRUE(without.converged()) << "a failed start costs iterations, not the run";
  EXPECT_GT(num_uncrossed(without), 0);
  problem.projection = [](StateOut state) { state[1] = state[0] * state[0]; };
  const RunRecord with = solve_parareal(problem, options, *executor);
  ASSERT_TRUE(with.converged());
  EXPECT_EQ(num_uncrossed(with), 0);
  EXPECT_LE(with.num_iterations(), without.num_iterations());
  for (const RunRecord* record : {&without, &with}) {
    EXPECT_LE((record->boundaries - serial.boundaries).cwiseAbs().maxCoeff(), 1e-9);
  }
}

TEST(Projection, KeepsConcentrationsPositive) {
  const TimeGrid grid(0.0, 12.0, 12);
  const State start{{0.5, 4.5}};
  const FunctionPropagator fine = brusselator(400), coarse = brusselator(6);
  const SerialSolution serial = solve_serial(grid, start, fine);
  ASSERT_FALSE(serial.failure);
  const auto executor = make_serial_executor();
  const PararealOptions options{.tolerance = 1e-10};
  PararealProblem problem{grid, start, coarse, fine};
  const RunRecord without = solve_parareal(problem, options, *executor);
  EXPECT_GT(num_uncrossed(without), 0) << "nothing is to be mended";
  problem.projection = [](StateOut state) { state = state.cwiseMax(0.0).eval(); };
  const RunRecord with = solve_parareal(problem, options, *executor);
  ASSERT_TRUE(with.converged());
  EXPECT_EQ(num_uncrossed(with), 0);
  EXPECT_LE((with.boundaries - serial.boundaries).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(Projection, LeavesTheAnswerAndItsBitsAlone) {
  const TimeGrid grid(0.0, 4.0, 8);
  const State start{{2.0, 4.0}};
  const FunctionPropagator fine = consistent_pair(50), coarse = consistent_pair(2);
  const auto executor = make_serial_executor();
  PararealProblem problem{grid, start, coarse, fine};
  problem.projection = [](StateOut state) { state[1] = state[0] * state[0]; };
  const RunRecord record = solve_parareal(problem, {.tolerance = 0.0}, *executor);
  EXPECT_EQ(record.boundaries, solve_serial(grid, start, fine).boundaries);
}

TEST(Projection, ThatFailsCostsThePrediction) {
  const TimeGrid grid(0.0, 4.0, 8);
  const State start{{2.0, 4.0}};
  const FunctionPropagator fine = consistent_pair(50), coarse = consistent_pair(2);
  const auto executor = make_serial_executor();
  const States serial = solve_serial(grid, start, fine).boundaries;
  const std::vector<StateProjection> failing = {[](StateOut) { throw std::runtime_error("no projection"); },
                                                [](StateOut state) { state[1] = std::nan(""); },
                                                [](StateOut state) { state = State::Ones(3); }};
  for (const StateProjection& projection : failing) {
    PararealProblem problem{grid, start, coarse, fine};
    problem.projection = projection;
    const RunRecord record = solve_parareal(problem, {.tolerance = 0.0}, *executor);
    EXPECT_EQ(record.boundaries, serial);
  }
}

}  // namespace
}  // namespace forerun
