#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/equations/equation_problem.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

class AdaptiveImplicitRkTest : public testing::TestWithParam<std::string> {};

/// u' = −λ (u − cos t) − sin t, u = cos t, with a stiff λ (Prothero, Robinson 1974).
struct ProtheroRobinson : SystemEquation<1> {
  static constexpr std::string_view name = "prothero_robinson";
  double lambda = 1e4;
  State initial_state() const { return State::Ones(1); }
  StateBounds bounds() const { return uniform_bounds(1, -1.0, 1.0); }
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    const SinCos<Scalar> angle = sin_cos(t);
    du[0] = -lambda * (u[0] - angle.cos) - angle.sin;
  }
};

TEST_P(AdaptiveImplicitRkTest, MeetsItsToleranceOnAStiffEquationThatDependsOnTime) {
  const EquationProblem<ProtheroRobinson> problem{ProtheroRobinson()};
  for (double tolerance = 1e-3; tolerance > 1e-11; tolerance *= 0.1) {
    const State u = propagate(problem, {GetParam(), tolerance}, problem.initial_state(), 10.0);
    EXPECT_LT(std::abs(u[0] - std::cos(10.0)), 10.0 * tolerance) << tolerance;
  }
}

TEST_P(AdaptiveImplicitRkTest, GainsAccuracyInProportionToItsTolerance) {
  const auto problem = make_problem("brusselator");
  const State exact = propagate(*problem, {"rk8", 20000}, problem->initial_state(), 20.0);
  double last = 1.0;
  for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-10}) {
    const double error = (propagate(*problem, {GetParam(), tolerance}, problem->initial_state(), 20.0) - exact).norm();
    EXPECT_LT(error, 1000.0 * tolerance) << tolerance;
    EXPECT_LT(error, 0.1 * last) << tolerance;
    last = error;
  }
}

TEST_P(AdaptiveImplicitRkTest, ObeysTheLawsOfPropagators) {
  for (const char* name : {"lorenz", "burgers", "diffusion_reaction", "heat", "robertson", "allen_cahn", "heat_2d"}) {
    const auto problem = make_problem(name);
    const TimeGrid grid(0.1, 0.6, 5);
    States states(problem->dimension(), 5);
    for (Index n = 0; n < 5; ++n) states.col(n) = problem->initial_state() * (1.0 + 0.01 * static_cast<double>(n));
    conformance::expect_propagator_laws(*problem->make_propagator({GetParam(), 1e-6}), grid, states);
  }
}

TEST_P(AdaptiveImplicitRkTest, WorksMoreForATighterToleranceAndLessWhereNothingHappens) {
  const auto problem = make_problem("burgers");
  const State start = problem->initial_state();
  const auto work = [&](double tolerance, const State& state) {
    return problem->make_propagator({GetParam(), tolerance})->work({0, 0.0, 1.0}, state);
  };
  EXPECT_GT(work(1e-8, start), 1.5 * work(1e-4, start));
  EXPECT_LT(work(1e-8, State::Constant(start.size(), 0.5)), 0.3 * work(1e-8, start));
}

/// Blows up at t = 1.
struct Explosion : SystemEquation<1> {
  static constexpr std::string_view name = "explosion";
  State initial_state() const { return State::Ones(1); }
  StateBounds bounds() const { return uniform_bounds(1, -1.0, 1.0); }
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar&, const Scalar* u, Scalar* du) const {
    du[0] = u[0] * u[0];
  }
};

TEST_P(AdaptiveImplicitRkTest, SaysWhereItsStepsBecameTooSmall) {
  const EquationProblem<Explosion> problem{Explosion()};
  State result(1);
  try {
    problem.make_propagator({GetParam(), 1e-6})->propagate({0, 0.0, 2.0}, problem.initial_state(), result);
    FAIL() << "a pole was crossed";
  } catch (const PropagationError& error) {
    EXPECT_NEAR(error.time(), 1.0, 1e-3);
    EXPECT_THAT(error.what(), testing::HasSubstr("steps shrank"));
  }
}

TEST_P(AdaptiveImplicitRkTest, RefusesATolerance) {
  const auto problem = make_problem("lorenz");
  for (const double tolerance : {0.0, -1.0, 1.0, std::nan("")}) {
    EXPECT_THROW(problem->make_propagator({GetParam(), tolerance}), ParameterError) << tolerance;
  }
}

TEST_P(AdaptiveImplicitRkTest, StopsWhenItIsNoLongerWanted) {
  const auto problem = make_problem("burgers");
  std::stop_source source;
  const std::stop_token token = source.get_token();
  const StopScope scope(token);
  source.request_stop();
  State result(problem->dimension());
  EXPECT_THROW(problem->make_propagator({GetParam(), 1e-6})->propagate({0, 0.0, 1.0}, problem->initial_state(), result),
               StopRequested);
}

INSTANTIATE_TEST_SUITE_P(Methods, AdaptiveImplicitRkTest, testing::Values("esdirk43", "radau5"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forerun
