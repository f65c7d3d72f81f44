#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "solvers/integrators/networks/random_feature_propagator.h"
#include "tests/solvers/expressions/make_equations.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

constexpr double kPi = std::numbers::pi;

SolverSpec network(Index steps, std::int64_t neurons = 12) {
  SolverSpec spec("random_features", steps);
  spec.options.set("neurons", neurons);
  return spec;
}

/// Meng, Li, Zhang, Karniadakis (2020), whose trained networks reach 1e-2.
TEST(PhysicsInformedParareal, SolvesThePublishedOde) {
  const auto problem = testing::make_equations({{"u.rhs", std::string("1 + pi/2*cos(pi*t/2)")}, {"u.initial", 0.0}});
  const auto without = testing::make_equations({{"u.rhs", std::string("1")}, {"u.initial", 0.0}});
  const TimeGrid grid(0.0, 10.0, 10);
  const auto fine = problem->make_propagator(network(1)), coarse = without->make_propagator({"rk1", 1});
  const RunRecord record =
      solve_parareal({grid, problem->initial_state(), *coarse, *fine}, {.tolerance = 1e-6}, *make_serial_executor());
  EXPECT_TRUE(record.converged());
  EXPECT_LE(record.num_iterations(), 3);
  double difference = 0.0, size = 0.0;
  for (Index n = 0; n <= 10; ++n) {
    const double t = static_cast<double>(n), exact = t + std::sin(0.5 * kPi * t);
    difference += std::pow(record.boundaries(0, n) - exact, 2);
    size += exact * exact;
  }
  EXPECT_LE(std::sqrt(difference / size), 1e-6);
}

/// Burgers with a steepening front; what is asked of least squares is a hundredth of what is published.
TEST(PhysicsInformedParareal, SolvesThePublishedBurgersEquation) {
  const auto burgers = [](double viscosity) {
    return testing::make_equations({{"parameters.nu", viscosity / kPi},
                                    {"mesh.x.from", -1.0},
                                    {"mesh.x.to", 1.0},
                                    {"mesh.x.points", std::int64_t{128}},
                                    {"mesh.x.boundary", std::string("periodic")},
                                    {"u.initial", std::string("-sin(pi*x)")},
                                    {"u.rhs", std::string("nu*dxx(u) - u*dx(u)")}});
  };
  const auto problem = burgers(0.03), simplified = burgers(0.05);
  const TimeGrid grid(0.0, 1.0, 10);
  const auto fine = problem->make_propagator(network(2)), coarse = simplified->make_propagator({"radau2", 4});
  const RunRecord record = solve_parareal({grid, problem->initial_state(), *coarse, *fine},
                                          {.tolerance = 1e-12, .max_iterations = 3}, *make_serial_executor());
  const auto numeric = problem->make_propagator({"radau5", 1e-10});
  const States reference = solve_serial(grid, problem->initial_state(), *numeric, {}).boundaries;
  EXPECT_LE((record.boundaries - reference).norm(), 1e-4 * reference.norm());
}

TEST(RandomFeatures, ComeNearerByMoreNeuronsAndByShorterSteps) {
  const auto problem = make_problem("lorenz");
  const State u = problem->initial_state();
  const State exact = propagate(*problem, SolverSpec("rk8", 2000), u, 0.1);
  const auto error = [&](const SolverSpec& spec) { return (propagate(*problem, spec, u, 0.1) - exact).norm(); };
  EXPECT_LT(error(network(2, 12)), 0.1 * error(network(2, 3)));
  EXPECT_LT(error(network(8, 3)), 0.1 * error(network(2, 3)));
  EXPECT_LT(error(network(16, 12)), 1e-8);
}

TEST(RandomFeatures, RefuseAStepThatTheirFitCannotCross) {
  const auto problem = make_problem("lorenz");
  State out(3);
  EXPECT_THROW(problem->make_propagator(network(1))->propagate({0, 0.0, 50.0}, problem->initial_state(), out),
               PropagationError);
}

}  // namespace
}  // namespace forerun
