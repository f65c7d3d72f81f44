#include "learning/family/family_learner.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/numerics/random_stream.h"
#include "learning/training/prior_trainer.h"

namespace forerun {
namespace {

constexpr Index kPoints = 12;

/// A discrepancy that is local, the same everywhere, and depends on one parameter.
State discrepancy(const StateView& u, double theta) {
  State d(u.size());
  for (Index i = 0; i < u.size(); ++i) {
    const double left = u[(i + u.size() - 1) % u.size()], right = u[(i + 1) % u.size()];
    d[i] = 0.1 * theta * (left - 2.0 * u[i] + right) - 0.05 * u[i] * (right - left);
  }
  return d;
}

StoreEntry run_of(double theta, std::uint64_t seed, double factor = 1.0) {
  StoreEntry entry{"run", State{{theta}}, Harvest(kPoints), 3, {}};
  const RandomStream random(seed, 0);
  for (Index n = 0; n < 20; ++n) {
    State u(kPoints);
    for (Index i = 0; i < kPoints; ++i) u[i] = 0.5 + 0.5 * random.uniform(static_cast<std::uint64_t>(n * kPoints + i));
    entry.harvest.append(u, factor * discrepancy(u, theta), {n}, {1});
  }
  return entry;
}

FamilyLearner make_learner() {
  FamilyOptions options = FamilyOptions::from_parameters(Parameters(FamilyOptions::parameter_specs()));
  options.stencil = 1;
  options.layer.neurons = 40;
  options.degree = 1;
  return {options, {State::Zero(kPoints), State::Ones(kPoints)}, {{"theta"}, State{{1.0}}, State{{2.0}}}};
}

TEST(FamilyLearner, PredictsRunsOfOtherParametersOnceItHasSeenSeveral) {
  const auto executor = make_serial_executor();
  FamilyLearner learner = make_learner();
  EXPECT_EQ(learner.prior(State{{1.5}}), nullptr);
  const std::vector<double> thetas = {1.0, 2.0, 1.3, 1.7, 1.1};
  for (std::size_t r = 0; r < thetas.size(); ++r) learner.absorb(run_of(thetas[r], r), *executor);
  ASSERT_TRUE(learner.serves());
  const StoreEntry unseen = run_of(1.55, 99);
  EXPECT_LT(mean_log_error(*learner.prior(unseen.parameters), unseen.harvest, *executor), std::log(1e-3));
}

TEST(FamilyLearner, DoesNotServeWhereTheStoreContradictsItself) {
  const auto executor = make_serial_executor();
  FamilyLearner learner = make_learner();
  for (std::uint64_t r = 0; r < 8; ++r)
    learner.absorb(run_of(1.0 + 0.1 * static_cast<double>(r), r, r % 2 == 0 ? 1.0 : -1.0), *executor);
  EXPECT_FALSE(learner.serves());
  EXPECT_EQ(learner.prior(State{{1.5}}), nullptr);
}

TEST(FamilyLearner, GivesTheSameBitsOnOneThreadAndOnFour) {
  const auto serial = make_serial_executor(), parallel = make_tbb_executor(4);
  FamilyLearner one = make_learner(), four = make_learner();
  for (std::uint64_t r = 0; r < 4; ++r) {
    one.absorb(run_of(1.0 + 0.2 * static_cast<double>(r), r), *serial);
    four.absorb(run_of(1.0 + 0.2 * static_cast<double>(r), r), *parallel);
  }
  EXPECT_EQ(one.network().readout(), four.network().readout());
  EXPECT_EQ(one.log_errors(), four.log_errors());
}

TEST(FamilyLearner, IgnoresStatesFarOutOfTheBounds) {
  const auto executor = make_serial_executor();
  FamilyLearner clean = make_learner(), dirty = make_learner();
  StoreEntry entry = run_of(1.5, 1);
  clean.absorb(entry, *executor);
  entry.harvest.append(State::Constant(kPoints, 50.0), State::Constant(kPoints, 1e6), {20}, {1});
  dirty.absorb(entry, *executor);
  EXPECT_EQ(clean.network().readout(), dirty.network().readout());
}

/// Always the same value.
class ConstantCorrection final : public Correction {
 public:
  explicit ConstantCorrection(double value) : value_(value) {}
  void evaluate(const Slice&, const StateView&, const StateView&, StateOut out) const override {
    out.setConstant(value_);
  }

 private:
  double value_;
};

/// A first sweep of two slices with discrepancy 1 everywhere.
struct FirstSweep {
  std::vector<Slice> slices = {{0, 0.0, 1.0}, {1, 1.0, 2.0}};
  States states = States::Zero(1, 2), fine = States::Constant(1, 2, 3.0), coarse = States::Constant(1, 2, 2.0);
  std::vector<Index> levels = {0, 0};
  SweepData data() const { return {1, levels, slices, states, fine, coarse}; }
};

TEST(PriorTrainer, DropsAPriorThatTheFirstSweepContradictsAndKeepsOneItConfirms) {
  const auto executor = make_serial_executor();
  const FirstSweep sweep;
  PriorTrainer wrong(std::make_shared<ConstantCorrection>(-1.0), 1, nullptr);
  ASSERT_NE(wrong.initial_correction(), nullptr);
  EXPECT_EQ(wrong.train(sweep.data(), *executor), nullptr);
  EXPECT_TRUE(wrong.dropped_prior());
  EXPECT_EQ(wrong.serving(), "classic");
  PriorTrainer right(std::make_shared<ConstantCorrection>(0.9), 1, nullptr);
  EXPECT_EQ(right.train(sweep.data(), *executor), right.initial_correction());
  EXPECT_FALSE(right.dropped_prior());
  PriorTrainer unsound(std::make_shared<ConstantCorrection>(std::nan("")), 1, nullptr);
  EXPECT_EQ(unsound.train(sweep.data(), *executor), nullptr);
}

TEST(PriorTrainer, KeepsTheDiscrepanciesOfTheSolversNotWhatThePriorLeaves) {
  const FirstSweep sweep;
  PriorTrainer trainer(std::make_shared<ConstantCorrection>(0.9), 1, nullptr);
  trainer.train(sweep.data(), *make_serial_executor());
  EXPECT_EQ(States(trainer.harvest().discrepancies()), States(States::Constant(1, 2, 1.0)));
}

TEST(PriorTrainer, KeepsOnlyWhatTheHighestLevelHasFound) {
  FirstSweep sweep;
  const auto executor = make_serial_executor();
  PriorTrainer trainer(nullptr, 1, nullptr);
  trainer.train(sweep.data(), *executor);
  EXPECT_EQ(trainer.harvest().size(), 2);
  sweep.levels = {1, 0};
  trainer.train(sweep.data(), *executor);
  EXPECT_EQ(trainer.harvest().slices(), std::vector<Index>{0});
  sweep.levels = {1, 1};
  trainer.train(sweep.data(), *executor);
  EXPECT_EQ(trainer.harvest().slices(), (std::vector<Index>{0, 0, 1}));
}

}  // namespace
}  // namespace forerun
