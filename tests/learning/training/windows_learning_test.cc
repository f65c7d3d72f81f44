// What learners carry on from window to window.

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/parareal/windows.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

constexpr Index kSlices = 48, kWindows = 3, kWindowSlices = kSlices / kWindows;
constexpr double kEnd = 24.0, kTolerance = 1e-8;

/// A pendulum with friction, by explicit Euler; with other steps from the time `change` on.
FunctionPropagator pendulum(int first_steps, double change = 2 * kEnd, int later_steps = 1) {
  return {2, [=](const Slice& slice, const StateView& in, StateOut out) {
            const int steps = slice.begin >= change ? later_steps : first_steps;
            const double dt = slice.length() / steps;
            State state = in;
            for (int i = 0; i < steps; ++i) {
              const double acceleration = -std::sin(state[0]) - 0.02 * state[1];
              state[0] += dt * state[1];
              state[1] += dt * acceleration;
            }
            out = state;
          }};
}

std::vector<Index> iterations_by_window(const RunRecord& record) {
  std::vector<Index> counts(static_cast<std::size_t>(record.num_windows), 0);
  for (const IterationRecord& iteration : record.iterations) ++counts[static_cast<std::size_t>(iteration.window - 1)];
  return counts;
}

class CarriedOn : public testing::TestWithParam<std::string> {
 protected:
  HarvestingTrainer trainer() const {
    const CorrectorEntry& entry = find_corrector(GetParam());
    return {[&entry] {
              return entry.make(Parameters(entry.parameters), {{State{{-2, -2}}, State{{2, 2}}}, 1});
            },
            {.problem = "pendulum", .dimension = 2}};
  }
  RunRecord solve(const Propagator& fine, CoarseTrainer* trainer, int num_threads = 1) const {
    PararealOptions options;
    options.tolerance = kTolerance;
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    return solve_in_windows({.grid = grid_, .initial = initial_, .coarse = coarse_, .fine = fine, .trainer = trainer},
                            kWindows, options, *executor);
  }

  const TimeGrid grid_{0.0, kEnd, kSlices};
  const State initial_{{1.5, 0.0}};
  const FunctionPropagator coarse_ = pendulum(5), fine_ = pendulum(200);
};

TEST_P(CarriedOn, LaterWindowsNeedFewerIterationsAndGiveTheSameAnswer) {
  HarvestingTrainer learner = trainer();
  const RunRecord record = solve(fine_, &learner);
  ASSERT_TRUE(record.converged());
  const States serial = solve_serial(grid_, initial_, fine_).boundaries;
  EXPECT_LT((record.boundaries - serial).lpNorm<Eigen::Infinity>(), 1e-5);
  const std::vector<Index> counts = iterations_by_window(record);
  EXPECT_LT(counts[1], counts[0]);
  EXPECT_LT(counts[2], counts[0]);
}

TEST_P(CarriedOn, ResultsDoNotDependOnTheThreads) {
  HarvestingTrainer first = trainer(), second = trainer();
  const RunRecord serial = solve(fine_, &first), parallel = solve(fine_, &second, 4);
  EXPECT_EQ(parallel.boundaries, serial.boundaries);
  EXPECT_EQ(iterations_by_window(parallel), iterations_by_window(serial));
}

/// Behind the change there is nothing to correct, and what was learned is worse than nothing.
TEST_P(CarriedOn, WhatMisleadsIsForgottenWithItsSamples) {
  const double change = grid_.boundary(2 * kWindowSlices);
  const FunctionPropagator changing = pendulum(200, change, 5);
  HarvestingTrainer learner = trainer();
  const RunRecord record = solve(changing, &learner);
  const LearnedModel model = learner.learned_model(*make_serial_executor());
  for (const Index slice : model.harvest.slices()) EXPECT_GE(slice, 2 * kWindowSlices);
  EXPECT_FALSE(record.iterations.empty());
}

INSTANTIATE_TEST_SUITE_P(Correctors, CarriedOn, testing::Values("kriging", "randnet", "randnet-local"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

/// A trainer that is shown one window after the other, each sweep the same states.
TEST(CarriedOnHarvest, IsNoLargerThanAWindowsOwn) {
  constexpr Index kDimension = 100;
  const CorrectorEntry& entry = find_corrector("krylov");
  Parameters parameters(entry.parameters);
  parameters.set("rank", std::int64_t{4});
  const StateBounds bounds{State::Constant(kDimension, -1.0), State::Constant(kDimension, 1.0)};
  const auto executor = make_serial_executor();
  for (const Index num_slices : {20, 3000}) {
    HarvestingTrainer trainer([&] { return entry.make(parameters, {bounds, 1}); }, {.dimension = kDimension});
    const TimeGrid grid(0.0, 1.0, 3 * num_slices);
    const States states = test::random_matrix(kDimension, num_slices, 1), fine = 0.5 * states;
    const States coarse = 0.4 * states;
    const std::vector<Index> levels(static_cast<std::size_t>(num_slices), 0);
    Index iteration = 0;
    for (Index window = 0; window < 3; ++window) {
      if (window > 0) trainer.next_window(*executor);
      for (int sweep = 0; sweep < 3; ++sweep) {
        trainer.train({++iteration, levels, grid.slices(window * num_slices, num_slices), states, fine, coarse},
                      *executor);
      }
    }
    const Index most = HarvestingTrainer::most_carried(num_slices, kDimension) + 3 * num_slices;
    EXPECT_LE(trainer.learned_model(*executor).harvest.size(), most);
  }
  EXPECT_EQ(HarvestingTrainer::most_carried(20, 1'000'000), 40);
}

}  // namespace
}  // namespace forerun
