// What the learners of whole states claim beyond what every corrector promises (corrector_conformance_test.cc).
#include <gtest/gtest.h>

#include <cmath>

#include "learning/training/corrector_registry.h"
#include "learning/training/learned_model.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

constexpr Index kDimension = 40;
constexpr Index kNumSlices = 12;

/// A smooth discrepancy to be learned, with values in a space of few dimensions.
State discrepancy(const State& u) {
  const State g = u.head(6).array().square() + std::sin(u.sum());
  return 0.1 * random_matrix(kDimension, 6, 7) * g;
}

Slice slice_at(Index n) { return {n, static_cast<double>(n), static_cast<double>(n + 1)}; }

std::vector<Slice> all_slices() {
  std::vector<Slice> slices;
  for (Index n = 0; n < kNumSlices; ++n) slices.push_back(slice_at(n));
  return slices;
}

void append_sweep(Harvest& harvest, Index iteration) {
  const States states = 0.3 * random_matrix(kDimension, kNumSlices, static_cast<std::uint64_t>(iteration));
  States discrepancies(kDimension, kNumSlices);
  for (Index n = 0; n < kNumSlices; ++n) discrepancies.col(n) = discrepancy(states.col(n));
  harvest.append(states, discrepancies, all_slices(), std::vector<Index>(kNumSlices, iteration));
}

State value(const Correction& correction, Index slice, const State& state) {
  State out(kDimension);
  correction.evaluate(slice_at(slice), state, State(), out);
  return out;
}

struct Variant {
  std::string name;
  std::string corrector;
  std::map<std::string, ParameterValue> options;
  bool is_random = true;  ///< draws something from its seed
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

class CorrectorLaws : public testing::TestWithParam<Variant> {
 protected:
  std::unique_ptr<Corrector> make(std::uint64_t seed = 1) const {
    const CorrectorEntry& entry = find_corrector(GetParam().corrector);
    Parameters parameters(entry.parameters);
    // The learner itself: which of two serves is the guard's affair.
    if (entry.name != "secant") parameters.set("by_slice", false);
    for (const auto& [key, setting] : GetParam().options) parameters.set(key, setting);
    return entry.make(parameters, {unit_bounds(kDimension), seed});
  }

  const std::unique_ptr<SliceExecutor> serial_ = make_serial_executor();
};

TEST_P(CorrectorLaws, InterpolatesTheHarvest) {
  Harvest harvest(kDimension);
  append_sweep(harvest, 1);
  const auto corrector = make();
  const auto correction = corrector->fit(harvest, *serial_);
  for (const Index n : {0, 5, 11}) {
    const State state = harvest.states().col(n), expected = harvest.discrepancies().col(n);
    EXPECT_LT((value(*correction, n, state) - expected).norm(), 1e-5 * expected.norm());
  }
}

TEST_P(CorrectorLaws, FitByFitEqualsOneFit) {
  Harvest harvest(kDimension);
  const auto recursive = make(), batch = make();
  std::unique_ptr<const LearnedCorrection> grown;
  for (Index k = 1; k <= 4; ++k) {
    append_sweep(harvest, k);
    grown = recursive->fit(harvest, *serial_);
  }
  const auto whole = batch->fit(harvest, *serial_);
  const State query = 0.3 * random_matrix(kDimension, 1, 60);
  const State expected = value(*whole, 3, query);
  EXPECT_LT((value(*grown, 3, query) - expected).norm(), 1e-6 * expected.norm());
}

TEST_P(CorrectorLaws, ASeedGivesTheSameModelAgainAndAnotherOneAnotherModel) {
  Harvest harvest(kDimension);
  append_sweep(harvest, 1);
  const State query = 0.3 * random_matrix(kDimension, 1, 60);
  const auto predict = [&](std::uint64_t seed) {
    const auto corrector = make(seed);
    return value(*corrector->fit(harvest, *serial_), 3, query);
  };
  EXPECT_EQ(predict(1), predict(1));
  EXPECT_EQ(predict(1) != predict(2), GetParam().is_random);
}

TEST_P(CorrectorLaws, RefusesAnEmptyOrForeignHarvest) {
  EXPECT_THROW(make()->fit(Harvest(kDimension), *serial_), std::invalid_argument);
  Harvest foreign(kDimension + 1);
  foreign.append(States::Zero(kDimension + 1, 1), States::Zero(kDimension + 1, 1), {0}, {1});
  EXPECT_THROW(make()->fit(foreign, *serial_), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(
    Registry, CorrectorLaws,
    testing::Values(
        Variant{"kriging", "kriging", {}, false},
        Variant{"kriging_gaussian",
                "kriging",
                {{"kernel", std::string("gaussian")}, {"neighbors", std::int64_t{12}}, {"standardize", false}},
                false},
        Variant{"kriging_sketched", "kriging", {{"sketch", std::int64_t{16}}}}, Variant{"krylov", "krylov", {}, false},
        Variant{"randnet", "randnet", {}},
        Variant{"randnet_minimum_norm", "randnet", {{"ridge", 0.0}, {"neurons", std::int64_t{200}}}},
        Variant{"randnet_tanh", "randnet", {{"activation", std::string("tanh")}}},
        Variant{"randnet_compressed", "randnet", {{"rank", std::int64_t{30}}, {"sketch", std::int64_t{30}}}},
        Variant{"randnet_local", "randnet-local", {}},
        Variant{
            "randnet_local_quadratic", "randnet-local", {{"degree", std::int64_t{2}}, {"neurons", std::int64_t{20}}}},
        Variant{"randnet_local_sketched", "randnet-local", {{"sketch", std::int64_t{16}}}},
        Variant{"secant", "secant", {}, false}),
    [](const testing::TestParamInfo<Variant>& variant) { return variant.param.name; });

TEST(CorrectorRegistry, IsInAlphabeticalOrderAndHasClassic) {
  const auto& entries = corrector_registry();
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const CorrectorEntry& a, const CorrectorEntry& b) { return a.name < b.name; }));
  EXPECT_FALSE(find_corrector("classic").make);
}

TEST(CorrectorRegistry, NamesTheNearestKnownCorrector) {
  try {
    find_corrector("randnet-locl");
    FAIL() << "an unknown name was accepted";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), "name");
    EXPECT_NE(std::string(error.what()).find("'randnet-local'"), std::string::npos);
  }
}

}  // namespace
}  // namespace forerun
