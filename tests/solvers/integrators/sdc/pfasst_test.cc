#include "core/pfasst/pfasst.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/base/errors.h"
#include "core/propagation/serial_fine.h"
#include "solvers/integrators/sdc/sdc_levels.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

SolverSpec level(const std::string& method, std::int64_t nodes, std::int64_t coarsening = 1,
                 const std::string& quadrature = "radau") {
  SolverSpec spec(method, 1);
  spec.options.set("nodes", nodes);
  spec.options.set("quadrature", quadrature);
  spec.options.set("coarsening", coarsening);
  return spec;
}

/// The tutorial of pySDC, step 8: heat conduction, u_0 = sin(2πx), ν = 0.1, on 63 and 31 points, eight steps of 1/8 in
/// parallel, three Radau nodes on both levels, the residual below 5e-10: seven iterations, and at t = 1 within
/// 6.1555e-5 of the exact solution of the equation.
TEST(PublishedPfasst, TakesSevenIterationsForTheHeatEquation) {
  const std::shared_ptr<const OdeProblem> heat =
      make_problem("heat", {{"points", std::int64_t{63}}, {"diffusivity", 0.1}, {"mode", std::int64_t{2}}});
  const SdcLevels levels(heat, {{level("sdc_implicit", 3)}, {level("sdc_implicit", 3, 2)}});
  const TimeGrid grid(0.0, 1.0, 8);
  const State initial = heat->initial_state();
  PfasstOptions options;
  options.relative = false;
  options.tolerance = 5e-10;
  const RunRecord record = solve_pfasst({grid, initial, levels.levels()}, options, *make_tbb_executor(2));
  ASSERT_TRUE(record.converged());
  EXPECT_EQ(record.num_iterations(), 7);
  const double decay = std::exp(-0.1 * 4.0 * std::numbers::pi * std::numbers::pi);
  const double error = (record.boundaries.col(8) - decay * initial).lpNorm<Eigen::Infinity>();
  EXPECT_LT(error, 6.1555e-5);
  EXPECT_GT(error, 6.155e-5);  // of the mesh: more accurate steps change nothing
}

struct RunCase {
  std::string problem;
  std::vector<SolverSpec> levels;
  double end;
};

void PrintTo(const RunCase& tried, std::ostream* out) { *out << tried.problem << ", " << tried.levels.size(); }

class PfasstOnEquations : public testing::TestWithParam<RunCase> {
 protected:
  std::vector<SdcLevels::Level> levels() const {
    std::vector<SdcLevels::Level> all;
    for (const SolverSpec& spec : GetParam().levels) all.push_back({spec, 1});
    return all;
  }
};

TEST_P(PfasstOnEquations, EndsWhereSerialStepsOfManySweepsDo) {
  const std::shared_ptr<const OdeProblem> problem = make_problem(GetParam().problem);
  const double begin = problem->default_begin();
  const TimeGrid grid(begin, begin + GetParam().end, 12);
  const State initial = problem->initial_state();
  SolverSpec serial = GetParam().levels.front();
  serial.options.set("sweeps", std::int64_t{30});
  const auto executor = make_tbb_executor(2);
  const States reference = solve_serial(grid, initial, *problem->make_propagator(serial)).boundaries;
  const SdcLevels hierarchy(problem, levels());
  PfasstOptions options;
  options.tolerance = 1e-11;
  options.norm = StateNorm(problem->bounds());
  const RunRecord record = solve_pfasst({grid, initial, hierarchy.levels(), &reference}, options, *executor);
  ASSERT_TRUE(record.converged()) << to_string(record.termination);
  EXPECT_LT(*record.error(), 1e-9);
  EXPECT_LT(record.num_iterations(), 25);
  EXPECT_EQ(solve_pfasst({grid, initial, hierarchy.levels()}, options, *make_serial_executor()).boundaries,
            record.boundaries);
}

INSTANTIATE_TEST_SUITE_P(
    Problems, PfasstOnEquations,
    testing::Values(
        RunCase{"burgers", {level("sdc_imex", 3), level("sdc_imex", 2, 2)}, 0.1},
        RunCase{"burgers",
                {level("sdc_implicit", 5, 1, "lobatto"), level("sdc_implicit", 3, 2, "lobatto"),
                 level("sdc_implicit", 2, 4, "lobatto")},
                0.5},
        RunCase{"allen_cahn", {level("sdc_imex", 3), level("sdc_imex", 2)}, 0.2},
        RunCase{"lorenz", {level("sdc_explicit", 5, 1, "lobatto"), level("sdc_explicit", 3, 1, "lobatto")}, 0.3},
        RunCase{"van_der_pol", {level("sdc_implicit", 3), level("sdc_implicit", 1)}, 0.02}));

TEST(SdcLevelsTest, RefuseIntegratorsThatAreNoSweepsAndWhatTheirsRefuse) {
  const std::shared_ptr<const OdeProblem> heat = make_problem("heat");
  const auto refusal = [&](const SolverSpec& fine, const SolverSpec& coarse) {
    try {
      const SdcLevels levels(heat, {{fine}, {coarse}});
    } catch (const ParameterError& error) {
      return error.name() + "; " + error.what();
    }
    return std::string("taken");
  };
  EXPECT_THAT(refusal({"radau2", 1}, level("sdc_implicit", 2)),
              testing::HasSubstr("method; method = \"radau2\": must be sdc_"));
  EXPECT_THAT(refusal(level("sdc_implicit", 2), level("sdc_implicit", 2, 7)), testing::HasSubstr("coarsening"));
  SolverSpec trigonometric = level("sdc_implicit", 2, 2);
  trigonometric.options.set("interpolation", std::string("trigonometric"));
  EXPECT_THAT(refusal(level("sdc_implicit", 3), trigonometric),
              testing::HasSubstr("interpolation; interpolation = \"trigonometric\": must be cubic or linear"));
}

}  // namespace
}  // namespace forerun
