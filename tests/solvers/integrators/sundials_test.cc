#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/sundials/sundials_entries.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

class Sundials : public testing::TestWithParam<std::string> {};

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const IntegratorEntry& entry : sundials_entries()) all.push_back(entry.name);
  return all;
}

TEST_P(Sundials, FollowsItsTolerance) {
  const auto problem = make_problem("fitzhugh_nagumo");
  const StateNorm norm(problem->bounds());
  const State exact = propagate(*problem, {"dopri5", 1e-12}, problem->initial_state(), 2.0);
  double last = 1.0;
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    const double error =
        norm.distance(propagate(*problem, {GetParam(), tolerance}, problem->initial_state(), 2.0), exact);
    EXPECT_LT(error, 300.0 * tolerance) << tolerance;
    EXPECT_LT(error, last) << tolerance;
    last = error;
  }
}

TEST_P(Sundials, SolvesNewtonsSystemsOnAMesh) {
  const auto problem = make_problem("burgers");
  const StateNorm norm(problem->bounds());
  const State exact = propagate(*problem, {"dopri5", 1e-11}, problem->initial_state(), 0.5);
  EXPECT_LT(norm.distance(propagate(*problem, {GetParam(), 1e-7}, problem->initial_state(), 0.5), exact), 1e-4);
}

TEST_P(Sundials, EndsWhenAStopWasRequested) {
  const auto problem = make_problem("lorenz");
  std::stop_source stop;
  stop.request_stop();
  const std::stop_token token = stop.get_token();
  const StopScope scope(token);
  EXPECT_THROW(propagate(*problem, {GetParam(), 1e-8}, problem->initial_state(), 1e9), StopRequested);
}

TEST_P(Sundials, SaysWhereItGaveUp) {
  const auto problem = make_problem("burgers");
  const State wild = State::Constant(problem->dimension(), 1e300);
  State out(problem->dimension());
  EXPECT_THROW(problem->make_propagator({GetParam(), 1e-6})->propagate({0, 2.0, 3.0}, wild, out), PropagationError);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Sundials);
INSTANTIATE_TEST_SUITE_P(Methods, Sundials, testing::ValuesIn(names()), [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forerun
