#include "core/base/state_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/parareal/state_guard.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::vector;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(StateNorm, IsTheMaximumNormOfTheScaledState) {
  EXPECT_EQ(StateNorm().distance(vector({1.0, 5.0}), vector({2.0, 2.0})), 3.0);
  const StateNorm scaled({vector({0.0, -10.0}), vector({1.0, 10.0})});
  EXPECT_DOUBLE_EQ(scaled.distance(vector({1.0, 5.0}), vector({2.0, 2.0})), 2.0);
}

TEST(StateNorm, NeverOverlooksNaN) {
  for (Index size = 1; size <= 20; ++size) {
    for (Index i = 0; i < size; ++i) {
      State bad = State::Zero(size);
      bad[i] = kNaN;
      const StateBounds bounds{State::Constant(size, -1.0), State::Constant(size, 2.0)};
      EXPECT_TRUE(std::isnan(StateNorm().distance(bad, State::Ones(size))));
      EXPECT_TRUE(std::isnan(StateNorm(bounds).distance(State::Ones(size), bad)));
    }
  }
}

TEST(StateNorm, RefusesBoundsThatBoundNothing) {
  EXPECT_THROW(StateNorm({vector({0.0}), vector({0.0})}), std::invalid_argument);
  EXPECT_THROW(StateNorm({vector({0.0}), vector({1.0, 2.0})}), std::invalid_argument);
  EXPECT_THROW(StateNorm({vector({kNaN}), vector({1.0})}), std::invalid_argument);
}

TEST(StateGuard, AdmitsTheBoxAndItsMarginAndNothingElse) {
  const auto executor = make_serial_executor();
  StateGuard guard({}, 0.2);
  States states(2, 3);
  states << 0.0, 1.0, 0.5, -10.0, 0.0, 10.0;
  guard.include(states, *executor);
  EXPECT_TRUE(guard.admits(vector({0.0, -10.0})));
  EXPECT_TRUE(guard.admits(vector({1.19, 13.9})));
  EXPECT_FALSE(guard.admits(vector({1.21, 0.0})));
  EXPECT_FALSE(guard.admits(vector({0.5, -14.1})));
  EXPECT_FALSE(guard.admits(vector({kNaN, 0.0})));
  EXPECT_FALSE(guard.admits(vector({0.5, -std::numeric_limits<double>::infinity()})));
}

TEST(StateGuard, AnEndWithoutLimitLeavesTheOtherAsItIs) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double margin : {0.0, 0.5}) {
    const StateGuard guard({State{{-infinity, 0.0}}, State{{infinity, infinity}}}, margin);
    EXPECT_TRUE(guard.admits(State{{-1e300, 0.0}}));
    EXPECT_TRUE(guard.admits(State{{1e300, 1e300}}));
    EXPECT_FALSE(guard.admits(State{{0.0, -0.01}}));
    EXPECT_FALSE(guard.admits(State{{infinity, 0.0}}));
  }
}

TEST(StateGuard, KnowingNothingItAdmitsWhatIsFinite) {
  const StateGuard guard;
  EXPECT_TRUE(guard.admits(vector({1e300})));
  EXPECT_FALSE(guard.admits(vector({kNaN})));
}

TEST(StateGuard, BoxDoesNotDependOnTheNumberOfThreads) {
  const States states = States::Random(10000, 5);
  StateGuard one({}, 0.0);
  StateGuard many({}, 0.0);
  one.include(states, *make_serial_executor());
  many.include(states, *make_tbb_executor(4));
  for (Index j = 0; j < states.cols(); ++j) {
    EXPECT_TRUE(one.admits(states.col(j)));
    EXPECT_TRUE(many.admits(states.col(j)));
  }
  const State corner = states.rowwise().maxCoeff();
  EXPECT_TRUE(one.admits(corner) && many.admits(corner));
}

}  // namespace
}  // namespace forerun
