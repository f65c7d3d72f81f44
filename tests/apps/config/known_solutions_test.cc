#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "apps/forerun/run/experiment.h"
#include "core/propagation/serial_fine.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

/// What the fine solver of a shipped configuration makes of all slices, a column a boundary.
States fine_solution(const std::string& name) {
  const Experiment experiment = make_experiment(ConfigDocument::read(testing::data_config(name)));
  return solve_serial(experiment.grid, experiment.initial, *experiment.fine, {}).boundaries;
}

TEST(KnownSolution, ArenstorfsOrbitIsClosed) {
  const States u = fine_solution("arenstorf");
  EXPECT_LE((u.rightCols(1) - u.leftCols(1)).cwiseAbs().maxCoeff(), 1e-5);
  EXPECT_GT((u.col(16) - u.col(0)).norm(), 1.0) << "it has been elsewhere";
}

/// R0 = 3: infection over recovery. The shares add up to 1 all the time.
TEST(KnownSolution, AnEpidemicHasItsFinalSize) {
  const States u = fine_solution("sir");
  for (Index n = 0; n < u.cols(); ++n) EXPECT_NEAR(u.col(n).sum(), 1.0, 1e-12);
  const double left = u(0, u.cols() - 1);
  EXPECT_NEAR(std::log(left / 0.99), -3.0 * (1.0 - left), 1e-9);
}

/// Cyclic: from a state turned around, the solution is turned around.
TEST(KnownSolution, ThomasLabyrinthIsTheSameInAllDirections) {
  Experiment experiment = make_experiment(ConfigDocument::read(testing::data_config("thomas")));
  const auto turned = [](const State& u) { return State{{u[1], u[2], u[0]}}; };
  const Slice slice = experiment.grid.slice(0);
  State end(3), turned_end(3);
  experiment.fine->propagate(slice, experiment.initial, end);
  experiment.fine->propagate(slice, turned(experiment.initial), turned_end);
  EXPECT_LE((turned(end) - turned_end).norm(), 1e-12 * end.norm());
}

/// S N(d₁) − K exp(−r t) N(d₂).
double call_price(double share) {
  constexpr double strike = 100.0, rate = 0.03, volatility = 0.4;  // a year
  const auto normal = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
  const double d1 = (std::log(share / strike) + rate + 0.5 * volatility * volatility) / volatility;
  return share * normal(d1) - strike * std::exp(-rate) * normal(d1 - volatility);
}

TEST(KnownSolution, ACallHasBlackAndScholesPrice) {
  const States v = fine_solution("black_scholes");
  for (const Index i : {20, 36, 40, 44, 80, 400, 2000}) {
    EXPECT_NEAR(v(i, v.cols() - 1), call_price(2.5 * static_cast<double>(i)), 0.01) << i;
  }
}

/// The expected payoff, discounted, by quadrature over the first share's end price; over the second's in closed form.
double basket_price(double first, double second) {
  constexpr double strike = 100.0, rate = 0.03, volatility = 0.4;  // a year
  const double drift = rate - 0.5 * volatility * volatility;
  const auto normal = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
  constexpr int points = 4001;
  constexpr double reach = 8.0, step = 2.0 * reach / (points - 1);
  double sum = 0.0;
  for (int i = 0; i < points; ++i) {
    const double z = -reach + step * i;
    const double needed = strike - 0.5 * first * std::exp(drift + volatility * z);  // of half the second
    const double mean = 0.5 * second * std::exp(rate);
    const double d = needed > 0.0 ? (std::log(0.5 * second / needed) + drift) / volatility : 0.0;
    const double gain = needed > 0.0 ? mean * normal(d + volatility) - needed * normal(d) : mean - needed;
    sum += gain * std::exp(-0.5 * z * z) * step;
  }
  return std::exp(-rate) * sum / std::sqrt(2.0 * std::numbers::pi);
}

TEST(KnownSolution, ACallOnABasketHasThePriceThatQuadratureGives) {
  const States v = fine_solution("basket");
  const auto at = [&](Index i, Index j) { return v(64 * j + i, v.cols() - 1); };
  const auto share = [](Index i) { return 300.0 / 63.0 * static_cast<double>(i); };
  for (const auto& [i, j] : {std::pair<Index, Index>{21, 21}, {18, 24}, {24, 18}, {12, 21}, {28, 28}}) {
    EXPECT_NEAR(at(i, j), basket_price(share(i), share(j)), 0.06) << i << ", " << j;
    EXPECT_NEAR(at(i, j), at(j, i), 1e-9) << "the shares are alike";
  }
}

TEST(KnownSolution, ThePublishedOdeOfPpinnIsSolvedByItsNetwork) {
  const States u = fine_solution("ppinn_ode");
  for (Index n = 0; n < u.cols(); ++n) {
    const double t = static_cast<double>(n);
    EXPECT_NEAR(u(0, n), t + std::sin(0.5 * std::numbers::pi * t), 1e-6);
  }
}

/// Errors against serial fine, iteration by iteration.
std::vector<double> errors_of(const std::string& name, const std::string& corrector) {
  const testing::Outcome outcome =
      testing::forerun_with({"compare", testing::data_config(name), "--correctors", corrector, "--set",
                             "parareal.tolerance=1e-11", "--quiet", "--json", "-"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  return nlohmann::json::parse(outcome.out).at("runs")[0].at("errors").get<std::vector<double>>();
}

/// What is carried on undamped is what classic Parareal cannot do, and what a Krylov space repairs.
TEST(Hyperbolic, KrylovRepairsWhatClassicLoses) {
  EXPECT_GT(errors_of("transport", "classic")[0], 0.1);
  EXPECT_LE(errors_of("transport", "krylov")[0], 1e-12);
  EXPECT_GT(errors_of("wave", "classic")[9], 1e-2);
  EXPECT_LE(errors_of("wave", "krylov")[2], 1e-7);
}

}  // namespace
}  // namespace forerun
