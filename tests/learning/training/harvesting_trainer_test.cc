#include "learning/training/harvesting_trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

constexpr Index kNumSlices = 24;
constexpr double kTolerance = 1e-9;

/// A pendulum with friction: u' = (v, −sin u − friction · v), by explicit Euler.
FunctionPropagator pendulum(double friction, int steps) {
  return {2, [friction, steps](const Slice& slice, const StateView& in, StateOut out) {
            const double dt = slice.length() / steps;
            out = in;
            for (int i = 0; i < steps; ++i) {
              const State next{{out[0] + dt * out[1], out[1] - dt * (std::sin(out[0]) + friction * out[1])}};
              out = next;
            }
          }};
}

struct Solved {
  RunRecord record;
  std::shared_ptr<const LearnedModel> model;
};

class WarmStart : public testing::TestWithParam<const char*> {
 protected:
  CorrectorFactory factory() const {
    return [name = std::string(GetParam())] {
      const CorrectorEntry& entry = find_corrector(name);
      return entry.make(Parameters(entry.parameters), {{State{{-2, -2}}, State{{2, 2}}}, 1});
    };
  }

  static ProblemSignature signature(double friction) {
    return {"pendulum", {{"friction", std::to_string(friction)}}, 2, 0.5, "euler x 5", "euler x 200"};
  }

  Solved solve(double friction, std::shared_ptr<const LearnedModel> prior) const {
    const TimeGrid grid(0.0, 12.0, kNumSlices);
    const State initial{{1.5, 0.0}};
    const FunctionPropagator coarse = pendulum(friction, 5), fine = pendulum(friction, 200);
    const SerialSolution serial = solve_serial(grid, initial, fine);
    HarvestingTrainer trainer(factory(), signature(friction), std::move(prior));
    PararealOptions options;
    options.tolerance = kTolerance;
    const auto executor = make_serial_executor();
    const PararealProblem problem{.grid = grid,
                                  .initial = initial,
                                  .coarse = coarse,
                                  .fine = fine,
                                  .trainer = &trainer,
                                  .reference = &serial.boundaries};
    RunRecord record = solve_parareal(problem, options, *executor);
    return {std::move(record), std::make_shared<const LearnedModel>(trainer.learned_model(*executor))};
  }
};

TEST_P(WarmStart, OfTheSameProblemNeedsAtMostTwoIterations) {
  const Solved cold = solve(0.1, nullptr);
  const Solved warm = solve(0.1, cold.model);
  EXPECT_GT(cold.record.num_iterations(), 2);
  EXPECT_LE(warm.record.num_iterations(), 2);
  EXPECT_EQ(warm.record.termination, Termination::converged);
  EXPECT_LT(*warm.record.error(), 10 * kTolerance);
}

TEST_P(WarmStart, OnAnotherParameterNeverNeedsMoreIterationsThanCold) {
  const Solved cold = solve(0.1, nullptr);
  const Solved warm = solve(0.102, cold.model), fresh = solve(0.102, nullptr);
  EXPECT_LE(warm.record.num_iterations(), fresh.record.num_iterations());
  EXPECT_LT(*warm.record.error(), 10 * kTolerance);
  EXPECT_LT(*warm.record.initial_error, *fresh.record.initial_error);
}

TEST_P(WarmStart, KeepsOldSamplesOfTheSameProblemAndOnlyNewOnesOfAnother) {
  const Solved cold = solve(0.1, nullptr);
  const Solved same = solve(0.1, cold.model), other = solve(0.2, cold.model);
  const Index old_size = cold.model->harvest.size();
  EXPECT_GE(same.model->harvest.size(), old_size + kNumSlices);
  EXPECT_EQ(States(same.model->harvest.states().leftCols(old_size)), States(cold.model->harvest.states()));
  EXPECT_EQ(other.model->harvest.iterations().front(), 1);
  EXPECT_EQ(other.model->signature, signature(0.2));
}

TEST_P(WarmStart, SavesTheDiscrepanciesOfTheSolversNotWhatThePriorLeavesOfThem) {
  const Solved cold = solve(0.1, nullptr);
  const Solved other = solve(0.2, cold.model);
  const Harvest& harvest = other.model->harvest;
  const FunctionPropagator coarse = pendulum(0.2, 5), fine = pendulum(0.2, 200);
  State fine_value(2), coarse_value(2);
  for (const Index j : {Index{0}, harvest.size() / 2, harvest.size() - 1}) {
    fine.propagate({.begin = 0.0, .end = 0.5}, harvest.states().col(j), fine_value);
    coarse.propagate({.begin = 0.0, .end = 0.5}, harvest.states().col(j), coarse_value);
    EXPECT_LT((harvest.discrepancies().col(j) - (fine_value - coarse_value)).norm(), 1e-13);
  }
}

TEST_P(WarmStart, AModelThatMisleadsServesTheInitialSweepOnly) {
  const Solved cold = solve(0.1, nullptr);
  auto misleading = std::make_shared<LearnedModel>(*cold.model);
  misleading->readout *= -2.0;
  const Solved warm = solve(0.1, misleading);
  EXPECT_EQ(warm.record.initial_corrector, GetParam());
  EXPECT_EQ(warm.record.iterations.front().corrector, GetParam());
  EXPECT_EQ(warm.record.termination, Termination::converged);
  EXPECT_LT(*warm.record.error(), 10 * kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Correctors, WarmStart, testing::Values("randnet", "randnet-local"),
                         [](const auto& name) { return name.index == 0 ? "randnet" : "randnet_local"; });

/// A coarse solver so good that classic Parareal is done after one correction.
class NextToNothingToLearn : public testing::Test {
 protected:
  RunRecord solve(CoarseTrainer* trainer) const {
    PararealOptions options;
    options.tolerance = 1e-4;
    options.stopping = StoppingRule::published;
    options.norm = StateNorm(StateBounds{State{{-1, -1}}, State{{1, 1}}});
    return solve_parareal({.grid = grid_, .initial = initial_, .coarse = coarse_, .fine = fine_, .trainer = trainer},
                          options, *executor_);
  }
  static HarvestingTrainer trainer(const char* name) {
    const CorrectorEntry& entry = find_corrector(name);
    return {[&entry] {
              return entry.make(Parameters(entry.parameters), {{State{{-2, -2}}, State{{2, 2}}}, 1});
            },
            {.problem = "pendulum", .dimension = 2}};
  }

  const TimeGrid grid_{0.0, 12.0, kNumSlices};
  const State initial_{{1.5, 0.0}};
  const FunctionPropagator coarse_ = pendulum(0.1, 180), fine_ = pendulum(0.1, 200);
  const std::unique_ptr<SliceExecutor> executor_ = make_serial_executor();
};

TEST_F(NextToNothingToLearn, TheGuardIsNotFittedAndKeepsTheSamples) {
  HarvestingTrainer guard = trainer("auto");
  const RunRecord classic = solve(nullptr);
  const RunRecord guarded = solve(&guard);
  ASSERT_TRUE(guarded.converged());
  EXPECT_EQ(guarded.boundaries, classic.boundaries);
  Index num_samples = 0;
  for (const IterationRecord& iteration : guarded.iterations) {
    EXPECT_EQ(iteration.corrector, "classic");
    num_samples += kNumSlices - iteration.first_slice;
  }
  EXPECT_EQ(guard.learned_model(*executor_).harvest.size(), num_samples);
}

TEST_F(NextToNothingToLearn, OtherCorrectorsServeAllTheSame) {
  HarvestingTrainer network = trainer("randnet");
  EXPECT_EQ(solve(&network).iterations.front().corrector, "randnet");
}

TEST(HarvestingTrainer, RefusesAModelOfAnotherEquationOrDimension) {
  const CorrectorEntry& entry = find_corrector("randnet");
  const CorrectorFactory factory = [&entry] {
    return entry.make(Parameters(entry.parameters), {test::unit_bounds(2), 1});
  };
  auto model = std::make_shared<LearnedModel>();
  model->signature.problem = "lorenz";
  model->signature.dimension = 2;
  EXPECT_THROW(HarvestingTrainer(factory, {.problem = "pendulum", .dimension = 2}, model), std::invalid_argument);
  EXPECT_THROW(HarvestingTrainer(factory, {.problem = "lorenz", .dimension = 3}, model), std::invalid_argument);
}

TEST(HarvestingTrainer, HasNoModelBeforeItHasSeenASweep) {
  const CorrectorEntry& entry = find_corrector("randnet");
  const HarvestingTrainer trainer(
      [&entry] {
        return entry.make(Parameters(entry.parameters), {test::unit_bounds(2), 1});
      },
      {.problem = "lorenz", .dimension = 2});
  EXPECT_THROW(trainer.learned_model(*make_serial_executor()), std::logic_error);
}

/// Throws at its second fit and whenever a sample is as large as what stands in for a failed solve.
class Stumbling final : public Corrector {
 public:
  explicit Stumbling(std::shared_ptr<int> num_fits) : num_fits_(std::move(num_fits)) {}
  std::string name() const override { return "stumbling"; }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (++*num_fits_ == 2) throw std::runtime_error("stumbled");
    if (harvest.states().cwiseAbs().maxCoeff() > 1e3) throw std::logic_error("learned what is not true");
    const CorrectorEntry& entry = find_corrector("kriging");
    kriging_ = entry.make(Parameters(entry.parameters), {{State{{-2, -2}}, State{{2, 2}}}, 1});
    return kriging_->fit(harvest, executor);
  }

 private:
  std::shared_ptr<int> num_fits_;
  std::unique_ptr<Corrector> kriging_;
};

struct FewSlices {
  TimeGrid grid{0.0, 2.0, 4};
  std::vector<Index> levels = std::vector<Index>(4, 0);
  States states = test::random_matrix(2, 4, 1), fine = test::random_matrix(2, 4, 2), coarse = States::Zero(2, 4);

  SweepData sweep(Index iteration) const { return {iteration, levels, grid.slices(0, 4), states, fine, coarse}; }
};

TEST(Trainer, LearningThatThrowsCostsItsCorrectionAlone) {
  const auto num_fits = std::make_shared<int>(0);
  HarvestingTrainer trainer([num_fits] { return std::make_unique<Stumbling>(num_fits); },
                            {.problem = "few", .dimension = 2});
  const auto executor = make_serial_executor();
  FewSlices few;
  EXPECT_NE(trainer.train(few.sweep(1), *executor), nullptr);
  EXPECT_EQ(trainer.trouble(), "");
  few.states *= 1.1;
  EXPECT_EQ(trainer.train(few.sweep(2), *executor), nullptr);
  EXPECT_EQ(trainer.trouble(), "stumbled");
  EXPECT_EQ(trainer.serving(), "classic");
  few.states *= 1.1;
  EXPECT_NE(trainer.train(few.sweep(3), *executor), nullptr);
  EXPECT_EQ(trainer.trouble(), "");
  EXPECT_EQ(trainer.learned_model(*executor).harvest.size(), 12) << "what was seen then is not lost";
}

TEST(Trainer, WhatIsNotTrueIsNeverLearned) {
  HarvestingTrainer trainer([] { return std::make_unique<Stumbling>(std::make_shared<int>(2)); },
                            {.problem = "few", .dimension = 2});
  const auto executor = make_serial_executor();
  FewSlices few;
  few.states.col(2).setConstant(1e6);
  few.fine.col(2).setConstant(NAN);
  std::vector<char> is_true = {1, 1, 0, 1};
  SweepData sweep = few.sweep(1);
  sweep.is_true = is_true;
  EXPECT_NE(trainer.train(sweep, *executor), nullptr) << trainer.trouble();
  is_true = {0, 0, 0, 0};
  trainer.train(sweep, *executor);
  EXPECT_EQ(trainer.trouble(), "");
  EXPECT_EQ(trainer.learned_model(*executor).harvest.slices(), (std::vector<Index>{0, 1, 3}));
}

}  // namespace
}  // namespace forerun
