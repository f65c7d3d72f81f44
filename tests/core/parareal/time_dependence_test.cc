#include "core/parareal/time_dependence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"

namespace forerun {
namespace {

using RightHandSide = std::function<double(double t, double u)>;

FunctionPropagator euler(int steps, RightHandSide f) {
  return {1, [=](const Slice& slice, const StateView& in, StateOut out) {
            const double h = slice.length() / steps;
            double u = in[0];
            for (int i = 0; i < steps; ++i) u += h * f(slice.begin + i * h, u);
            out[0] = u;
          }};
}

/// Whether it matters after one sweep from the coarse solution.
bool matters(const RightHandSide& f, Index num_slices, double end = 20.0) {
  const TimeGrid grid(0.0, end, num_slices);
  const FunctionPropagator fine = euler(100, f), coarse = euler(2, f);
  States states(1, num_slices), fine_values(1, num_slices), coarse_values(1, num_slices);
  State u{{0.4}};
  for (Index n = 0; n < num_slices; ++n) {
    states.col(n) = u;
    fine.propagate(grid.slice(n), states.col(n), fine_values.col(n));
    coarse.propagate(grid.slice(n), states.col(n), coarse_values.col(n));
    u = coarse_values.col(n);
  }
  return depends_on_time(coarse, grid, {1, {}, grid.slices(0, num_slices), states, fine_values, coarse_values},
                         StateNorm(), *make_serial_executor());
}

TEST(TimeDependence, IsSeenInForcingOfAnySpeed) {
  for (const double frequency : {0.02, 0.2, 1.0, 5.0, 40.0})
    EXPECT_TRUE(matters([=](double t, double u) { return -u + std::sin(frequency * t); }, 40)) << frequency;
}

TEST(TimeDependence, IsSeenThoughThePeriodIsThatOfSeveralSlices) {
  const double pi = std::acos(-1.0);
  for (const Index slices_a_period : {2, 3, 4, 5, 8, 10, 12, 20})
    EXPECT_TRUE(matters(
        [=](double t, double u) { return -u + std::sin(0.3 + 4.0 * pi * t / static_cast<double>(slices_a_period)); },
        40))
        << slices_a_period;
}

TEST(TimeDependence, IsNotSeenWhereThereIsNoneThoughSlicesDifferByRounding) {
  for (const Index num_slices : {2, 7, 30, 1000})
    EXPECT_FALSE(matters([](double, double u) { return std::sin(3.0 * u) - u; }, num_slices, 7.7)) << num_slices;
}

TEST(TimeDependence, DoesNotMatterWhereItIsSmallBesideTheDiscrepancy) {
  EXPECT_FALSE(matters([](double t, double u) { return 0.1 * u + 1e-9 * std::sin(t); }, 40));
}

TEST(TimeDependence, ASolverThatFailsElsewhereTellsNothing) {
  const TimeGrid grid(0.0, 4.0, 4);
  const FunctionPropagator failing(
      1, [](const Slice&, const StateView&, StateOut) { throw PropagationError(0.0, "not from here"); });
  const States values = States::Ones(1, 4);
  EXPECT_FALSE(depends_on_time(failing, grid, {1, {}, grid.slices(0, 4), values, values, values}, StateNorm(),
                               *make_serial_executor()));
}

TEST(TimeDependence, OneSliceAloneHasNone) {
  const TimeGrid grid(0.0, 1.0, 1);
  const FunctionPropagator coarse = euler(1, [](double t, double) { return t; });
  const States values = States::Ones(1, 1);
  EXPECT_FALSE(depends_on_time(coarse, grid, {1, {}, grid.slices(0, 1), values, values, values}, StateNorm(),
                               *make_serial_executor()));
}

/// Notes what it is told.
class Listener final : public CoarseTrainer {
 public:
  const Correction* initial_correction() override { return nullptr; }
  const Correction* train(const SweepData& sweep, SliceExecutor&) override {
    told.push_back(sweep.depends_on_time);
    return nullptr;
  }
  std::string serving() const override { return "listener"; }
  std::vector<bool> told;
};

TEST(TimeDependence, LearnersAreToldInEverySweep) {
  const TimeGrid grid(0.0, 8.0, 16);
  for (const bool forced : {false, true}) {
    const RightHandSide f = [forced](double t, double u) { return -u + (forced ? std::sin(2.0 * t) : 0.5); };
    const FunctionPropagator fine = euler(50, f), coarse = euler(2, f);
    Listener listener;
    solve_parareal({grid, State{{0.4}}, coarse, fine, &listener}, PararealOptions{}, *make_serial_executor());
    EXPECT_GT(listener.told.size(), 1u);
    EXPECT_EQ(listener.told, std::vector<bool>(listener.told.size(), forced));
  }
}

}  // namespace
}  // namespace forerun
