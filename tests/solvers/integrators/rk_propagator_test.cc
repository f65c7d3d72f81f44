#include "solvers/integrators/rk_propagator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/time_grid.h"
#include "solvers/equations/equation_problem.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// u' = 1 as long as u < `edge`, then NaN.
struct Cliff : SystemEquation<1> {
  static constexpr std::string_view name = "cliff";

  double edge;

  explicit Cliff(double where) : edge(where) {}
  State initial_state() const { return State::Zero(1); }
  StateBounds bounds() const { return uniform_bounds(1, 0.0, 1.0); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = each_lane(u[0], [this](double x) { return x < edge ? 1.0 : std::numeric_limits<double>::quiet_NaN(); });
  }
};

TEST(RkPropagatorTest, NamesTheTimeAtWhichTheRightHandSideTurnsNan) {
  const RkPropagator<Cliff, Rk1> propagator(Cliff(0.55), 10);
  State out(1);
  try {
    propagator.propagate({0, 2.0, 3.0}, State::Zero(1), out);
    FAIL() << "NaN went unnoticed";
  } catch (const PropagationError& error) {
    EXPECT_DOUBLE_EQ(error.time(), 2.6);
    EXPECT_THAT(error.what(), testing::HasSubstr("step 7 of 10, between t = 2.6 and t = 2.7"));
  }
}

TEST(RkPropagatorTest, NamesTheBeginOfTheSliceWhenTheStateIsNanAlready) {
  const RkPropagator<Cliff, Rk4> propagator(Cliff(0.5), 4);
  State out(1);
  try {
    propagator.propagate({0, 2.0, 3.0}, State::Constant(1, std::nan("")), out);
    FAIL() << "NaN went unnoticed";
  } catch (const PropagationError& error) {
    EXPECT_EQ(error.time(), 2.0);
  }
}

TEST(RkPropagatorTest, LeavesANonFiniteColumnInABlockAndTheOthersUntouched) {
  const RkPropagator<Cliff, Rk4> propagator(Cliff(1.5), 4);
  const TimeGrid grid(0.0, 5.0, 5);
  States in(1, 5);
  in << 0.0, 0.25, 1.0, 0.125, 2.0;
  States out(1, 5);
  propagator.propagate_block(grid.slices(0, 5), in, out);
  EXPECT_DOUBLE_EQ(out(0, 0), 1.0);
  EXPECT_DOUBLE_EQ(out(0, 1), 1.25);
  EXPECT_TRUE(std::isnan(out(0, 2)));
  EXPECT_DOUBLE_EQ(out(0, 3), 1.125);
  EXPECT_TRUE(std::isnan(out(0, 4)));
}

TEST(RkPropagatorTest, LeavesANonFiniteColumnOfAFieldToo) {
  const auto burgers = make_problem("burgers");
  const auto propagator = burgers->make_propagator({"rk1", 1});
  const TimeGrid grid(0.0, 0.02, 2);
  States in(128, 2);
  in.col(0) = burgers->initial_state();
  in.col(1) = State::Constant(128, std::numeric_limits<double>::infinity());
  States out(128, 2);
  propagator->propagate_block(grid.slices(0, 2), in, out);
  EXPECT_TRUE(out.col(0).allFinite());
  EXPECT_FALSE(out.col(1).allFinite());
}

TEST(RkPropagatorTest, CountsItsWorkInEvaluationsOfTheRightHandSide) {
  EXPECT_EQ((RkPropagator<Cliff, Rk8>(Cliff(1.0), 20).work_per_slice()), 220.0);
  EXPECT_EQ((RkPropagator<Cliff, Rk1>(Cliff(1.0), 20).work_per_slice()), 20.0);
}

TEST(RkPropagatorTest, ComputesTheTimeOfAStepFromItsIndex) {
  EXPECT_EQ(step_begin({0, 0.1, 0.4}, 2, 3), 0.1 + (0.4 - 0.1) * 2.0 / 3.0);
}

TEST(RkPropagatorTest, WantsAtLeastOneStep) {
  try {
    make_problem("lorenz")->make_propagator({"rk4", 0});
    FAIL() << "0 steps were accepted";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), "steps");
    EXPECT_STREQ(error.what(), "steps = 0: must be an integer ≥ 1 and ≤ 1000000000");
  }
}

}  // namespace
}  // namespace forerun
