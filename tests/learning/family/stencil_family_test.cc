// What a store knows of an equation on a mesh: a law of neighbourhoods that depends on parameters.
#include "learning/family/stencil_family.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "learning/family/family_file.h"
#include "learning/files/model_file.h"
#include "learning/stencil/stencil_corrector.h"
#include "learning/training/prior_trainer.h"
#include "tests/learning/random_data.h"
#include "tests/learning/ring_layout.h"

namespace forerun {
namespace {

constexpr Index kPoints = 24;
constexpr Index kNumSlices = 12;

const StateLayout kRing = test::ring_layout(kPoints);
const StateBounds kBounds = test::unit_bounds(kPoints);
const ParameterBox kBox{{"theta"}, State{{1.0}}, State{{2.0}}};

State smooth_state(std::uint64_t number) {
  const States c = test::random_matrix(3, 2, number);
  State state = State::Zero(kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    for (Index k = 0; k < 3; ++k) {
      const double wave = 2.0 * M_PI * static_cast<double>((k + 1) * i) / static_cast<double>(kPoints);
      state[i] += 0.4 * (c(k, 0) * std::cos(wave) + c(k, 1) * std::sin(wave)) / static_cast<double>(k + 1);
    }
  }
  return state;
}

State law(const State& u, double theta) {
  State out(kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    const double left = u[(i + kPoints - 1) % kPoints], right = u[(i + 1) % kPoints];
    out[i] = 0.01 * (0.5 * theta * theta * (left - 2.0 * u[i] + right) - u[i] * (right - left));
  }
  return out;
}

/// Two iterates of every slice.
StoreEntry run_of(double theta, std::uint64_t seed) {
  StoreEntry entry{"run", State{{theta}}, Harvest(kPoints), 2, {}};
  for (Index k = 1; k <= 2; ++k) {
    for (Index n = 0; n < kNumSlices; ++n) {
      const std::uint64_t number = 1000 * seed + static_cast<std::uint64_t>(n);
      const State u = smooth_state(number) + (k == 1 ? 0.05 : 0.0) * smooth_state(number + 500);
      entry.harvest.append(u, law(u, theta), {n}, {k});
    }
  }
  return entry;
}

FamilyOptions options() {
  FamilyOptions options = FamilyOptions::from_parameters(Parameters(FamilyOptions::parameter_specs()));
  options.kind = "stencil";
  options.layer.neurons = 60;
  options.degree = 2;
  options.ridge = 1e-9;
  return options;
}

FamilyLearner learner_of(int num_runs, SliceExecutor& executor) {
  FamilyLearner learner(options(), kBounds, kBox, kRing);
  const double thetas[] = {1.0, 2.0, 1.3, 1.7, 1.1, 1.9};
  for (int r = 0; r < num_runs; ++r) learner.absorb(run_of(thetas[r], static_cast<std::uint64_t>(r)), executor);
  return learner;
}

State value(const Correction& correction, const State& state) {
  State out(state.size());
  correction.evaluate({99, 99.0, 100.0}, state, State(), out);
  return out;
}

const std::unique_ptr<SliceExecutor> kSerial = make_serial_executor();

TEST(StencilFamily, PredictsRunsOfParametersThatItHasNotSeen) {
  const FamilyLearner learner = learner_of(6, *kSerial);
  ASSERT_TRUE(learner.serves());
  const StoreEntry unseen = run_of(1.55, 77);
  EXPECT_LT(mean_log_error(*learner.prior(unseen.parameters), unseen.harvest, *kSerial), std::log(0.02));
}

TEST(StencilFamily, AModelOfItSavedAndLoadedPredictsTheSameBits) {
  const FamilyLearner learner = learner_of(6, *kSerial);
  const State theta{{1.4}};
  auto model = learner.prior_model(theta);
  ASSERT_TRUE(model);
  model->signature = {"ring", {}, kPoints, 1.0, "coarse", "fine"};
  const auto file = std::filesystem::temp_directory_path() / "forerun_stencil_family_model";
  save_model(file, *model);
  const auto loaded = make_correction(std::make_shared<const LearnedModel>(load_model(file)));
  const auto size = std::filesystem::file_size(file);
  std::filesystem::remove(file);
  EXPECT_EQ(value(*loaded, smooth_state(5)), value(*learner.prior(theta), smooth_state(5)));
  EXPECT_LT(size, 10'000U) << "a few hundred weights";
}

TEST(StencilFamily, RefusesParametersOutOfItsRange) {
  const FamilyLearner learner = learner_of(6, *kSerial);
  EXPECT_THROW(learner.prior(State{{2.1}}), std::invalid_argument);
  EXPECT_THROW(learner.prior_model(State{{0.9}}), std::invalid_argument);
  StencilFamily family(options(), kBounds, kRing, kBox);
  EXPECT_THROW(family.append(run_of(2.5, 1).harvest, State{{2.5}}, *kSerial), std::invalid_argument);
  EXPECT_THROW(StencilFamily(options(), kBounds, component_layout({"u"}), kBox), std::invalid_argument);
}

TEST(StencilFamily, RunsThatKnowWhatTheCoarseSolverDidAreNotMixedWithOthers) {
  const States far = test::random_matrix(kPoints, kPoints, 5);
  const auto knowing = [&far](double theta, std::uint64_t seed) {
    StoreEntry entry{"run", State{{theta}}, Harvest(kPoints, true), 2, {}};
    for (Index n = 0; n < kNumSlices; ++n) {
      const State u = smooth_state(1000 * seed + static_cast<std::uint64_t>(n));
      State increment = State::Zero(kPoints), discrepancy(kPoints);
      for (Index i = 0; i < kPoints; ++i) {
        for (Index j = 0; j < kPoints; ++j) {
          increment[i] += 0.01 * theta * far(i, j) * std::sin(2.0 * u[j]);
        }
      }
      for (Index i = 0; i < kPoints; ++i) discrepancy[i] = increment[(i + 1) % kPoints] - 0.5 * increment[i];
      entry.harvest.append(u, discrepancy, std::vector<Slice>{{n, static_cast<double>(n), static_cast<double>(n + 1)}},
                           {1}, u + increment);
    }
    return entry;
  };
  StencilFamily family(options(), kBounds, kRing, kBox);
  EXPECT_TRUE(family.looks_at_coarse());
  family.append(knowing(1.2, 1).harvest, State{{1.2}}, *kSerial);
  family.append(knowing(1.7, 2).harvest, State{{1.7}}, *kSerial);
  const auto model = family.model_at(State{{1.4}});
  ASSERT_TRUE(model);
  EXPECT_NE(model->options.at("recipe").find("increments=1"), std::string::npos);
  model->signature = {"ring", {}, kPoints, 1.0, "coarse", "fine"};
  const auto file = std::filesystem::temp_directory_path() / "forerun_stencil_family_increments";
  save_model(file, *model);
  const auto loaded = make_correction(std::make_shared<const LearnedModel>(load_model(file)));
  std::filesystem::remove(file);
  const State state = smooth_state(5), coarse = 1.1 * state;
  State expected(kPoints), found(kPoints);
  family.at(State{{1.4}})->evaluate({99, 99.0, 100.0}, state, coarse, expected);
  loaded->evaluate({99, 99.0, 100.0}, state, coarse, found);
  EXPECT_EQ(found, expected);
  EXPECT_THROW(family.append(run_of(1.5, 3).harvest, State{{1.5}}, *kSerial), std::invalid_argument);
}

TEST(StencilFamily, DoesNotDependOnTheNumberOfThreads) {
  const auto parallel = make_tbb_executor(4);
  const FamilyLearner one = learner_of(4, *kSerial), four = learner_of(4, *parallel);
  EXPECT_EQ(one.network().readout(), four.network().readout());
  EXPECT_EQ(one.log_errors(), four.log_errors());
}

TEST(StencilFamily, ItsFileSaysWhatItIs) {
  const FamilyLearner learner = learner_of(4, *kSerial);
  const StoreFamily family{{"ring", {}, kPoints, 1.0, "coarse", "fine"}, kBox};
  const auto file = std::filesystem::temp_directory_path() / "forerun_stencil_family_file";
  write_family_file(file, learner, family, {{"kind", "\"stencil\""}});
  const FamilyDescription description = read_family_file(file);
  std::filesystem::remove(file);
  EXPECT_EQ(description.family, family);
  EXPECT_EQ(description.num_runs, 4);
  EXPECT_EQ(description.num_neurons, learner.network().num_neurons());
  EXPECT_EQ(description.num_features, learner.network().readout().cols());
}

TEST(Stencil, ARunThatBeginsFromWhatOthersHaveLearnedKnowsMoreThanItsOwnFirstSweepShows) {
  const FamilyLearner learner = learner_of(6, *kSerial);
  // A first sweep of one kind of state: half of what is looked at is flat.
  StoreEntry run = run_of(1.6, 50);
  Harvest poor(kPoints);
  for (Index n = 0; n < 2; ++n) {
    const State u = 0.3 * smooth_state(static_cast<std::uint64_t>(900 + n));
    poor.append(u, law(u, 1.6), {n}, {1});
  }
  const auto error_of = [&](bool begins) {
    StencilOptions own;
    own.neurons = 60;
    const auto corrector = make_stencil_corrector(own, kBounds, kRing);
    if (begins) corrector->begin_from(learner.prior_model(run.parameters));
    const auto correction = corrector->fit(poor, *kSerial);
    return correction ? mean_log_error(*correction, run.harvest, *kSerial) : 0.0;
  };
  EXPECT_LT(error_of(true), error_of(false) + std::log(0.5));
  EXPECT_LT(error_of(true), std::log(0.1));
}

TEST(Stencil, AModelOfAnotherKindIsPassedOver) {
  StencilOptions own;
  own.neurons = 60;
  const auto begun = make_stencil_corrector(own, kBounds, kRing), plain = make_stencil_corrector(own, kBounds, kRing);
  auto other = std::make_shared<LearnedModel>();
  other->corrector = "randnet";
  begun->begin_from(other);
  const Harvest harvest = run_of(1.2, 3).harvest;
  EXPECT_EQ(value(*begun->fit(harvest, *kSerial), smooth_state(1)),
            value(*plain->fit(harvest, *kSerial), smooth_state(1)));
}

}  // namespace
}  // namespace forerun
