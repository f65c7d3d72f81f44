#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

constexpr double pi = std::numbers::pi;

void expect_rest(const OdeProblem& problem, const State& state) {
  EXPECT_LT(derivative(problem, state).lpNorm<Eigen::Infinity>(), 1e-13) << problem.name();
}

TEST(LorenzTest, RestsInTheCentresOfItsRollsAndIsSymmetric) {
  const auto lorenz = make_problem("lorenz");
  const double x = std::sqrt(8.0 / 3.0 * 27.0);
  expect_rest(*lorenz, State{{x, x, 27.0}});
  expect_rest(*lorenz, State{{-x, -x, 27.0}});
  const State turned{{-1.0, -2.0, 3.0}};
  const State f = derivative(*lorenz, State{{1.0, 2.0, 3.0}});
  EXPECT_EQ(derivative(*lorenz, turned), (State{{-f[0], -f[1], f[2]}}));
}

TEST(RosslerTest, RestsWhereItsEquationsSay) {
  const double a = 0.2;
  const double b = 0.2;
  const double c = 5.7;
  const double x = 0.5 * (c - std::sqrt(c * c - 4.0 * a * b));
  expect_rest(*make_problem("rossler"), State{{x, -x / a, x / a}});
}

TEST(BrusselatorTest, RestsAtAAndBOverA) {
  expect_rest(*make_problem("brusselator", {{"a", 1.5}, {"b", 2.7}}), State{{1.5, 1.8}});
}

TEST(FitzhughNagumoTest, RestsOnTheCrossingOfItsNullclines) {
  // x = a − b y and y = x³/3 − x cross at x = 1, y = −2/3 when a = 1 + b y.
  expect_rest(*make_problem("fitzhugh_nagumo", {{"a", 1.0 - 0.2 * 2.0 / 3.0}}), State{{1.0, -2.0 / 3.0}});
}

TEST(FitzhughNagumoTest, MovesAsPublishedAwayFromRest) {
  const State f = derivative(*make_problem("fitzhugh_nagumo"), State{{-1.0, 1.0}});
  EXPECT_NEAR(f[0], 3.0 * (-1.0 + 1.0 / 3.0 + 1.0), 1e-15);
  EXPECT_NEAR(f[1], -(-1.0 - 0.2 + 0.2) / 3.0, 1e-15);
}

TEST(HopfTest, TurnsAtUnitSpeedWhileItsRadiusObeysTheNormalForm) {
  const State u{{0.3, -0.4, 200.0}};
  const State f = derivative(*make_problem("hopf"), u);
  const double radius_squared = 0.25;
  EXPECT_NEAR(u[0] * f[0] + u[1] * f[1], radius_squared * (0.4 - radius_squared), 1e-15);
  EXPECT_NEAR(u[0] * f[1] - u[1] * f[0], radius_squared, 1e-15);
  EXPECT_EQ(f[2], 1.0);
}

TEST(HopfTest, CarriesTimeAsItsThirdComponent) {
  const auto hopf = make_problem("hopf");
  EXPECT_EQ(hopf->initial_state()[2], hopf->default_begin());
  EXPECT_EQ(initial_state_at(*hopf, 7.0), (State{{0.1, 0.1, 7.0}}));
  EXPECT_NEAR(propagate(*hopf, {"rk8", 100}, hopf->initial_state(), 30.0)[2], 10.0, 1e-12);
}

TEST(DoublePendulumTest, KeepsItsEnergy) {
  const auto pendulum = make_problem("double_pendulum", {{"gravity", 1.7}});
  const auto energy = [](const State& u) {
    const double kinetic = u[1] * u[1] + 0.5 * u[3] * u[3] + u[1] * u[3] * std::cos(u[0] - u[2]);
    return kinetic - 1.7 * (2.0 * std::cos(u[0]) + std::cos(u[2]));
  };
  const State start{{1.1, 0.4, -0.6, 0.2}};
  const State end = propagate(*pendulum, {"rk8", 4000}, start, 20.0);
  EXPECT_GT((end - start).norm(), 0.1);
  EXPECT_NEAR(energy(end), energy(start), 1e-11);
}

TEST(DahlquistTest, IsTheExponential) {
  const auto decay = make_problem("dahlquist", {{"real", -2.0}});
  EXPECT_EQ(decay->dimension(), 1);
  EXPECT_NEAR(propagate(*decay, {"rk8", 40}, decay->initial_state(), 1.0)[0], std::exp(-2.0), 1e-14);
  const auto spiral = make_problem("dahlquist", {{"real", -0.5}, {"imag", 3.0}});
  const State u = propagate(*spiral, {"rk8", 40}, spiral->initial_state(), 1.0);
  EXPECT_NEAR(u[0], std::exp(-0.5) * std::cos(3.0), 1e-13);
  EXPECT_NEAR(u[1], std::exp(-0.5) * std::sin(3.0), 1e-13);
}

TEST(HeatTest, LetsEachSineDecayAtItsOwnRate) {
  for (const std::int64_t mode : {1, 3, 20}) {
    const auto heat = make_problem("heat", {{"points", std::int64_t{20}}, {"mode", mode}, {"diffusivity", 0.3}});
    const double rate = 0.3 * 4.0 * 21.0 * 21.0 * std::pow(std::sin(static_cast<double>(mode) * pi / 42.0), 2);
    const State exact = std::exp(-rate * 0.01) * heat->initial_state();
    const State u = propagate(*heat, {"rk8", 40}, heat->initial_state(), 0.01);
    EXPECT_LT((u - exact).lpNorm<Eigen::Infinity>(), 1e-13) << "mode " << mode;
  }
}

TEST(HeatTest, ApproachesThePartialDifferentialEquationWithSecondOrder) {
  const auto error = [](std::int64_t points) {
    const auto heat = make_problem("heat", {{"points", points}});
    const State exact = -0.1 * pi * pi * heat->initial_state();
    return (derivative(*heat, heat->initial_state()) - exact).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(63) / error(127)), 2.0, 0.1);
}

TEST(HeatTest, StartsFromProfilesWithinItsBounds) {
  for (const char* profile : {"sine", "hat", "random"}) {
    const State u =
        make_problem("heat", {{"profile", std::string(profile)}, {"mode", std::int64_t{5}}})->initial_state();
    EXPECT_LE(u.lpNorm<Eigen::Infinity>(), 1.0) << profile;
    EXPECT_GT(u.lpNorm<Eigen::Infinity>(), 0.05) << profile;
  }
}

TEST(BurgersTest, StartsFromThePublishedCosine) {
  const State u = make_problem("burgers")->initial_state();
  ASSERT_EQ(u.size(), 128);
  EXPECT_NEAR(u[0], 0.5 * (std::cos(4.5 * pi) + 1.0), 1e-15);
  EXPECT_NEAR(u[127], 0.5 * (std::cos(4.5 * pi) + 1.0), 1e-15);
  EXPECT_NEAR(u[32], 0.5 * (std::cos(4.5 * pi * (-1.0 + 64.0 / 127.0)) + 1.0), 1e-15);
}

TEST(BurgersTest, AQuarterPeriodOfPhaseTurnsTheCosineIntoASine) {
  const State u = make_problem("burgers", {{"wave_number", 3.0}, {"phase", -std::numbers::pi / 2.0}})->initial_state();
  for (Index i = 0; i < u.size(); ++i) {
    const double x = -1.0 + 2.0 * static_cast<double>(i) / static_cast<double>(u.size() - 1);
    EXPECT_NEAR(u[i], 0.5 * (std::sin(3.0 * std::numbers::pi * x) + 1.0), 1e-14);
  }
}

TEST(BurgersTest, IsPeriodicInTheIndex) {
  const auto burgers = make_problem("burgers", {{"points", std::int64_t{13}}});
  const State u = burgers->initial_state();
  const State f = derivative(*burgers, u);
  for (Index shift = 1; shift < 13; ++shift) {
    State moved(13);
    for (Index i = 0; i < 13; ++i) moved[(i + shift) % 13] = u[i];
    const State f_moved = derivative(*burgers, moved);
    for (Index i = 0; i < 13; ++i) EXPECT_EQ(f_moved[(i + shift) % 13], f[i]) << shift << ", " << i;
  }
}

TEST(BurgersTest, ApproachesThePartialDifferentialEquationWithSecondOrder) {
  const double nu = 0.05;
  const auto error = [&](std::int64_t points) {
    const auto burgers = make_problem("burgers", {{"points", points}, {"viscosity", nu}});
    const State x = State::LinSpaced(points, -1.0, 1.0);
    const State u = (2.0 * x.array()).sin();
    const State exact = -4.0 * nu * u.array() - u.array() * 2.0 * (2.0 * x.array()).cos();
    return (derivative(*burgers, u) - exact).segment(1, points - 2).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(65) / error(129)), 2.0, 0.1);
}

/// u = cos(π (x+1)/2) cos(π (y+1)), v = cos(π (x+1)): no flux through any wall.
struct ManufacturedFields {
  State state;
  State derivative;
};

ManufacturedFields manufactured(Index cells) {
  const double kappa = 5e-3;
  const Index n = cells * cells;
  ManufacturedFields fields{State(2 * n), State(2 * n)};
  const auto centre = [&](Index i) { return 2.0 * (static_cast<double>(i) + 0.5) / static_cast<double>(cells); };
  for (Index row = 0; row < cells; ++row) {
    for (Index column = 0; column < cells; ++column) {
      const Index i = row * cells + column;
      const double u = std::cos(0.5 * pi * centre(column)) * std::cos(pi * centre(row));
      const double v = std::cos(pi * centre(column));
      fields.state[i] = u;
      fields.state[n + i] = v;
      fields.derivative[i] = u - u * u * u - kappa - v - 1e-3 * 1.25 * pi * pi * u;
      fields.derivative[n + i] = u - v - 5e-3 * pi * pi * v;
    }
  }
  return fields;
}

TEST(DiffusionReactionTest, ApproachesThePartialDifferentialEquationWithSecondOrderUpToTheWalls) {
  const auto error = [](std::int64_t cells) {
    const ManufacturedFields fields = manufactured(cells);
    const auto problem = make_problem("diffusion_reaction", {{"cells", cells}});
    return (derivative(*problem, fields.state) - fields.derivative).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(32) / error(64)), 2.0, 0.1);
}

TEST(DiffusionReactionTest, LetsNothingThroughItsWalls) {
  const auto problem = make_problem("diffusion_reaction", {{"cells", std::int64_t{9}}});
  const State state = problem->initial_state();
  const auto u = state.head(81).array();
  const auto v = state.tail(81).array();
  const State f = derivative(*problem, state);
  EXPECT_NEAR(f.head(81).sum(), (u - u.cube() - 5e-3 - v).sum(), 1e-12);
  EXPECT_NEAR(f.tail(81).sum(), (u - v).sum(), 1e-12);
}

TEST(DiffusionReactionTest, StartsFromNoiseThatItsSeedDetermines) {
  const State first = make_problem("diffusion_reaction")->initial_state();
  EXPECT_EQ(first, make_problem("diffusion_reaction")->initial_state());
  EXPECT_NE(first, make_problem("diffusion_reaction", {{"seed", std::int64_t{2}}})->initial_state());
  EXPECT_GE(first.minCoeff(), 0.0);
  EXPECT_LT(first.maxCoeff(), 1.0);
  EXPECT_NEAR(first.mean(), 0.5, 0.05);
}

/// (η, u, v) and their derivatives, smooth, at the vertices of a mesh.
ManufacturedFields manufactured_water(Index columns, Index rows) {
  const double depth = 0.5, gravity = 9.80665, friction = 0.01, viscosity = 0.1;
  const Index n = columns * rows;
  ManufacturedFields fields{State(3 * n), State(3 * n)};
  for (Index i = 0; i < n; ++i) {
    const double x = -5.0 + 10.0 * static_cast<double>(i % columns) / static_cast<double>(columns - 1);
    const double y = 5.0 * static_cast<double>(i / columns) / static_cast<double>(rows - 1);
    const double eta = std::cos(x) * std::cos(2.0 * y), eta_x = -std::sin(x) * std::cos(2.0 * y),
                 eta_y = -2.0 * std::cos(x) * std::sin(2.0 * y);
    const double u = std::sin(x + y), u_x = std::cos(x + y), u_y = u_x;
    const double v = std::cos(x - y), v_x = -std::sin(x - y), v_y = std::sin(x - y);
    fields.state[i] = eta;
    fields.state[n + i] = u;
    fields.state[2 * n + i] = v;
    fields.derivative[i] = -depth * (u_x + v_y) - u * eta_x - eta * u_x - v * eta_y - eta * v_y;
    fields.derivative[n + i] = -2.0 * viscosity * u - u * u_x - v * u_y - gravity * eta_x - friction * u;
    fields.derivative[2 * n + i] = -2.0 * viscosity * v - u * v_x - v * v_y - gravity * eta_y - friction * v;
  }
  return fields;
}

TEST(ShallowWaterTest, ApproachesThePartialDifferentialEquationWithSecondOrderBetweenTheWalls) {
  const auto error = [](std::int64_t rows) {
    const std::int64_t columns = 2 * rows - 1;
    const ManufacturedFields fields = manufactured_water(columns, rows);
    const auto problem = make_problem("shallow_water", {{"points_x", columns}, {"points_y", rows}});
    const State difference = derivative(*problem, fields.state) - fields.derivative;
    double largest = 0.0;
    for (Index i = 0; i < difference.size(); ++i) {
      const Index column = i % columns, row = i / columns % rows;
      const bool at_wall = column == 0 || column == columns - 1 || row == 0 || row == rows - 1;
      if (!at_wall) largest = std::max(largest, std::abs(difference[i]));
    }
    return largest;
  };
  EXPECT_NEAR(std::log2(error(41) / error(81)), 2.0, 0.1);
}

TEST(ShallowWaterTest, RestsWhereItIsLevel) {
  const auto problem = make_problem("shallow_water", {{"points_x", std::int64_t{9}}, {"points_y", std::int64_t{6}}});
  State level = State::Zero(problem->dimension());
  level.head(54).setConstant(0.3);
  expect_rest(*problem, level);
}

TEST(ShallowWaterTest, WallsStopElevationsAndTakeVelocitiesToBeZeroOutside) {
  constexpr Index columns = 9, rows = 6, n = columns * rows;
  const auto problem = make_problem("shallow_water", {{"points_x", std::int64_t{columns}},
                                                      {"points_y", std::int64_t{rows}},
                                                      {"viscosity", 1e-300},
                                                      {"friction", 0.0}});
  State ramp = State::Zero(3 * n);  // η = x: it pushes everywhere but at the walls that it runs into
  for (Index i = 0; i < n; ++i) ramp[i] = 1.25 * static_cast<double>(i % columns);
  State f = derivative(*problem, ramp);
  EXPECT_EQ(f[n + 2 * columns], 0.0);
  EXPECT_NEAR(f[n + 2 * columns + 4], -9.80665, 1e-14);
  EXPECT_EQ(f[n + 3 * columns - 1], 0.0);
  State stream = State::Zero(3 * n);  // u = 1: what leaves through a wall is half of what a difference would miss
  stream.segment(n, n).setOnes();
  f = derivative(*problem, stream);
  EXPECT_NEAR(f[2 * columns], -0.5 * 1.0 / 2.5, 1e-15);
  EXPECT_EQ(f[2 * columns + 4], 0.0);
  EXPECT_NEAR(f[3 * columns - 1], 0.5 * 1.0 / 2.5, 1e-15);
}

TEST(ShallowWaterTest, StartsFromADropOfUnitVolumeOnWaterAtRest) {
  const auto problem = make_problem("shallow_water", {{"points_y", std::int64_t{41}}});
  const State u = problem->initial_state();
  constexpr Index n = 101 * 41;
  EXPECT_NEAR(u[10 * 101 + 75], 2.0 / pi, 1e-15);
  EXPECT_EQ(u.head(n).maxCoeff(), u[10 * 101 + 75]);
  EXPECT_NEAR(u.head(n).sum() * 0.1 * 0.125, 1.0, 0.01) << "a little of it is behind the wall";
  EXPECT_EQ(u.tail(2 * n), State::Zero(2 * n));
}

}  // namespace
}  // namespace forerun
