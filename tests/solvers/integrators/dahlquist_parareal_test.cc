#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// u' = λ u on [0, 1], ten slices, backward Euler with 20 steps a slice behind 1: what the theory is written for.
struct DahlquistRun {
  std::vector<double> errors;  ///< by iteration, from the initial sweep on
  double coarse_factor = 0.0;  ///< |R|
  double difference = 0.0;     ///< |f − R|, f the fine factor
};

constexpr Index num_slices = 10;

DahlquistRun run_dahlquist(double lambda) {
  const auto problem = make_problem("dahlquist", {{"real", lambda}});
  const State initial = problem->initial_state();
  const TimeGrid grid(0.0, 1.0, num_slices);
  const auto fine = problem->make_propagator({"backward_euler", 20});
  const auto coarse = problem->make_propagator({"backward_euler", 1});
  const SerialSolution serial = solve_serial(grid, initial, *fine);
  const PararealProblem parareal{grid, initial, *coarse, *fine, nullptr, &serial.boundaries};
  PararealOptions options;
  options.tolerance = 0.0;
  const auto executor = make_serial_executor();
  const RunRecord record = solve_parareal(parareal, options, *executor);
  DahlquistRun run;
  run.errors.push_back(record.initial_error.value());
  for (const IterationRecord& iteration : record.iterations) run.errors.push_back(iteration.error.value());
  const double f = std::pow(1.0 - lambda * 0.1 / 20.0, -20);
  const double r = 1.0 / (1.0 - lambda * 0.1);
  run.coarse_factor = std::abs(r);
  run.difference = std::abs(f - r);
  return run;
}

TEST(DahlquistPararealTest, ReproducesTheReferenceErrorsToFiveDigits) {
  const std::array<double, 5> reference{1.674606e-2, 3.366116e-4, 3.993372e-6, 3.103962e-8, 1.653045e-10};
  const DahlquistRun run = run_dahlquist(-1.0);
  for (std::size_t k = 0; k < reference.size(); ++k) {
    EXPECT_NEAR(run.errors.at(k), reference[k], 1e-5 * reference[k]) << "iteration " << k;
  }
  EXPECT_NEAR(run.errors.at(5), 6.1e-13, 0.1e-13);
}

TEST(DahlquistPararealTest, StaysBelowTheLinearAndTheSuperlinearBound) {
  for (const double lambda : {-0.5, -1.0, -5.0, -30.0}) {
    const DahlquistRun run = run_dahlquist(lambda);
    const double R = run.coarse_factor;
    const double contraction = run.difference * (1.0 - std::pow(R, num_slices - 1)) / (1.0 - R);
    double superlinear = run.errors[0];
    for (std::size_t k = 1; k < run.errors.size(); ++k) {
      const double rounding = 1e-15;
      superlinear *= run.difference * static_cast<double>(num_slices - static_cast<Index>(k)) / static_cast<double>(k);
      EXPECT_LE(run.errors[k], std::pow(contraction, static_cast<double>(k)) * run.errors[0] + rounding) << lambda;
      EXPECT_LE(run.errors[k], superlinear + rounding) << lambda << ", iteration " << k;
    }
  }
}

}  // namespace
}  // namespace forerun
