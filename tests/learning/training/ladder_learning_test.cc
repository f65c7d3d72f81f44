#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {
namespace {

constexpr Index kSlices = 10;

/// What a fine sweep finds whose discrepancy is sin(u) + `offset`; `displacement` moves all states.
struct Sweep {
  Sweep(double displacement, double offset) : states(2, kSlices), coarse(States::Zero(2, kSlices)) {
    for (Index n = 0; n < kSlices; ++n) {
      const auto x = static_cast<double>(n);
      states.col(n) = State{{0.2 * x - 1.0 + displacement, std::cos(x) + displacement}};
    }
    fine = states.array().sin() + offset;
  }
  SweepData seen(const TimeGrid& grid, Index iteration, Index level) const {
    levels.assign(kSlices, level);
    return {iteration, levels, grid.slices(0, kSlices), states, fine, coarse};
  }

  mutable std::vector<Index> levels;
  States states;
  States coarse;
  States fine;
};

class LadderLearning : public ::testing::TestWithParam<const char*> {
 protected:
  HarvestingTrainer trainer() const {
    const CorrectorEntry& entry = find_corrector(GetParam());
    const CorrectorContext context{{State{{-2, -2}}, State{{2, 2}}}, 1};
    ProblemSignature signature;
    signature.problem = "test";
    signature.dimension = 2;
    return HarvestingTrainer([&entry, context] { return entry.make(Parameters(entry.parameters), context); },
                             signature);
  }

  /// What only the cheap level has seen is predicted as the better one would have it.
  void expect_shifted(const Correction* correction, double tolerance) const {
    ASSERT_NE(correction, nullptr);
    for (Index n = 0; n < kSlices; ++n) {
      State predicted(2);
      correction->evaluate(grid_.slice(n), cheap_.states.col(n), State(), predicted);
      const State expected = cheap_.states.col(n).array().sin() + 0.3;
      EXPECT_LT((predicted - expected).cwiseAbs().maxCoeff(), tolerance) << "slice " << n;
    }
  }

  const TimeGrid grid_{0.0, 1.0, kSlices};
  const std::unique_ptr<SliceExecutor> executor_ = make_serial_executor();
  const Sweep cheap_{0.0, 0.0};
  const Sweep moved_{0.05, 0.0};
  const Sweep better_{0.06, 0.3};  ///< of the next level, whose discrepancies are all larger by 0.3
};

TEST_P(LadderLearning, DiscrepanciesOfACheaperLevelFollowTheBetterOne) {
  HarvestingTrainer learner = trainer();
  learner.train(cheap_.seen(grid_, 1, 0), *executor_);
  learner.train(moved_.seen(grid_, 2, 0), *executor_);
  const Correction* correction = learner.train(better_.seen(grid_, 3, 1), *executor_);
  expect_shifted(correction, 0.02);
}

TEST_P(LadderLearning, OnlyTheLastLevelsTruthsAreKept) {
  HarvestingTrainer learner = trainer();
  learner.train(cheap_.seen(grid_, 1, 0), *executor_);
  learner.train(moved_.seen(grid_, 2, 0), *executor_);
  learner.train(better_.seen(grid_, 3, 1), *executor_);
  const LearnedModel model = learner.learned_model(*executor_);
  EXPECT_EQ(model.harvest.size(), kSlices);
  EXPECT_EQ(States(model.harvest.states()), better_.states);
  EXPECT_EQ(States(model.harvest.discrepancies()), better_.fine);
}

TEST_P(LadderLearning, OnlySlicesThatClimbFollowTheBetterLevel) {
  constexpr Index kClimbed = 4;
  Sweep mixed = moved_;
  mixed.fine.leftCols(kClimbed).array() += 0.3;
  std::vector<Index> levels(kSlices, 0);
  std::fill_n(levels.begin(), kClimbed, 1);
  HarvestingTrainer learner = trainer();
  learner.train(cheap_.seen(grid_, 1, 0), *executor_);
  learner.train(Sweep(0.02, 0.0).seen(grid_, 2, 0), *executor_);
  const SweepData seen{3, levels, grid_.slices(0, kSlices), mixed.states, mixed.fine, mixed.coarse};
  const Correction* correction = learner.train(seen, *executor_);
  ASSERT_NE(correction, nullptr);
  for (Index n = 0; n < kSlices; ++n) {
    State predicted(2);
    correction->evaluate(grid_.slice(n), cheap_.states.col(n), State(), predicted);
    const State expected = cheap_.states.col(n).array().sin() + (n < kClimbed ? 0.3 : 0.0);
    EXPECT_LT((predicted - expected).cwiseAbs().maxCoeff(), 0.06) << "slice " << n;
  }
  const LearnedModel model = learner.learned_model(*executor_);
  EXPECT_EQ(States(model.harvest.states()), States(mixed.states.leftCols(kClimbed))) << "the highest level's truths";
  EXPECT_EQ(States(model.harvest.discrepancies()), States(mixed.fine.leftCols(kClimbed)));
}

TEST_P(LadderLearning, WithoutAFitTheNewestDiscrepancyTellsTheShift) {
  HarvestingTrainer learner = trainer();
  for (Index iteration = 1; iteration <= 2; ++iteration) {
    SweepData easy = (iteration == 1 ? cheap_ : moved_).seen(grid_, iteration, 0);
    easy.classic_will_do = true;  // the guard is not fitted then
    learner.train(easy, *executor_);
  }
  const Correction* correction = learner.train(better_.seen(grid_, 3, 1), *executor_);
  expect_shifted(correction, 0.03);
}

INSTANTIATE_TEST_SUITE_P(Learners, LadderLearning, ::testing::Values("randnet", "randnet-local", "kriging", "auto"),
                         [](const auto& learner) {
                           std::string name = learner.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace forerun
