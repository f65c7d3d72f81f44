#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "solvers/integrators/rational/rational_propagator.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// Each sine mode's largest error over the boundaries, against serial fine, after 1, 2, … iterations (a column each).
States mode_errors(const Propagator& coarse, const Propagator& fine, const State& start, const TimeGrid& grid,
                   Index count) {
  const SerialSolution serial = solve_serial(grid, start, fine);
  const Index d = start.size();
  States modes(d, d);
  for (Index j = 0; j < d; ++j) {
    for (Index i = 0; i < d; ++i) {
      modes(j, i) = std::sqrt(2.0 / static_cast<double>(d + 1)) *
                    std::sin(std::numbers::pi * static_cast<double>((i + 1) * (j + 1)) / static_cast<double>(d + 1));
    }
  }
  States errors(d, count);
  for (Index k = 1; k <= count; ++k) {
    PararealOptions options;
    options.tolerance = 0.0;
    options.max_iterations = k;
    const RunRecord run = solve_parareal({grid, start, coarse, fine}, options, *make_serial_executor());
    errors.col(k - 1) = (modes * (run.boundaries - serial.boundaries)).cwiseAbs().rowwise().maxCoeff();
  }
  return errors;
}

SolverSpec optimised(const char* fine_method, std::int64_t fine_steps, std::int64_t degree) {
  SolverSpec spec("optimised");
  spec.options.set("degree", degree);
  spec.options.set("fine_method", std::string(fine_method));
  spec.options.set("fine_steps", fine_steps);
  return spec;
}

/// As rough as a state can be: every mode of the mesh is in it.
State rough_state(Index size) {
  State state(size);
  std::uint64_t bits = 1;
  for (double& value : state) {
    bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
    value = static_cast<double>(bits >> 40U) * 0x1p-24 - 0.5;
  }
  return state;
}

TEST(OptimisedParareal, OnHeatWithRoughDataErrorsShrinkByTheContractionFactorOrFaster) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{199}}, {"diffusivity", 1.0}});
  const State start = rough_state(199);
  const TimeGrid grid(0.0, 1.0, 20);
  for (const std::int64_t degree : {std::int64_t{2}, std::int64_t{3}}) {
    for (const char* method : {"backward_euler", "radau2", "lobatto2", "sdirk2"}) {
      const SolverSpec spec = optimised(method, 20, degree);
      const double kappa = optimised_contraction(spec);
      const States errors =
          mode_errors(*heat->make_propagator(spec), *heat->make_propagator({method, 20}), start, grid, 4);
      constexpr double rounding = 1e-14;
      for (Index k = 1; k < errors.cols(); ++k) {
        for (Index mode = 0; mode < errors.rows(); ++mode) {
          EXPECT_LE(errors(mode, k), kappa * errors(mode, k - 1) + rounding) << method << " " << degree << " " << mode;
        }
      }
      EXPECT_GT(errors.col(1).maxCoeff(), rounding);
    }
  }
}

TEST(OptimisedParareal, BackwardEulerDoesNotContractAsFast) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{199}}, {"diffusivity", 1.0}});
  const TimeGrid grid(0.0, 1.0, 20);
  const auto fine = heat->make_propagator({"radau2", 20});
  const States plain = mode_errors(*heat->make_propagator({"backward_euler", 1}), *fine, rough_state(199), grid, 3);
  const States best = mode_errors(*heat->make_propagator(optimised("radau2", 20, 3)), *fine, rough_state(199), grid, 3);
  EXPECT_LT(best.col(2).maxCoeff(), 1e-3 * plain.col(2).maxCoeff());
}

TEST(OptimisedParareal, AStepIsTheRationalFunctionOfTheMode) {
  const auto problem = make_problem("dahlquist", {{"real", -3.0}});
  const SolverSpec spec = optimised("exact", 1, 3);
  const State end = propagate(*problem, spec, State::Ones(1), 0.5);
  const double s = 1.5;
  const double value =
      (1.0 - 0.223006 * s + 0.0109465 * s * s) / (1.0 + 0.776994 * s + 0.272886 * s * s + 0.0967083 * s * s * s);
  EXPECT_NEAR(end[0], value, 1e-5);
}

}  // namespace
}  // namespace forerun
