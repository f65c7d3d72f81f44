#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

constexpr double pi = std::numbers::pi;

TEST(Brusselator2dTest, ApproachesDiffusionOnAPeriodicSquareWithSecondOrder) {
  // At u = 1, v = 3 + waves.
  const auto error = [](std::int64_t cells) {
    const Index m = cells, n = m * m;
    const auto problem = make_problem("brusselator_2d", {{"cells", cells}, {"length", 1.0}});
    State state(2 * n), exact(2 * n);
    for (Index i = 0; i < n; ++i) {
      const double x = 2.0 * pi * static_cast<double>(i % m) / static_cast<double>(m);
      const double y = 2.0 * pi * static_cast<double>(i / m) / static_cast<double>(m);
      const double u = 1.0 + 0.5 * std::sin(x) * std::cos(y), v = 3.0 + std::cos(x + 2.0 * y);
      state[i] = u;
      state[n + i] = v;
      exact[i] = 1.0 - 4.0 * u + u * u * v - 0.01 * 8.0 * pi * pi * (u - 1.0);
      exact[n + i] = 3.0 * u - u * u * v - 0.001 * 20.0 * pi * pi * (v - 3.0);
    }
    return (derivative(*problem, state) - exact).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(24) / error(48)), 2.0, 0.1);
}

TEST(Brusselator2dTest, WithoutDifferencesIsTheBrusselator) {
  const auto plane = make_problem("brusselator_2d", {{"cells", std::int64_t{3}}, {"b", 2.5}});
  State state(18);
  state << State::Constant(9, 1.5), State::Constant(9, 2.0);
  const State point = derivative(*make_problem("brusselator", {{"b", 2.5}}), State{{1.5, 2.0}});
  State expected(18);
  expected << State::Constant(9, point[0]), State::Constant(9, point[1]);
  EXPECT_LE((derivative(*plane, state) - expected).lpNorm<Eigen::Infinity>(), 1e-15);
}

TEST(Brusselator2dTest, StartsFromRestWithNormalNoiseThatItsSeedDetermines) {
  constexpr std::int64_t cells = 64;
  const State first = make_problem("brusselator_2d", {{"cells", cells}})->initial_state();
  EXPECT_EQ(first, make_problem("brusselator_2d", {{"cells", cells}})->initial_state());
  EXPECT_NE(first, make_problem("brusselator_2d", {{"cells", cells}, {"seed", std::int64_t{2}}})->initial_state());
  const Eigen::ArrayXd noise = first.tail(64 * 64).array() - 3.0;
  EXPECT_EQ(first.head(64 * 64), State::Ones(64 * 64));
  EXPECT_NEAR(noise.mean(), 0.0, 0.005);
  EXPECT_NEAR(std::sqrt(noise.square().mean()), 0.1, 0.004);
  EXPECT_NEAR(noise.pow(4).mean() / std::pow(0.1, 4), 3.0, 0.4);
}

TEST(Brusselator3dTest, ApproachesDiffusionInAPeriodicCubeWithSecondOrder) {
  // At u = 1, v = 3 + waves, the ones of each axis among them.
  const auto error = [](std::int64_t cells) {
    const Index m = cells, n = m * m * m;
    const auto problem = make_problem("brusselator_3d", {{"cells", cells}, {"length", 1.0}});
    State state(2 * n), exact(2 * n);
    for (Index i = 0; i < n; ++i) {
      const double step = 2.0 * pi / static_cast<double>(m);
      const double x = step * static_cast<double>(i % m), y = step * static_cast<double>(i / m % m),
                   z = step * static_cast<double>(i / (m * m));
      const double u = 1.0 + 0.5 * std::sin(x) * std::cos(y) * std::sin(z), v = 3.0 + std::cos(x + 2.0 * y - z);
      state[i] = u;
      state[n + i] = v;
      exact[i] = 1.0 - 4.0 * u + u * u * v - 0.01 * 12.0 * pi * pi * (u - 1.0);
      exact[n + i] = 3.0 * u - u * u * v - 0.001 * 24.0 * pi * pi * (v - 3.0);
    }
    return (derivative(*problem, state) - exact).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(16) / error(32)), 2.0, 0.1);
}

/// Each plane of a cube is the square where planes do not differ, whichever axis they lie across.
TEST(Brusselator3dTest, IsTheOneOfTheSquareForDataThatAreConstantAlongAnAxis) {
  constexpr Index m = 6;
  const auto square = make_problem("brusselator_2d", {{"cells", std::int64_t{m}}, {"length", 3.0}, {"b", 2.5}});
  const auto cube = make_problem("brusselator_3d", {{"cells", std::int64_t{m}}, {"length", 3.0}, {"b", 2.5}});
  const State in_plane = square->initial_state();
  const State plane_change = derivative(*square, in_plane);
  for (int axis = 0; axis < 3; ++axis) {
    const auto place_in_plane = [&](Index i) {
      const Index x = i % m, y = i / m % m, z = i / (m * m);
      return axis == 0 ? y * m + x : axis == 1 ? z * m + x : z * m + y;
    };
    State state(2 * m * m * m), expected(2 * m * m * m);
    for (Index field = 0; field < 2; ++field) {
      for (Index i = 0; i < m * m * m; ++i) {
        state[field * m * m * m + i] = in_plane[field * m * m + place_in_plane(i)];
        expected[field * m * m * m + i] = plane_change[field * m * m + place_in_plane(i)];
      }
    }
    EXPECT_LT((derivative(*cube, state) - expected).lpNorm<Eigen::Infinity>(), 1e-14) << axis;
    EXPECT_GT(plane_change.lpNorm<Eigen::Infinity>(), 0.01);
  }
}

TEST(Brusselator3dTest, StartsFromRestWithNormalNoiseThatItsSeedDetermines) {
  constexpr std::int64_t cells = 16;
  constexpr Index num_cells = 4096;
  const State first = make_problem("brusselator_3d", {{"cells", cells}})->initial_state();
  EXPECT_EQ(first, make_problem("brusselator_3d", {{"cells", cells}})->initial_state());
  EXPECT_NE(first, make_problem("brusselator_3d", {{"cells", cells}, {"seed", std::int64_t{2}}})->initial_state());
  const Eigen::ArrayXd noise = first.tail(num_cells).array() - 3.0;
  EXPECT_EQ(first.head(num_cells), State::Ones(num_cells));
  EXPECT_NEAR(noise.mean(), 0.0, 0.005);
  EXPECT_NEAR(std::sqrt(noise.square().mean()), 0.1, 0.004);
}

/// Diffusion takes each wave's part from it at the rate of its seven-point eigenvalue, where nothing reacts.
TEST(Brusselator3dTest, StatesDiffusionAsItsStiffPart) {
  constexpr Index m = 8, n = m * m * m;
  const auto problem = make_problem("brusselator_3d", {{"cells", std::int64_t{m}}, {"length", 8.0}});
  State wave(2 * n), change(2 * n);
  for (Index i = 0; i < n; ++i) {
    const double place = static_cast<double>(i % m + 2 * (i / m % m) + 3 * (i / (m * m)));
    wave[i] = wave[n + i] = std::cos(2.0 * pi * place / static_cast<double>(m));
  }
  double eigenvalue = 0.0;
  for (const double k : {1.0, 2.0, 3.0}) eigenvalue -= std::pow(2.0 * std::sin(pi * k / static_cast<double>(m)), 2);
  problem->stiff_part()->evaluate(0.0, wave, change);
  EXPECT_LT((change.head(n) - 0.01 * eigenvalue * wave.head(n)).lpNorm<Eigen::Infinity>(), 1e-15);
  EXPECT_LT((change.tail(n) - 0.001 * eigenvalue * wave.tail(n)).lpNorm<Eigen::Infinity>(), 1e-15);
}

}  // namespace
}  // namespace forerun
