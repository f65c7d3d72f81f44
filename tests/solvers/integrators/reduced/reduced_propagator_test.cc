#include "solvers/integrators/reduced/reduced_propagator.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/base/errors.h"
#include "core/base/uniform_noise.h"
#include "core/files/npy_file.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/temporary_directory.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;
using ::testing::TestWithParam;

SolverSpec pod(const std::string& method, Index steps, Index basis_size, double end) {
  SolverSpec spec("pod", steps);
  spec.options.set("rough_method", method);
  spec.options.set("basis_size", std::int64_t{basis_size});
  spec.options.set("snapshots_end", end);
  return spec;
}

State serial_end(const OdeProblem& problem, const SolverSpec& spec, double end) {
  return propagate(problem, spec, problem.initial_state(), end);
}

/// A sine of the mesh is an eigenvector: one direction holds all that becomes of it.
TEST(Pod, CrossesStatesOfAnInvariantBasisAsTheMethodItselfDoes) {
  const auto problem = make_problem("heat", {{"profile", std::string("sine")}});
  for (const std::string method : {"backward_euler", "sdirk2", "radau3"}) {
    SolverSpec spec = pod(method, 4, 8, 1.0);
    spec.options.set("affine_steps", std::int64_t{16});
    spec.options.set("remainder", std::string("dropped"));
    const State u = 3.0 * problem->initial_state();
    const State expected = propagate(*problem, SolverSpec(method, 16), u, 0.1);
    EXPECT_LE((propagate(*problem, spec, u, 0.1) - expected).norm(), 1e-12 * u.norm()) << method;
  }
}

/// With as many directions as components there is nothing left out, of terms that are not linear neither.
TEST(Pod, WithAllDirectionsItIsTheMethodItself) {
  const auto problem = make_problem("burgers", {{"points", std::int64_t{12}}, {"phase", 0.4}});
  const SolverSpec spec = pod("rk4", 20, 100, 1.0);
  const State u = problem->initial_state();
  const State expected = propagate(*problem, SolverSpec("rk4", 20), u, 0.1);
  EXPECT_LE((propagate(*problem, spec, u, 0.1) - expected).norm(), 1e-9 * u.norm());
}

TEST(Pod, ComesNearerWithEveryDirectionThatIsKept) {
  const auto problem = make_problem("burgers");
  const State fine = serial_end(*problem, {"rk4", 200}, 0.5);
  double last = 1.0;
  for (const Index size : {6, 12, 24, 40}) {
    SolverSpec spec = pod("rk4", 200, size, 0.5);
    spec.options.set("snapshot_steps", std::int64_t{4});
    const double error = (serial_end(*problem, spec, 0.5) - fine).norm() / fine.norm();
    EXPECT_LT(error, 0.3 * last) << size;
    last = error;
  }
  EXPECT_LT(last, 1e-6);
}

Index iterations(const OdeProblem& problem, const SolverSpec& fine, const SolverSpec& coarse, double end,
                 Index slices) {
  const auto executor = make_serial_executor();
  const TimeGrid grid(0.0, end, slices);
  const auto fine_solver = problem.make_propagator(fine), coarse_solver = problem.make_propagator(coarse);
  PararealOptions options{.tolerance = 5e-7};
  options.norm = StateNorm(problem.bounds());
  const State initial = problem.initial_state();
  const RunRecord record = solve_parareal({grid, initial, *coarse_solver, *fine_solver}, options, *executor);
  EXPECT_TRUE(record.converged());
  const States serial = solve_serial(grid, initial, *fine_solver, {}).boundaries;
  for (Index n = 0; n <= slices; ++n)
    EXPECT_LE(options.norm.distance(record.boundaries.col(n), serial.col(n)), 1e-6) << "boundary " << n;
  return record.num_iterations();
}

/// Published, with Euler's steps as coarse solver: 90.
TEST(Pod, IterationsOnTheBurgersBenchmark) {
  const auto problem = make_problem("burgers");
  SolverSpec coarse = pod("rk4", 12, 48, 5.9);
  coarse.options.set("snapshots", std::int64_t{128});
  coarse.options.set("snapshot_steps", std::int64_t{12});
  EXPECT_LE(iterations(*problem, {"rk4", 50}, coarse, 5.9, 128), 8);
}

TEST(Pod, IterationsOnHeat) {
  const auto problem = make_problem("heat", {{"diffusivity", 0.1}, {"profile", std::string("hat")}});
  SolverSpec coarse = pod("backward_euler", 5, 48, 1.0);
  coarse.options.set("affine_steps", std::int64_t{20});
  EXPECT_LE(iterations(*problem, {"backward_euler", 20}, coarse, 1.0, 32), 2);
  EXPECT_EQ(iterations(*problem, {"backward_euler", 20}, {"backward_euler", 1}, 1.0, 32), 8);
}

/// Noise from cell to cell hardly diffuses: what is outside of the basis has to be carried.
TEST(Pod, IterationsOnDiffusionReaction) {
  const auto problem = make_problem("diffusion_reaction");
  SolverSpec coarse = pod("rk4", 2, 32, 20.0);
  const auto few = iterations(*problem, {"rk4", 8}, coarse, 20.0, 64);
  EXPECT_LE(few, 30);
  EXPECT_LT(few, iterations(*problem, {"rk4", 8}, {"rk1", 1}, 20.0, 64));
}

TEST(Pod, MeasuresWhatBecomesOfWhatIsOutsideOfItsBasis) {
  const auto rule = [](const std::string& name, double length, const std::string& method) {
    const auto problem = make_problem(name);
    SolverSpec spec = pod(method, 4, 8, 1.0);
    const auto made = problem->make_propagator(spec);
    return dynamic_cast<const ReducedPropagator&>(*made).remainder({0, 0.0, length});
  };
  EXPECT_EQ(rule("heat", 0.5, "sdirk2"), RemainderRule::dropped);
  EXPECT_NE(rule("diffusion_reaction", 0.1, "rk4"), RemainderRule::dropped);
}

/// (I − h A)⁻¹ q, checked by multiplying; q + h A q.
TEST(Pod, CarriesWhatIsOutsideOfItsBasisByTheRuleAskedFor) {
  const auto problem = make_problem("heat", {{"profile", std::string("sine")}, {"points", std::int64_t{9}}});
  UniformNoise draw(1);
  State q(9);
  for (double& value : q) value = draw.next();
  const State sine = problem->initial_state().normalized();
  q -= sine * sine.dot(q);
  const double h = 0.125;
  SolverSpec spec = pod("sdirk2", 4, 4, 1.0);
  spec.options.set("remainder", std::string("implicit"));
  const State damped = propagate(*problem, spec, q, h);
  EXPECT_LE((damped - h * derivative(*problem, damped) - q).norm(), 1e-12);
  spec.options.set("remainder", std::string("explicit"));
  EXPECT_LE((propagate(*problem, spec, q, h) - q - h * derivative(*problem, q)).norm(), 1e-12);
  spec.options.set("remainder", std::string("dropped"));
  EXPECT_LE(propagate(*problem, spec, q, h).norm(), 1e-12);
}

TEST(Pod, TakesItsBasisFromStatesOfAnEarlierRun) {
  const TemporaryDirectory directory;
  const auto problem = make_problem("heat", {{"profile", std::string("hat")}});
  const auto fine = problem->make_propagator({"sdirk2", 40});
  const States earlier = solve_serial(TimeGrid(0.0, 1.0, 40), problem->initial_state(), *fine, {}).boundaries;
  write_npy(directory / "states.npy", earlier);
  SolverSpec spec = pod("sdirk2", 40, 30, 1.0);
  spec.options.set("snapshots_from", (directory / "states.npy").string());
  const State u = earlier.col(3);
  const State expected = propagate(*problem, {"sdirk2", 40}, u, 0.025);
  EXPECT_LE((propagate(*problem, spec, u, 0.025) - expected).norm(), 1e-6 * u.norm());
}

/// For affine equations the network's readout is a matrix, whatever state it is asked for.
TEST(Pinn, IsAsNearToTheSolutionAsItsBasis) {
  for (const std::string name : {"heat", "wave"}) {
    const auto problem = make_problem(name);
    SolverSpec spec("pinn", 1);
    spec.options.set("rough_method", std::string("radau3"));
    spec.options.set("remainder", std::string("dropped"));
    const State u = problem->initial_state();
    const State exact = propagate(*problem, {"radau3", 400}, u, 0.05);
    EXPECT_LE((propagate(*problem, spec, u, 0.05) - exact).norm(), 1e-5 * u.norm()) << name;
    const State twice = propagate(*problem, spec, 2.0 * u, 0.05);
    EXPECT_LE((twice - 2.0 * propagate(*problem, spec, u, 0.05)).norm(), 1e-12 * u.norm()) << name;
  }
}

std::string complaint(const std::string& problem, const SolverSpec& spec) {
  try {
    make_problem(problem)->make_propagator(spec);
  } catch (const ParameterError& error) {
    return error.what();
  }
  return "";
}

TEST(Pod, RefusesWhatItCannotWorkWithBeforeItBegins) {
  const TemporaryDirectory directory;
  EXPECT_THAT(complaint("heat", pod("sdirk2", 4, 8, 0.0)), HasSubstr("must be after snapshots_begin"));
  write_npy(directory / "states.npy", States::Ones(5, 3));
  SolverSpec spec = pod("sdirk2", 4, 8, 1.0);
  std::ofstream(directory / "state.csv") << "1, 2, 3";
  spec.options.set("initial_from", (directory / "state.csv").string());
  EXPECT_THAT(complaint("heat", spec), HasSubstr("has 3 values, must be 99"));
  spec = pod("sdirk2", 4, 8, 1.0);
  spec.options.set("snapshots_from", (directory / "states.npy").string());
  EXPECT_THAT(complaint("heat", spec), HasSubstr("has 5 rows and 3 columns"));
  EXPECT_THAT(complaint("lorenz", pod("rk4", 4, 8, 1.0)), HasSubstr("whose components can be computed one by one"));
  EXPECT_THAT(complaint("burgers", SolverSpec("pinn", 1)), HasSubstr("needs a linear equation, which burgers is not"));
}

TEST(Pod, SaysSoWhereItsRoughRunFails) {
  const auto problem = make_problem("heat");
  const SolverSpec spec = pod("rk1", 1, 8, 1000.0);  // far beyond the steps that Euler's method can take
  EXPECT_THROW(propagate(*problem, spec, problem->initial_state(), 0.1), PropagationError);
}

}  // namespace
}  // namespace forerun
