#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <thread>

#include "solvers/equations/arakawa_bracket.h"
#include "solvers/linear/periodic_poisson.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

constexpr double pi = std::numbers::pi;

/// Numbers of both signs without a pattern.
State rough(Index size, Index which) {
  State values(size);
  for (Index i = 0; i < size; ++i) values[i] = std::sin(static_cast<double>((which + 5) * (i * i % 103) + which));
  return values;
}

/// {Φ, f} on m × m points at distance h.
State bracket(Index m, double h, const State& phi, const State& f) {
  const Index stride = m + 2;
  const auto padded = [&](const State& field) {
    State result(stride * stride);
    for (Index i = 0; i < stride * stride; ++i) {
      result[i] = field[(i / stride + m - 1) % m * m + (i % stride + m - 1) % m];
    }
    return result;
  };
  const State all_phi = padded(phi), all_f = padded(f);
  State result(m * m);
  for (Index i = 0; i < m * m; ++i) {
    const Index place = (i / m + 1) * stride + i % m + 1;
    const ArakawaBracket<double> at(all_phi.data() + place, stride, 1.0 / (12.0 * h * h));
    result[i] = at.of(all_f.data() + place, stride);
  }
  return result;
}

TEST(ArakawaBracketTest, KeepsTheSumTheEnergyAndTheEnstrophyToRounding) {
  constexpr Index m = 14;
  const State phi = rough(m * m, 1), f = rough(m * m, 2);
  const State change = bracket(m, 0.5, phi, f);
  const double size = change.cwiseAbs().sum();
  EXPECT_GT(size, 100.0);
  EXPECT_LT(std::abs(change.sum()), 1e-14 * size);
  EXPECT_LT(std::abs(change.dot(phi)), 1e-14 * size);
  EXPECT_LT(std::abs(change.dot(f)), 1e-14 * size);
}

TEST(ArakawaBracketTest, ChangesItsSignWithTheOrderOfItsFields) {
  constexpr Index m = 9;
  const State phi = rough(m * m, 3), f = rough(m * m, 4);
  const State sum = bracket(m, 1.0, phi, f) + bracket(m, 1.0, f, phi);
  EXPECT_LT(sum.lpNorm<Eigen::Infinity>(), 1e-15);
}

TEST(ArakawaBracketTest, IsOfSecondOrder) {
  const auto error = [](Index m) {
    const double h = 2.0 * pi / static_cast<double>(m);
    State phi(m * m), f(m * m), exact(m * m);
    for (Index i = 0; i < m * m; ++i) {
      const double x = h * static_cast<double>(i % m), y = h * static_cast<double>(i / m);
      phi[i] = std::sin(x) * std::cos(2.0 * y);
      f[i] = std::cos(x + y);
      exact[i] = (std::cos(x) * std::cos(2.0 * y) + 2.0 * std::sin(x) * std::sin(2.0 * y)) * -std::sin(x + y);
    }
    return (bracket(m, h, phi, f) - exact).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(32) / error(64)), 2.0, 0.05);
}

State potential(Index m, double h, const State& omega) {
  State phi(m * m), scratch(m * m);
  PeriodicPoisson(m, h).solve(omega.data(), phi.data(), scratch.data());
  return phi;
}

TEST(InterchangeTest, ApproachesItsEquationWithSecondOrder) {
  const auto error = [](std::int64_t cells) {
    const Index m = cells, points = m * m;
    const double gravity = 1.3, diffusivity = 0.1, viscosity = 0.2;
    const auto problem = make_problem("interchange", {{"cells", cells},
                                                      {"length", 2.0 * pi},
                                                      {"gravity", gravity},
                                                      {"diffusivity", diffusivity},
                                                      {"viscosity", viscosity}});
    State state(2 * points), exact(2 * points);
    for (Index i = 0; i < points; ++i) {
      const double x = 2.0 * pi * static_cast<double>(i % m) / static_cast<double>(m);
      const double y = 2.0 * pi * static_cast<double>(i / m) / static_cast<double>(m);
      // Φ = sin x cos 2y + cos(x − y), ω = ΔΦ
      const double wave = std::sin(x) * std::cos(2.0 * y), oblique = std::cos(x - y), slope = std::sin(x - y);
      const double along = std::cos(x) * std::cos(2.0 * y), across = -2.0 * std::sin(x) * std::sin(2.0 * y);
      const double phi_x = along - slope, phi_y = across + slope;
      const double omega_x = -5.0 * along + 2.0 * slope, omega_y = -5.0 * across - 2.0 * slope;
      const double n_x = std::cos(x + y), n_y = n_x;
      state[i] = 1.0 + std::sin(x + y);
      state[points + i] = -5.0 * wave - 2.0 * oblique;
      exact[i] = -(phi_x * n_y - phi_y * n_x) - 2.0 * diffusivity * std::sin(x + y);
      exact[points + i] =
          -(phi_x * omega_y - phi_y * omega_x) - gravity * n_y + viscosity * (25.0 * wave + 4.0 * oblique);
    }
    return (derivative(*problem, state) - exact).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(24) / error(48)), 2.0, 0.1);
}

TEST(InterchangeTest, KeepsWhatTheEquationKeepsAndGainsEnergyFromTheDriveAlone) {
  constexpr Index m = 12;
  constexpr double length = 6.0, h = length / static_cast<double>(m), gravity = 0.7;
  const auto problem = make_problem("interchange", {{"cells", std::int64_t{m}},
                                                    {"length", length},
                                                    {"gravity", gravity},
                                                    {"diffusivity", 1e-300},
                                                    {"viscosity", 1e-300}});
  State state(2 * m * m);
  state << rough(m * m, 5), rough(m * m, 6);
  const State n = state.head(m * m);
  const State change = derivative(*problem, state);
  const State n_change = change.head(m * m), omega_change = change.tail(m * m);
  const State phi = potential(m, h, state.tail(m * m));
  const double size = change.cwiseAbs().sum();
  EXPECT_LT(std::abs(n_change.sum()), 1e-14 * size);
  EXPECT_LT(std::abs(n_change.dot(n)), 1e-14 * size);
  EXPECT_LT(std::abs(omega_change.sum()), 1e-14 * size);
  double drive = 0.0;  // −g Σ Φ n_y
  for (Index i = 0; i < m * m; ++i) {
    const Index above = (i + m) % (m * m), below = (i + m * m - m) % (m * m);
    drive -= gravity * phi[i] * (n[above] - n[below]) / (2.0 * h);
  }
  EXPECT_GT(std::abs(drive), 1e-3 * size);
  EXPECT_NEAR(omega_change.dot(phi), drive, 1e-14 * size);
}

std::unique_ptr<OdeProblem> small_blob() {
  return make_problem("interchange", {{"cells", std::int64_t{16}},
                                      {"length", 8.0},
                                      {"gravity", 1.25},
                                      {"diffusivity", 0.03},
                                      {"viscosity", 0.05},
                                      {"amplitude", 0.4},
                                      {"width", 0.9},
                                      {"x", 2.5},
                                      {"y", 3.8}});
}

/// A program of its own in Python gave these, with numpy's Fourier transform and the bracket written as three.
TEST(InterchangeTest, GivesWhatAnIndependentProgramGave) {
  const auto problem = small_blob();
  const State end = propagate(*problem, {"rk4", 40}, problem->initial_state(), 2.0);
  EXPECT_NEAR(end[7 * 16 + 7], 1.19958619943714, 1e-12);
  EXPECT_NEAR(end[3 * 16 + 12], 1.00002738357598, 1e-12);
  EXPECT_NEAR(end[256 + 9 * 16 + 6], 0.398582939828568, 1e-12);
  EXPECT_NEAR(end[256 + 5 * 16 + 5], -0.477059307787178, 1e-12);
  EXPECT_NEAR(end.head(256).squaredNorm(), 273.710132325436, 1e-9);
}

/// Where the density above the background is on the mean.
std::pair<double, double> centre(const State& state, Index m, double length) {
  double sum = 0.0, x = 0.0, y = 0.0;
  for (Index i = 0; i < m * m; ++i) {
    const double more = state[i] - 1.0;
    sum += more;
    x += more * length * (static_cast<double>(i % m) + 0.5) / static_cast<double>(m);
    y += more * length * (static_cast<double>(i / m) + 0.5) / static_cast<double>(m);
  }
  return {x / sum, y / sum};
}

TEST(InterchangeTest, MovesABlobOutwardsAndNotAsideAndKeepsItsDensity) {
  const auto problem = make_problem("interchange");
  State state = problem->initial_state();
  const double density = state.head(1024).sum();
  const auto [first_x, first_y] = centre(state, 32, 12.0);
  EXPECT_NEAR(first_x, 4.0, 1e-3);
  EXPECT_NEAR(first_y, 6.0, 1e-6);
  double x = first_x;
  for (int slice = 0; slice < 6; ++slice) {
    state = propagate(*problem, {"rk4", 10}, state, 1.0);
    const auto [next_x, next_y] = centre(state, 32, 12.0);
    EXPECT_GT(next_x, x);
    EXPECT_NEAR(next_y, 6.0, 1e-6);
    x = next_x;
  }
  EXPECT_GT(x, 5.4);
  EXPECT_NEAR(state.head(1024).sum(), density, 1e-11 * density);
  EXPECT_NEAR(state.tail(1024).sum(), 0.0, 1e-11);
}

TEST(InterchangeTest, MovesADenserBlobFaster) {
  const auto x_of = [](double amplitude) {
    const auto problem = make_problem("interchange", {{"amplitude", amplitude}});
    return centre(propagate(*problem, {"rk4", 40}, problem->initial_state(), 4.0), 32, 12.0).first;
  };
  EXPECT_GT(x_of(0.6), x_of(0.3) + 0.1);
}

/// A square without edges: three cells in x and two in y make no difference, whether or not the blob lies across them.
TEST(InterchangeTest, IsTheSameEverywhere) {
  constexpr Index m = 16;
  const auto at = [](double x, double y) {
    const auto problem = make_problem(
        "interchange", {{"cells", std::int64_t{m}}, {"length", 8.0}, {"x", x}, {"y", y}, {"amplitude", 0.4}});
    return propagate(*problem, {"rk4", 20}, problem->initial_state(), 2.0);
  };
  const State here = at(6.2, 7.5), there = at(6.2 + 3.0 * 0.5, 7.5 + 2.0 * 0.5);
  for (Index field = 0; field < 2; ++field) {
    for (Index i = 0; i < m * m; ++i) {
      const Index moved = (i / m + 2) % m * m + (i % m + 3) % m;
      EXPECT_NEAR(here[field * m * m + i], there[field * m * m + moved], 1e-12);
    }
  }
}

TEST(InterchangeTest, ObeysTheLawsOfPropagators) {
  const auto problem = small_blob();
  const TimeGrid grid(0.0, 0.5, 5);
  States states(problem->dimension(), 5);
  for (Index n = 0; n < 5; ++n) states.col(n) = problem->initial_state() * (1.0 + 0.02 * static_cast<double>(n));
  for (const char* method : {"rk1", "rk4", "dopri5", "ars343"}) {
    SolverSpec spec = is_adaptive(method) ? SolverSpec(method, 1e-6) : SolverSpec(method, 3);
    conformance::expect_propagator_laws(*problem->make_propagator(spec), grid, states);
  }
}

/// The scratch memory of a thread serves problems of any size, one after the other.
TEST(InterchangeTest, GivesTheSameBitsWhateverItsThreadHasComputedBefore) {
  const auto small = small_blob(), large = make_problem("interchange");
  const State first = derivative(*small, small->initial_state());
  const State whole = derivative(*large, large->initial_state());
  EXPECT_EQ(derivative(*small, small->initial_state()), first);
  State elsewhere;
  std::thread([&] { elsewhere = derivative(*large, large->initial_state()); }).join();
  EXPECT_EQ(elsewhere, whole);
}

TEST(InterchangeTest, RunsOnACoarserMeshAndOffersNoSingleComponents) {
  const auto problem = make_problem("interchange");
  const std::vector<Index> components{0, 5};
  EXPECT_EQ(problem->sample(components), nullptr);
  SolverSpec coarser("rk4", 4);
  coarser.options.set("coarsening", std::int64_t{2});
  State end(problem->dimension());
  const Slice slice{0, 0.0, 1.0};
  problem->make_propagator(coarser)->propagate(slice, problem->initial_state(), end);
  const State fine = propagate(*problem, {"rk4", 10}, problem->initial_state(), 1.0);
  const StateNorm norm(problem->bounds());
  EXPECT_LT(norm.distance(end, fine), 0.1);
  EXPECT_GT(norm.distance(end, fine), 1e-6);
}

}  // namespace
}  // namespace forerun
