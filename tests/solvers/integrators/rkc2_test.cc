#include "solvers/integrators/rkc2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

TEST(Rkc2, StaysStableWhereStepsAreFarTooLongForOthers) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{200}}});
  State rough(heat->dimension());
  for (Index i = 0; i < rough.size(); ++i) rough[i] = i % 2 == 0 ? 1.0 : -1.0;
  const double end = 0.1;
  EXPECT_GT(propagate(*heat, {"rk4", 20}, rough, end).norm(), 1e6);
  const State end_state = propagate(*heat, {"rkc2", 20}, rough, end);
  EXPECT_LT(end_state.norm(), rough.norm());
  EXPECT_NEAR(propagate(*heat, {"rkc2", 20}, heat->initial_state(), end).norm(),
              propagate(*heat, {"backward_euler", 4000}, heat->initial_state(), end).norm(),
              2e-3 * heat->initial_state().norm());
}

TEST(Rkc2, TakesStagesInProportionToTheRootOfTheStiffness) {
  const auto work = [](std::int64_t points) {
    const auto heat = make_problem("heat", {{"points", points}});
    return heat->make_propagator({"rkc2", 4})->work({0, 0.0, 0.1}, heat->initial_state());
  };
  EXPECT_NEAR(work(400) / work(200), 2.0, 0.1);
}

TEST(Rkc2, MeetsItsToleranceOnAStiffEquation) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{100}}});
  const State initial = heat->initial_state();
  const State exact = propagate(*heat, {"dopri5", 1e-11}, initial, 0.05);
  const StateNorm norm(heat->bounds());
  for (const double tolerance : {1e-3, 1e-5, 1e-7}) {
    const auto solver = heat->make_propagator({"rkc", tolerance});
    State end(heat->dimension());
    solver->propagate({0, 0.0, 0.05}, initial, end);
    EXPECT_LT(norm.distance(end, exact), 20.0 * tolerance) << tolerance;
  }
}

TEST(Rkc2, CostsLessThanStepsThatFollowStability) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{200}}});
  const auto work = [&](const SolverSpec& spec) {
    return heat->make_propagator(spec)->work({0, 0.0, 0.1}, heat->initial_state());
  };
  EXPECT_LT(work({"rkc", 1e-4}), 0.2 * work({"dopri5", 1e-4}));
}

TEST(Rkc2, StandsStillWhereNothingMoves) {
  const auto heat = make_problem("heat");
  const State zero = State::Zero(heat->dimension());
  EXPECT_EQ(propagate(*heat, {"rkc", 1e-6}, zero, 1.0), zero);
  EXPECT_EQ(propagate(*heat, {"rkc2", 3}, zero, 1.0), zero);
}

}  // namespace
}  // namespace forerun
