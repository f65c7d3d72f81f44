// The laws of Allen and Cahn's equation: borders move by their curvature, energy falls, and mass stays where it is
// conserved.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/base/uniform_noise.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

constexpr double pi = std::numbers::pi;

State noise(Index size) {
  UniformNoise draw(3);
  State state(size);
  for (double& value : state) value = 2.0 * draw.next() - 1.0;
  return state;
}

/// ∫ ε²/2 |∇u|² + ¼ (1 − u²)² on the m × m cells of [−1, 1]².
double energy(const State& u, Index m, double eps) {
  const double dx = 2.0 / static_cast<double>(m);
  double sum = 0.0;
  for (Index i = 0; i < m * m; ++i) {
    const Index right = i % m + 1 < m ? i + 1 : i + 1 - m, down = (i + m) % (m * m);
    sum += 0.5 * eps * eps * (std::pow(u[right] - u[i], 2) + std::pow(u[down] - u[i], 2));
    sum += 0.25 * dx * dx * std::pow(1.0 - u[i] * u[i], 2);
  }
  return sum;
}

/// Of the phase 1, as if the border were sharp.
double radius(const State& u) {
  const double area = 4.0 * (u.array() + 1.0).mean() / 2.0;
  return std::sqrt(area / pi);
}

std::unique_ptr<OdeProblem> disc(const std::string& mass) {
  return make_problem("allen_cahn_2d",
                      {{"cells", std::int64_t{64}}, {"eps", 0.06}, {"initial", std::string("disc")}, {"mass", mass}});
}

State after(const OdeProblem& problem, double seconds) {
  return propagate(problem, {"rk4", static_cast<Index>(20.0 * seconds)}, problem.initial_state(), seconds);
}

TEST(AllenCahn2dTest, ApproachesItsEquationWithSecondOrder) {
  const auto error = [](std::int64_t cells) {
    const auto problem = make_problem("allen_cahn_2d", {{"cells", cells}, {"eps", 0.5}});
    const Index m = cells;
    State state(m * m), exact(m * m);
    for (Index i = 0; i < m * m; ++i) {
      const double x = pi * (2.0 * static_cast<double>(i % m) + 1.0) / static_cast<double>(m);
      const double y = pi * (2.0 * static_cast<double>(i / m) + 1.0) / static_cast<double>(m);
      const double u = 0.3 + 0.5 * std::sin(x) * std::cos(2.0 * y);
      state[i] = u;
      exact[i] = -0.25 * 5.0 * pi * pi * (u - 0.3) + u - u * u * u;
    }
    return (derivative(*problem, state) - exact).lpNorm<Eigen::Infinity>();
  };
  EXPECT_NEAR(std::log2(error(24) / error(48)), 2.0, 0.1);
}

/// A row of the plane that knows no y is the equation in one dimension.
TEST(AllenCahn2dTest, WithoutDifferencesInYIsTheEquationOnALine) {
  constexpr Index m = 12;
  for (const std::string mass : {"free", "conserved"}) {
    const auto line = make_problem("allen_cahn", {{"points", std::int64_t{m}}, {"eps", 0.1}, {"mass", mass}});
    const auto plane = make_problem("allen_cahn_2d", {{"cells", std::int64_t{m}}, {"eps", 0.1}, {"mass", mass}});
    const State u = noise(m);
    const State expected = derivative(*line, u).replicate(m, 1);
    EXPECT_LE((derivative(*plane, u.replicate(m, 1)) - expected).lpNorm<Eigen::Infinity>(), 1e-13) << mass;
  }
}

TEST(AllenCahn2dTest, KeepsItsMassWhereThatIsConserved) {
  for (const std::string name : {"allen_cahn", "allen_cahn_2d"}) {
    for (const std::string mass : {"free", "conserved"}) {
      const auto problem = make_problem(name, {{"mass", mass}});
      const double change = std::abs(derivative(*problem, noise(problem->dimension())).mean());
      if (mass == "conserved") {
        EXPECT_LE(change, 1e-14) << name;
      } else {
        EXPECT_GE(change, 1e-4) << name;
      }
    }
  }
  const auto problem = make_problem("allen_cahn_2d", {{"mass", std::string("conserved")}, {"mean", 0.2}});
  EXPECT_NEAR(after(*problem, 5.0).mean(), problem->initial_state().mean(), 1e-13);
}

TEST(AllenCahn2dTest, LosesEnergyAllTheTime) {
  for (const std::string mass : {"free", "conserved"}) {
    const auto problem = make_problem("allen_cahn_2d", {{"mass", mass}});
    double before = energy(problem->initial_state(), 32, 0.1);
    for (const double seconds : {0.5, 1.0, 2.0, 4.0}) {
      const double now = energy(after(*problem, seconds), 32, 0.1);
      EXPECT_LT(now, before) << mass << ", after " << seconds;
      before = now;
    }
  }
}

TEST(AllenCahn2dTest, ShrinksADiscByItsCurvature) {
  const auto problem = disc("free");
  const double eps = 0.06, begin = radius(problem->initial_state());
  EXPECT_NEAR(begin, 0.6, 0.01);
  for (const double seconds : {10.0, 25.0}) {
    const double law = std::sqrt(begin * begin - 2.0 * eps * eps * seconds);
    EXPECT_NEAR(radius(after(*problem, seconds)), law, 0.02 * law) << "after " << seconds;
  }
}

TEST(AllenCahn2dTest, LeavesADiscWhereMassIsConserved) {
  const auto problem = disc("conserved");
  EXPECT_NEAR(radius(after(*problem, 25.0)), radius(problem->initial_state()), 1e-3);
}

}  // namespace
}  // namespace forerun
