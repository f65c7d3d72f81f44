#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <complex>
#include <thread>
#include <vector>

#include "core/base/errors.h"
#include "core/base/time_grid.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

TEST(BackwardEulerTest, IsAPowerOfItsStabilityFunctionForDahlquist) {
  const auto decay = make_problem("dahlquist", {{"real", -1.0}});
  const State real = propagate(*decay, {"backward_euler", 20}, decay->initial_state(), 0.125);
  EXPECT_NEAR(real[0], std::pow(1.0 + 0.125 / 20.0, -20), 1e-15);

  const auto spiral = make_problem("dahlquist", {{"real", -1.0}, {"imag", 4.0}});
  const State complex = propagate(*spiral, {"backward_euler", 7}, spiral->initial_state(), 1.0);
  const std::complex<double> exact = std::pow(1.0 - std::complex<double>(-1.0, 4.0) / 7.0, -7);
  EXPECT_NEAR(complex[0], exact.real(), 1e-15);
  EXPECT_NEAR(complex[1], exact.imag(), 1e-15);
}

TEST(BackwardEulerTest, SolvesTheImplicitEquationOfTheHeatProblem) {
  const auto heat = make_problem("heat", {{"profile", std::string("hat")}, {"points", std::int64_t{30}}});
  const double step = 0.5;  // far beyond what an explicit method survives
  const State u = propagate(*heat, {"backward_euler", 1}, heat->initial_state(), step);
  const State residual = u - step * derivative(*heat, u) - heat->initial_state();
  EXPECT_LT(residual.lpNorm<Eigen::Infinity>(), 1e-13);
}

TEST(BackwardEulerTest, ConvergesWithOrderOne) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{15}}});
  const double rate = 0.1 * 4.0 * 256.0 * std::pow(std::sin(std::acos(-1.0) / 32.0), 2);
  const State exact = std::exp(-rate) * heat->initial_state();
  const auto error = [&](Index steps) {
    return (propagate(*heat, {"backward_euler", steps}, heat->initial_state(), 1.0) - exact).norm();
  };
  EXPECT_NEAR(std::log2(error(50) / error(100)), 1.0, 0.2);
}

TEST(BackwardEulerTest, ForgetsWhatItDidBefore) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{15}}});
  const auto used = heat->make_propagator({"backward_euler", 3});
  const State u = heat->initial_state();
  State result(15);
  const TimeGrid grid(0.0, 1.0, 100);
  for (Index n = 0; n < 100; ++n)
    used->propagate({n, grid.boundary(n), 1.0 + 0.01 * static_cast<double>(n)}, u, result);
  used->propagate(grid.slice(7), u, result);
  State fresh(15);
  heat->make_propagator({"backward_euler", 3})->propagate(grid.slice(7), u, fresh);
  EXPECT_EQ(result, fresh);
}

TEST(BackwardEulerTest, GivesTheSameBitsOnSeveralThreadsWithMoreStepLengthsThanAreKept) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{15}}});
  const auto shared = heat->make_propagator({"backward_euler", 3});
  const State u = heat->initial_state();
  constexpr Index num_lengths = 100;
  const auto slice = [](Index n) { return Slice{n, 0.0, 0.01 * static_cast<double>(n % num_lengths + 1)}; };
  States results(15, 4 * num_lengths);
  {
    std::vector<std::jthread> threads;
    for (Index t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (Index i = 0; i < num_lengths; ++i) {
          const Index n = t * num_lengths + (t % 2 == 0 ? i : num_lengths - 1 - i);
          shared->propagate(slice(n), u, results.col(n));
        }
      });
    }
  }
  for (Index n = 0; n < results.cols(); ++n) {
    State fresh(15);
    heat->make_propagator({"backward_euler", 3})->propagate(slice(n), u, fresh);
    EXPECT_EQ(results.col(n), fresh);
  }
}

TEST(BackwardEulerTest, SaysWhereItsMatrixIsSingular) {
  const auto growth = make_problem("dahlquist", {{"real", 4.0}});
  const auto propagator = growth->make_propagator({"backward_euler", 1});
  State result(1);
  try {
    propagator->propagate({0, 0.5, 0.75}, growth->initial_state(), result);
    FAIL() << "I − hA = 0 went unnoticed";
  } catch (const PropagationError& error) {
    EXPECT_EQ(error.time(), 0.5);
  }
}

}  // namespace
}  // namespace forerun
