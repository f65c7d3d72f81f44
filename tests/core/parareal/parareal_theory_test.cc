#include <gtest/gtest.h>

#include <cmath>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

struct ErrorHistory {
  double fine_factor;          ///< f
  double coarse_factor;        ///< R
  std::vector<double> errors;  ///< by iteration, from 0
};

/// Dahlquist u' = λu, u(0) = 1: F backward Euler × 20, G × 1.
ErrorHistory dahlquist(double lambda, double end, Index num_slices, Index iterations) {
  const TimeGrid grid(0.0, end, num_slices);
  const State initial = testing::vector({1.0});
  const auto fine = testing::backward_euler(lambda, 20);
  const auto coarse = testing::backward_euler(lambda, 1);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  PararealOptions options;
  options.tolerance = 0.0;
  options.max_iterations = iterations;
  const auto executor = make_serial_executor();
  const RunRecord record = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
  const double h = grid.slice_length();
  ErrorHistory history{std::pow(1.0 - h * lambda / 20.0, -20.0), 1.0 / (1.0 - h * lambda), {*record.initial_error}};
  for (const IterationRecord& iteration : record.iterations) history.errors.push_back(*iteration.error);
  return history;
}

TEST(PararealTheory, DahlquistErrorsAreThePublishedOnes) {
  const ErrorHistory history = dahlquist(-1.0, 1.0, 10, 5);
  const double published[] = {1.674606e-2, 3.366116e-4, 3.993372e-6, 3.103962e-8, 1.653045e-10};
  for (std::size_t k = 0; k < std::size(published); ++k) {
    EXPECT_NEAR(history.errors[k], published[k], 1e-5 * published[k] + 1e-15) << "iteration " << k;
  }
  EXPECT_NEAR(history.errors[5], 6.1e-13, 0.1e-13);
}

TEST(PararealTheory, LinearBoundOfGanderAndVandewalleHolds) {
  for (const double lambda : {-0.5, -1.0, -4.0, -20.0}) {
    const Index num_slices = 20;
    const ErrorHistory history = dahlquist(lambda, 4.0, num_slices, 10);
    const double R = history.coarse_factor;
    const double rate = std::abs(history.fine_factor - R) * (1.0 - std::pow(R, num_slices - 1)) / (1.0 - R);
    for (std::size_t k = 1; k < history.errors.size(); ++k) {
      const double bound = std::pow(rate, static_cast<double>(k)) * history.errors[0];
      EXPECT_LE(history.errors[k], bound * (1.0 + 1e-9) + 1e-15) << "lambda " << lambda << ", iteration " << k;
    }
  }
}

TEST(PararealTheory, SuperlinearBoundOfGanderAndVandewalleHolds) {
  for (const double lambda : {-0.5, -1.0, -4.0, -20.0}) {
    const Index num_slices = 20;
    const ErrorHistory history = dahlquist(lambda, 4.0, num_slices, 19);
    double bound = history.errors[0];
    for (std::size_t k = 1; k < history.errors.size(); ++k) {
      bound *= std::abs(history.fine_factor - history.coarse_factor) / static_cast<double>(k) *
               static_cast<double>(num_slices - static_cast<Index>(k));
      EXPECT_LE(history.errors[k], bound * (1.0 + 1e-9) + 1e-15) << "lambda " << lambda << ", iteration " << k;
    }
  }
}

/// u' = sin t − u³/(1 + u²): G and F forward Euler; Lipschitz constants estimated by differences over the states
/// visited.
TEST(PararealTheory, NonlinearBoundOfGanderAndHairerHolds) {
  const auto euler = [](int steps) {
    return FunctionPropagator(1, [=](const Slice& slice, const StateView& in, StateOut out) {
      const double h = slice.length() / steps;
      double u = in[0];
      for (int i = 0; i < steps; ++i) u += h * (std::sin(slice.begin + i * h) - u * u * u / (1.0 + u * u));
      out[0] = u;
    });
  };
  const Index num_slices = 10;
  const TimeGrid grid(0.0, 5.0, num_slices);
  const State initial = testing::vector({1.0});
  const auto fine = euler(200);
  const auto coarse = euler(2);

  double alpha = 0.0;
  double beta = 1.0;
  double gamma = 0.0;
  State f(1), g(1), f_previous(1), g_previous(1);
  const double spacing = 0.01;
  for (const Slice& slice : grid.slices(0, num_slices)) {
    for (int i = -200; i <= 200; ++i) {
      const State u = testing::vector({spacing * i});
      fine.propagate(slice, u, f);
      coarse.propagate(slice, u, g);
      gamma = std::max(gamma, std::abs(f[0] - g[0]));
      if (i > -200) {
        alpha = std::max(alpha, std::abs((f[0] - g[0]) - (f_previous[0] - g_previous[0])) / spacing);
        beta = std::max(beta, std::abs(g[0] - g_previous[0]) / spacing);
      }
      f_previous = f;
      g_previous = g;
    }
  }
  const double safety = 1.05;  // differences over a mesh underestimate a Lipschitz constant a little
  const States serial = solve_serial(grid, initial, fine).boundaries;
  PararealOptions options;
  options.tolerance = 0.0;
  const auto executor = make_serial_executor();
  for (Index k = 1; k < num_slices; ++k) {
    options.max_iterations = k;
    const RunRecord record = solve_parareal({grid, initial, coarse, fine}, options, *executor);
    for (Index n = k + 1; n <= num_slices; ++n) {
      const auto N = static_cast<double>(n);
      const auto K = static_cast<double>(k);
      const double binomial = std::exp(std::lgamma(N + 1.0) - std::lgamma(K + 2.0) - std::lgamma(N - K));
      const double bound = gamma * std::pow(safety * alpha, K) * std::pow(safety * beta, N - K - 1.0) * binomial;
      EXPECT_LE(std::abs(record.boundaries(0, n) - serial(0, n)), bound + 1e-15) << "k = " << k << ", n = " << n;
    }
  }
}

}  // namespace
}  // namespace forerun
