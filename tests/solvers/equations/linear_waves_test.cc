// Transport and wave: what their exact solutions say.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

constexpr double pi = std::numbers::pi;

TEST(TransportTest, MovesASineAtItsNumericalSpeed) {
  for (const std::int64_t mode : {1, 3}) {
    const auto transport = make_problem("transport", {{"points", std::int64_t{20}}, {"speed", 0.7}, {"mode", mode}});
    const double wave = 2.0 * pi * static_cast<double>(mode), dx = 0.05, time = 1.3;
    const double shift = 0.7 * std::sin(wave * dx) / dx * time;  // of the phase
    const State x = State::LinSpaced(20, 0.0, 0.95);
    const State expected = (wave * x.array() - shift).sin();
    const State end = propagate(*transport, {"rk8", 200}, transport->initial_state(), time);
    EXPECT_LT((end - expected).lpNorm<Eigen::Infinity>(), 1e-12) << mode;
  }
}

TEST(TransportTest, KeepsMassAndDoesNotMoveWhatIsConstant) {
  const auto transport = make_problem("transport");
  EXPECT_EQ(derivative(*transport, State::Constant(20, 3.0)), State::Zero(20).eval());
  const State bump = (-30.0 * (State::LinSpaced(20, 0.0, 0.95).array() - 0.4).square()).exp();
  EXPECT_NEAR(propagate(*transport, {"rk4", 100}, bump, 1.0).sum(), bump.sum(), 1e-13);
}

TEST(WaveTest, AStandingSineSwingsAtItsNumericalFrequency) {
  const auto wave = make_problem("wave", {{"profile", std::string("sine")}, {"mode", std::int64_t{2}}, {"speed", 1.5}});
  const State initial = wave->initial_state();
  const double frequency = 2.0 * 1.5 * 21.0 * std::sin(2.0 * pi / 42.0), time = 0.8;
  const State end = propagate(*wave, {"rk8", 400}, initial, time);
  const State shape = initial.head(20);
  EXPECT_LT((end.head(20) - std::cos(frequency * time) * shape).lpNorm<Eigen::Infinity>(), 1e-11);
  EXPECT_LT((end.tail(20) + frequency * std::sin(frequency * time) * shape).lpNorm<Eigen::Infinity>(), 1e-10);
}

TEST(WaveTest, KeepsItsEnergyAndStaysWithinItsBounds) {
  const auto wave = make_problem("wave");
  const StateBounds bounds = wave->bounds();
  const auto energy = [](const State& state) {
    double stretch = 0.0, before = 0.0;
    for (Index i = 0; i <= 20; ++i) {
      const double here = i < 20 ? state[i] : 0.0;
      stretch += std::pow((here - before) * 21.0, 2);
      before = here;
    }
    return stretch + state.tail(20).squaredNorm();
  };
  State state = wave->initial_state();
  const double expected = energy(state);
  for (int i = 0; i < 20; ++i) {
    state = propagate(*wave, {"rk8", 100}, state, 0.1);
    EXPECT_NEAR(energy(state), expected, 1e-9 * expected);
    EXPECT_TRUE((state.array() >= 1.05 * bounds.lower.array() && state.array() <= 1.05 * bounds.upper.array()).all());
  }
}

TEST(LinearWavesTest, BackwardEulerServesBoth) {
  for (const char* name : {"transport", "wave"}) {
    const auto problem = make_problem(name);
    const State exact = propagate(*problem, {"rk8", 200}, problem->initial_state(), 0.1);
    const auto error = [&](Index steps) {
      return (propagate(*problem, {"backward_euler", steps}, problem->initial_state(), 0.1) - exact).norm();
    };
    EXPECT_NEAR(std::log2(error(200) / error(400)), 1.0, 0.2) << name;
  }
}

}  // namespace
}  // namespace forerun
