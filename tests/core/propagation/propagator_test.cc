#include "core/propagation/propagator.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "core/propagation/serial_fine.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

TEST(FunctionPropagator, KeepsThePropagatorLaws) {
  const TimeGrid grid(0.0, 2.0, 11);
  const FunctionPropagator propagator = testing::nonlinear_pair(7);
  conformance::expect_propagator_laws(propagator, grid, States::Random(2, 11));
}

TEST(FunctionPropagator, RefusesWhatCannotPropagate) {
  EXPECT_THROW(FunctionPropagator(0, [](const Slice&, const StateView&, StateOut) {}), std::invalid_argument);
  EXPECT_THROW(FunctionPropagator(1, nullptr), std::invalid_argument);
}

TEST(SerialFine, StepsSliceBySlice) {
  const TimeGrid grid(0.0, 1.0, 8);
  const auto propagator = testing::backward_euler(-2.0, 10);
  const SerialSolution solution = solve_serial(grid, testing::vector({1.0}), propagator);
  State state = testing::vector({1.0});
  for (Index n = 0; n < 8; ++n) {
    EXPECT_EQ(solution.boundaries.col(n), state);
    State next(1);
    propagator.propagate(grid.slice(n), state, next);
    state = next;
  }
  EXPECT_EQ(solution.boundaries.col(8), state);
  EXPECT_FALSE(solution.failure);
}

TEST(SerialFine, FailureNamesItsSliceAndLeavesTheRestUnset) {
  const TimeGrid grid(0.0, 1.0, 5);
  const FunctionPropagator blow_up(1, [](const Slice& slice, const StateView& in, StateOut out) {
    out[0] = slice.index == 2 ? std::numeric_limits<double>::infinity() : in[0];
  });
  const SerialSolution solution = solve_serial(grid, testing::vector({1.0}), blow_up);
  ASSERT_TRUE(solution.failure);
  EXPECT_EQ(solution.failure->slice, 2);
  EXPECT_TRUE(solution.boundaries.leftCols(3).allFinite());
  EXPECT_TRUE(solution.boundaries.rightCols(2).array().isNaN().all());
}

}  // namespace
}  // namespace forerun
