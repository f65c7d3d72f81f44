#include "solvers/coarsening/variant_propagator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "solvers/coarsening/mesh_transfer.h"
#include "solvers/coarsening/problem_variant.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;

SolverSpec coarser(SolverSpec spec, std::int64_t factor) {
  spec.options.set("coarsening", factor);
  return spec;
}

/// What a refusal says.
std::string refusal(const OdeProblem& problem, const SolverSpec& spec) {
  try {
    problem.make_propagator(spec);
  } catch (const ParameterError& error) {
    return error.name() + " | " + error.what();
  }
  return "";
}

struct MeshCase {
  const char* problem;
  std::initializer_list<std::pair<const char*, ParameterValue>> values;
  Index coarse_dimension;
};

TEST(VariantPropagatorTest, EveryEquationOnAMeshIsSolvedOnACoarserOne) {
  for (const MeshCase& mesh :
       {MeshCase{"burgers", {{"points", std::int64_t{128}}}, 64},
        MeshCase{"allen_cahn", {{"points", std::int64_t{64}}}, 32},
        MeshCase{"allen_cahn_2d", {{"initial", std::string("disc")}}, 256},
        MeshCase{"heat", {{"points", std::int64_t{63}}}, 31}, MeshCase{"heat_2d", {{"points", std::int64_t{15}}}, 49},
        MeshCase{"diffusion_reaction", {{"cells", std::int64_t{16}}}, 128}, MeshCase{"shallow_water", {}, 3 * 51 * 26},
        MeshCase{"transport", {{"points", std::int64_t{40}}}, 20},
        MeshCase{"wave", {{"points", std::int64_t{39}}}, 38}}) {
    const auto problem = make_problem(mesh.problem, mesh.values);
    const SolverSpec spec = coarser({"rk4", 64}, 2);
    EXPECT_EQ(make_variant(*problem, spec)->dimension(), mesh.coarse_dimension) << mesh.problem;
    const State u = problem->initial_state();
    const State fine = propagate(*problem, {"rk4", 64}, u, 0.01), coarse = propagate(*problem, spec, u, 0.01);
    if (std::string(mesh.problem) == "diffusion_reaction") continue;  // begins with noise that no coarser mesh shows
    EXPECT_LT((fine - coarse).cwiseAbs().maxCoeff(), 0.05) << mesh.problem;
    EXPECT_GT((fine - coarse).cwiseAbs().maxCoeff(), 0.0) << mesh.problem;
  }
}

TEST(VariantPropagatorTest, ObeysTheLawsOfPropagators) {
  const auto problem = make_problem("diffusion_reaction", {{"cells", std::int64_t{8}}});
  const auto propagator = problem->make_propagator(coarser({"rk4", 3}, 2));
  const TimeGrid grid(0.0, 0.5, 5);
  conformance::expect_propagator_laws(*propagator, grid, problem->initial_state().replicate(1, 5));
}

TEST(VariantPropagatorTest, IsTheCoarseMeshsOwnSolverBetweenRestrictionAndInterpolation) {
  const auto problem = make_problem("burgers", {{"points", std::int64_t{64}}});
  const auto half = make_problem("burgers", {{"points", std::int64_t{32}}});
  const MeshTransfer transfer(problem->layout(), half->layout(), {});
  const State u = problem->initial_state();
  State down(32), up(64);
  transfer.restrict_to_coarse(u.data(), down.data());
  const State crossed = propagate(*half, {"rk4", 5}, down, 0.1);
  transfer.interpolate_to_fine(crossed.data(), up.data());
  EXPECT_EQ(propagate(*problem, coarser({"rk4", 5}, 2), u, 0.1), up);
}

TEST(VariantPropagatorTest, WithOtherParametersItIsTheOtherEquationsSolver) {
  const auto problem = make_problem("burgers");
  const auto viscous = make_problem("burgers", {{"viscosity", 0.05}});
  SolverSpec spec("rk4", 64);
  spec.problem["viscosity"] = 0.05;
  const State u = problem->initial_state();
  EXPECT_EQ(propagate(*problem, spec, u, 0.1), propagate(*viscous, {"rk4", 64}, u, 0.1));
}

TEST(VariantPropagatorTest, WorkGoesWithThePoints) {
  const auto problem = make_problem("diffusion_reaction", {{"cells", std::int64_t{16}}});
  const double own = problem->make_propagator({"rk4", 100})->work_per_slice();
  EXPECT_NEAR(problem->make_propagator(coarser({"rk4", 100}, 2))->work_per_slice(), own / 4.0, 1.0);
  EXPECT_NEAR(problem->make_propagator(coarser({"rk4", 100}, 4))->work_per_slice(), own / 16.0, 1.0);
}

TEST(VariantPropagatorTest, RefusesMeshesThatItCannotCoarsen) {
  EXPECT_EQ(refusal(*make_problem("diffusion_reaction"), coarser({"rk4", 8}, 2)),
            "coarsening | coarsening = 2: must divide the 19 parts of axis y (cells = 19) and leave at least 4 points; "
            "none does");
  EXPECT_THAT(refusal(*make_problem("heat"), coarser({"rk4", 8}, 3)),
              HasSubstr("must divide the 100 parts of axis x (points = 99) and leave at least 4 points; possible here: "
                        "2, 4, 5, 10, 20"));
  EXPECT_THAT(refusal(*make_problem("shallow_water"), coarser({"rk4", 8}, 4)), HasSubstr("50 parts of axis y"));
  EXPECT_THAT(refusal(*make_problem("lorenz"), coarser({"rk4", 8}, 2)), HasSubstr("'lorenz' has no mesh"));
}

TEST(VariantPropagatorTest, RefusesParametersThatBreakTheirRules) {
  const auto with = [](const std::string& key, const ParameterValue& value) {
    SolverSpec spec("rk4", 8);
    spec.problem[key] = value;
    return spec;
  };
  EXPECT_THAT(refusal(*make_problem("burgers"), with("viscosity", -1.0)),
              HasSubstr("problem.viscosity | problem.viscosity = -1"));
  EXPECT_THAT(refusal(*make_problem("burgers"), with("viscosiy", 0.1)), HasSubstr("did you mean 'viscosity'"));
  EXPECT_THAT(refusal(*make_problem("allen_cahn"), with("boundary", std::string("neumann"))),
              HasSubstr("the same kind of mesh"));
  EXPECT_THAT(refusal(*make_problem("dahlquist"), with("imag", 1.0)), HasSubstr("must leave states what they are"));
}

/// A wave whose points in between those of the coarse mesh nobody coarse sees: injection takes every second value.
TEST(VariantPropagatorTest, WhatInjectionDoesNotSeeIsNotCalledConverged) {
  const auto problem = make_problem("transport", {{"points", std::int64_t{32}}});
  const SolverSpec fine_spec("rk4", 40);
  SolverSpec coarse_spec = coarser({"rk4", 10}, 2);
  coarse_spec.options.set("restriction", std::string("injection"));
  const auto fine = problem->make_propagator(fine_spec), coarse = problem->make_propagator(coarse_spec);
  State start(32);
  for (Index i = 0; i < 32; ++i) start[i] = i % 2 == 0 ? 0.0 : 1.0 - 0.5 * std::cos(0.2 * static_cast<double>(i));
  const TimeGrid grid(0.0, 2.0, 24);
  const SerialSolution serial = solve_serial(grid, start, *fine);
  for (const StoppingRule rule : {StoppingRule::estimate, StoppingRule::published}) {
    PararealOptions options;
    options.stopping = rule;
    options.norm = StateNorm(problem->bounds());
    const RunRecord run = solve_parareal({grid, start, *coarse, *fine}, options, *make_serial_executor());
    const double error = (run.boundaries - serial.boundaries).cwiseAbs().maxCoeff();
    EXPECT_TRUE(!run.converged() || error < options.tolerance) << run.num_iterations() << " " << error;
  }
}

}  // namespace
}  // namespace forerun
