#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "solvers/integrators/adaptive_rk_propagator.h"
#include "solvers/integrators/butcher_tableau.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// u' = u (1 − u) cos t, u(0) = ½, with u(t) = 1/(1 + exp(−sin t)); counts evaluations, turns NaN beyond `edge`.
struct SeasonalGrowth : SystemEquation<1> {
  static constexpr std::string_view name = "seasonal_growth";

  Index* count = nullptr;
  double edge = std::numeric_limits<double>::infinity();

  State initial_state() const { return State::Constant(1, 0.5); }
  StateBounds bounds() const { return uniform_bounds(1, 0.0, 1.0); }

  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    if (count) ++*count;
    du[0] = t < edge ? u[0] * (1.0 - u[0]) * std::cos(t) : std::nan("");
  }
};

using Adaptive = AdaptiveRkPropagator<SeasonalGrowth, DormandPrince5>;

constexpr double kEnd = 46.0;  // hundreds of steps

double error(double tolerance) {
  const SeasonalGrowth equation;
  State out(1);
  Adaptive(equation, equation.bounds(), tolerance).propagate({0, 0.0, kEnd}, equation.initial_state(), out);
  return 2.0 * std::abs(out[0] - 1.0 / (1.0 + std::exp(-std::sin(kEnd))));  // in the scaled state
}

double evaluations(double tolerance) {
  const SeasonalGrowth equation;
  return Adaptive(equation, equation.bounds(), tolerance).work({0, 0.0, kEnd}, equation.initial_state());
}

TEST(AdaptiveRk, MeetsItsTolerance) {
  for (double tolerance = 1e-3; tolerance > 1e-12; tolerance *= 0.1) {
    EXPECT_LT(error(tolerance), 100.0 * tolerance) << tolerance << ", over hundreds of steps";
  }
}

TEST(AdaptiveRk, GainsItsOrderFromWork) {
  const double from = 1e-6, to = 1e-11;
  EXPECT_NEAR(std::log(error(from) / error(to)) / std::log(evaluations(to) / evaluations(from)), 5.0, 0.5);
  EXPECT_NEAR(std::log(1e-11 / 1e-14) / std::log(evaluations(1e-14) / evaluations(1e-11)), 5.0, 0.5)
      << "work grows with tolerance^(-1/5)";
}

TEST(AdaptiveRk, KnowsItsWork) {
  Index count = 0;
  SeasonalGrowth equation;
  equation.count = &count;
  const Adaptive propagator(equation, equation.bounds(), 1e-8);
  const double work = propagator.work({0, 0.0, kEnd}, equation.initial_state());
  EXPECT_EQ(work, static_cast<double>(count));
}

TEST(AdaptiveRk, ObeysTheLawsOfPropagators) {
  for (const char* name : {"lorenz", "double_pendulum", "burgers", "diffusion_reaction"}) {
    const auto problem = make_problem(name);
    const TimeGrid grid(0.1, 1.1, 9);
    States states(problem->dimension(), 9);
    for (Index n = 0; n < 9; ++n) states.col(n) = problem->initial_state() * (1.0 + 0.01 * static_cast<double>(n));
    conformance::expect_propagator_laws(*problem->make_propagator({"dopri5", 1e-6}), grid, states);
  }
}

TEST(AdaptiveRk, AgreesWithManyEqualStepsOnAMesh) {
  for (const char* name : {"burgers", "diffusion_reaction", "heat"}) {
    const auto problem = make_problem(name);
    const State exact = propagate(*problem, {"rk8", 400}, problem->initial_state(), 0.05);
    for (const double tolerance : {1e-5, 1e-8}) {
      const State u = propagate(*problem, {"dopri5", tolerance}, problem->initial_state(), 0.05);
      EXPECT_LT(StateNorm(problem->bounds()).distance(u, exact), 100.0 * tolerance) << name;
    }
  }
}

TEST(AdaptiveRk, StandsStillWhereNothingMoves) {
  const auto heat = make_problem("heat");
  const State zero = State::Zero(heat->dimension());
  EXPECT_EQ(propagate(*heat, {"dopri5", 1e-6}, zero, 1.0), zero);
}

TEST(AdaptiveRk, NamesTheTimeWhereItsStepsBecomeTooSmall) {
  SeasonalGrowth equation;
  equation.edge = 1.25;
  const Adaptive propagator(equation, equation.bounds(), 1e-6);
  State out(1);
  try {
    propagator.propagate({0, 0.0, kEnd}, equation.initial_state(), out);
    FAIL() << "an equation without values was integrated";
  } catch (const PropagationError& failure) {
    EXPECT_NEAR(failure.time(), 1.25, 1e-3);
    EXPECT_THAT(failure.what(), testing::HasSubstr("the tolerance cannot be met"));
  }
  const State infinite = State::Constant(1, std::numeric_limits<double>::infinity());
  EXPECT_THROW(propagator.propagate({0, 0.0, 1.0}, infinite, out), PropagationError);
}

TEST(AdaptiveRk, WantsATolerance) {
  const auto lorenz = make_problem("lorenz");
  for (const double tolerance : {0.0, -1e-6, 1.0, std::nan("")}) {
    try {
      lorenz->make_propagator({"dopri5", tolerance});
      FAIL() << tolerance << " was accepted";
    } catch (const ParameterError& refusal) {
      EXPECT_EQ(refusal.name(), "tolerance");
      EXPECT_THAT(refusal.what(), testing::HasSubstr("must be a finite number > 0"));
    }
  }
}

TEST(AdaptiveRk, TolerancesMakeALadder) {
  const auto problem = make_problem("fitzhugh_nagumo");
  const TimeGrid grid(0.0, 40.0, 40);
  const State initial = problem->initial_state();
  const auto coarse = problem->make_propagator({"rk2", 4});
  const auto loose = problem->make_propagator({"dopri5", 1e-4});
  const auto medium = problem->make_propagator({"dopri5", 1e-8});
  const auto fine = problem->make_propagator({"dopri5", 1e-11});
  const FidelityLadder ladder({loose.get(), medium.get(), fine.get()}, grid.slice(0), initial);
  EXPECT_EQ(ladder.relative_work(1), medium->work(grid.slice(0), initial) / fine->work(grid.slice(0), initial));
  EXPECT_LT(ladder.relative_work(0), ladder.relative_work(1));

  const States serial = solve_serial(grid, initial, *fine).boundaries;
  PararealOptions options;
  options.norm = StateNorm(problem->bounds());
  options.stopping = StoppingRule::estimate;
  const auto executor = make_serial_executor();
  const RunRecord plain = solve_parareal({grid, initial, *coarse, *fine, nullptr, &serial}, options, *executor);
  const RunRecord climbing = solve_parareal({grid, initial, *coarse, ladder, nullptr, &serial}, options, *executor);
  ASSERT_TRUE(plain.converged() && climbing.converged());
  EXPECT_LE(*climbing.error(), options.tolerance);
  EXPECT_LT(climbing.effective_sweeps(), 0.7 * plain.effective_sweeps());
}

}  // namespace
}  // namespace forerun
