// What a store knows of an equation whose points depend on all others, from runs that a few numbers tell apart.
#include "learning/family/kriging_family.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "learning/family/family_file.h"
#include "learning/family/family_learner.h"
#include "learning/training/prior_trainer.h"

namespace forerun {
namespace {

constexpr Index kPoints = 30;
constexpr Index kNumSlices = 12;

const StateBounds kBounds{State::Constant(kPoints, -1.0), State::Constant(kPoints, 1.0)};
const ParameterBox kBox{{"theta"}, State{{1.0}}, State{{2.0}}};
const auto kSerial = make_serial_executor();

/// A hump of this height that travels, wherever it began.
State hump(double height, double begin, double time) {
  State state(kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    const double x = static_cast<double>(i) / static_cast<double>(kPoints) - begin - 0.3 * time;
    state[i] = height * std::exp(-20.0 * std::pow(x - std::round(x), 2));
  }
  return state;
}

/// What every point has to do with all others: a product with the mean square.
State law(const State& u, double theta) { return 0.1 * theta * u.squaredNorm() / static_cast<double>(kPoints) * u; }

/// Two iterates of every slice. Runs differ in where the hump begins, in its height and in θ.
StoreEntry run_of(double height, double begin, double theta) {
  StoreEntry entry{"run", State{{theta}}, Harvest(kPoints), 2, {}};
  for (Index k = 1; k <= 2; ++k) {
    for (Index n = 0; n < kNumSlices; ++n) {
      const double time = static_cast<double>(n) / static_cast<double>(kNumSlices);
      const State u = hump(height * (k == 1 ? 1.02 : 1.0), begin, time);
      entry.harvest.append(u, law(u, theta), std::vector<Index>{n}, {k});
    }
  }
  return entry;
}

/// Spread over the ranges, none twice.
StoreEntry run_number(int r) {
  const auto part = [r](double step) { return std::fmod(0.5 + step * static_cast<double>(r), 1.0); };
  return run_of(0.5 + 0.4 * part(0.618034), 0.2 * part(0.754878), 1.0 + part(0.569840));
}

FamilyOptions options() {
  FamilyOptions options = FamilyOptions::from_parameters(Parameters(FamilyOptions::parameter_specs()));
  options.kind = "kriging";
  return options;
}

FamilyLearner learner_of(int num_runs, SliceExecutor& executor) {
  FamilyLearner learner(options(), kBounds, kBox);
  for (int r = 0; r < num_runs; ++r) learner.absorb(run_number(r), executor);
  return learner;
}

double error_after(int num_runs) {
  const FamilyLearner learner = learner_of(num_runs, *kSerial);
  const StoreEntry unseen = run_of(0.71, 0.09, 1.45);
  return mean_log_error(*learner.network().at(unseen.parameters), unseen.harvest, *kSerial);
}

TEST(KrigingFamily, PredictsRunsThatItHasNotSeenTheBetterTheMoreItHas) {
  const double after_two = error_after(2), after_six = error_after(6), after_twenty = error_after(20);
  EXPECT_LT(after_six, after_two);
  EXPECT_LT(after_twenty, after_six);
  EXPECT_LT(after_twenty, std::log(0.02));
}

TEST(KrigingFamily, GivesBackWhatItHasLearned) {
  KrigingFamily family(options(), kBounds, kBox);
  const StoreEntry run = run_number(1);
  family.append(run.harvest, run.parameters, *kSerial);
  EXPECT_LT(mean_log_error(*family.at(run.parameters), run.harvest, *kSerial), std::log(1e-2));
  EXPECT_EQ(family.num_samples(), 2 * kNumSlices);
  EXPECT_EQ(family.num_neurons(), 2 * kNumSlices);
}

/// The law of the same states is another at the other end of the range.
TEST(KrigingFamily, TellsRunsOfOtherParametersApart) {
  FamilyLearner learner(options(), kBounds, kBox);
  for (const double theta : {1.0, 2.0, 1.25, 1.75, 1.5}) learner.absorb(run_of(0.7, 0.1, theta), *kSerial);
  for (const double theta : {1.1, 1.9}) {
    const StoreEntry run = run_of(0.7, 0.1, theta);
    EXPECT_LT(mean_log_error(*learner.network().at(run.parameters), run.harvest, *kSerial), std::log(1e-2)) << theta;
  }
}

TEST(KrigingFamily, KeepsNoMoreSamplesThanItSays) {
  FamilyOptions few = options();
  few.samples_per_run = 7;
  KrigingFamily family(few, kBounds, kBox);
  for (int r = 0; r < 3; ++r) family.append(run_number(r).harvest, run_number(r).parameters, *kSerial);
  EXPECT_EQ(family.num_neurons(), 21);
  EXPECT_EQ(family.readout().cols(), 21);
}

TEST(KrigingFamily, RefusesWhatIsNotOfTheFamily) {
  KrigingFamily family(options(), kBounds, kBox);
  EXPECT_EQ(family.at(State{{1.5}}), nullptr);
  EXPECT_THROW(family.append(run_number(1).harvest, State{{2.5}}, *kSerial), std::invalid_argument);
  EXPECT_THROW(family.append(Harvest(kPoints), State{{1.5}}, *kSerial), std::invalid_argument);
  EXPECT_THROW(family.at(State{{0.5}}), std::invalid_argument);
  FamilyOptions none = options();
  none.samples_per_run = 0;
  EXPECT_THROW(KrigingFamily(none, kBounds, kBox), std::invalid_argument);
}

TEST(KrigingFamily, DoesNotDependOnTheNumberOfThreads) {
  const auto parallel = make_tbb_executor(4);
  const FamilyLearner one = learner_of(5, *kSerial), four = learner_of(5, *parallel);
  EXPECT_EQ(one.network().readout(), four.network().readout());
  EXPECT_EQ(one.log_errors(), four.log_errors());
  State first(kPoints), second(kPoints);
  const Slice slice{0, 0.0, 1.0};
  one.network().at(State{{1.4}})->evaluate(slice, hump(0.6, 0.1, 0.5), State(), first);
  four.network().at(State{{1.4}})->evaluate(slice, hump(0.6, 0.1, 0.5), State(), second);
  EXPECT_EQ(first, second);
}

TEST(KrigingFamily, ItsFileSaysWhatItIs) {
  const FamilyLearner learner = learner_of(4, *kSerial);
  const StoreFamily family{{"hump", {}, kPoints, 1.0, "coarse", "fine"}, kBox};
  const auto file = std::filesystem::temp_directory_path() / "forerun_kriging_family_file";
  write_family_file(file, learner, family, {{"kind", "\"kriging\""}});
  const FamilyDescription description = read_family_file(file);
  std::filesystem::remove(file);
  EXPECT_EQ(description.family, family);
  EXPECT_EQ(description.num_runs, 4);
  EXPECT_EQ(description.num_neurons, 4 * 2 * kNumSlices);
  EXPECT_EQ(description.num_features, description.num_neurons);
}

}  // namespace
}  // namespace forerun
