// What a network with weights shared over the mesh learns: laws of neighbourhoods, and nothing else.
#include "learning/stencil/stencil_corrector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "learning/stencil/stencil_features.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/learned_model.h"
#include "tests/learning/random_data.h"
#include "tests/learning/ring_layout.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

constexpr Index kPoints = 48;
constexpr Index kNumSlices = 16;

const StateLayout kRing = test::ring_layout(kPoints);

/// A smooth state on the ring, another one for every number.
State smooth_state(std::uint64_t number) {
  const States c = random_matrix(4, 2, number);
  State state = State::Zero(kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    const double x = 2.0 * M_PI * static_cast<double>(i) / static_cast<double>(kPoints);
    for (Index k = 0; k < 4; ++k) {
      const double wave = static_cast<double>(k + 1) * x;
      state[i] += (c(k, 0) * std::cos(wave) + c(k, 1) * std::sin(wave)) / static_cast<double>(k + 1);
    }
  }
  return 0.4 * state;
}

/// −u u_x + ½ u_xx by differences: an equation's right-hand side, as coarse and fine solvers differ by one.
State local_law(const State& u) {
  State out(u.size());
  const auto at = [&](Index i) { return u[(i + kPoints) % kPoints]; };
  for (Index i = 0; i < kPoints; ++i) {
    out[i] = 0.01 * (0.5 * (at(i + 1) - 2.0 * at(i) + at(i - 1)) - at(i) * (at(i + 1) - at(i - 1)));
  }
  return out;
}

std::vector<Slice> all_slices() {
  std::vector<Slice> slices;
  for (Index n = 0; n < kNumSlices; ++n) slices.push_back({n, static_cast<double>(n), static_cast<double>(n + 1)});
  return slices;
}

template <typename Law>
void append_sweep(Harvest& harvest, Index iteration, const Law& law) {
  States states(kPoints, kNumSlices);
  States discrepancies(kPoints, kNumSlices);
  for (Index n = 0; n < kNumSlices; ++n) {
    // Iterates of a slice come closer to each other.
    const State change = smooth_state(static_cast<std::uint64_t>(1000 * iteration + n));
    states.col(n) =
        smooth_state(static_cast<std::uint64_t>(n)) + std::pow(0.05, static_cast<double>(iteration)) * change;
    discrepancies.col(n) = law(State(states.col(n)));
  }
  harvest.append(states, discrepancies, all_slices(), std::vector<Index>(kNumSlices, iteration));
}

std::unique_ptr<Corrector> make(std::uint64_t seed = 1, const std::string& recipe = "auto") {
  StencilOptions options;
  options.neurons = 100;
  options.recipe = recipe;
  options.seed = seed;
  return make_stencil_corrector(options, unit_bounds(kPoints), kRing);
}

/// On a slice that was never learned from: the network itself.
State value(const Correction& correction, const State& state) {
  State out(state.size());
  correction.evaluate({99, 99.0, 100.0}, state, State(), out);
  return out;
}

State value_on(const Correction& correction, Index slice, const State& state) {
  State out(state.size());
  correction.evaluate(all_slices()[static_cast<std::size_t>(slice)], state, State(), out);
  return out;
}

const std::unique_ptr<SliceExecutor> kSerial = make_serial_executor();

TEST(Stencil, ALocalLawIsKnownForStatesThatWereNeverSeen) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, local_law);
  const auto corrector = make();
  const auto correction = corrector->fit(harvest, *kSerial);
  ASSERT_TRUE(correction);
  for (std::uint64_t number = 100; number < 110; ++number) {
    const State expected = local_law(smooth_state(number));
    EXPECT_LT((value(*correction, smooth_state(number)) - expected).norm(), 0.02 * expected.norm());
  }
}

/// Far from local: every point is heard all around the ring.
State coarse_step(const State& u) {
  State next = u;
  for (Index i = 0; i < kPoints; ++i) {
    for (Index j = 0; j < kPoints; ++j) {
      const double away = static_cast<double>(std::min(std::abs(i - j), kPoints - std::abs(i - j)));
      next[i] += 0.1 * std::exp(-0.05 * away) * std::sin(2.0 * u[j]);
    }
  }
  return next;
}

TEST(Stencil, WhatTheCoarseSolverDoesIsLookedAtWhereItTellsMore) {
  const auto law = [](const State& u) {
    const State increment = coarse_step(u) - u;
    State out(u.size());
    for (Index i = 0; i < kPoints; ++i) {
      out[i] = 0.01 * (increment[(i + 1) % kPoints] - increment[(i + kPoints - 1) % kPoints] + 0.2 * u[i]);
    }
    return out;
  };
  const auto error_on_others = [&](bool keeps_coarse) {
    Harvest harvest(kPoints, keeps_coarse);
    States states(kPoints, kNumSlices), discrepancies(kPoints, kNumSlices), coarse(kPoints, kNumSlices);
    for (Index n = 0; n < kNumSlices; ++n) {
      states.col(n) = smooth_state(static_cast<std::uint64_t>(n));
      coarse.col(n) = coarse_step(states.col(n));
      discrepancies.col(n) = law(states.col(n));
    }
    harvest.append(states, discrepancies, all_slices(), std::vector<Index>(kNumSlices, 1), coarse);
    const auto correction = make()->fit(harvest, *kSerial);
    if (!correction) return 1.0;
    double worst = 0.0;
    for (std::uint64_t number = 100; number < 105; ++number) {
      const State state = smooth_state(number), expected = law(state);
      State found(kPoints);
      correction->evaluate({99, 99.0, 100.0}, state, coarse_step(state), found);
      worst = std::max(worst, (found - expected).norm() / expected.norm());
    }
    return worst;
  };
  EXPECT_LT(error_on_others(true), 0.01);
  EXPECT_GT(error_on_others(false), 0.03) << "the state around a point alone says it as well";
}

TEST(Stencil, AFieldThatVanishesAtWallsIsToldFromOneThatIsMirrored) {
  const StateLayout walls{{"u"}, {{"x", kPoints, 0.0, 1.0, AxisEnds::walls_at_points}}};
  const auto law = [](const State& u) {
    State out(u.size());
    for (Index i = 0; i < kPoints; ++i) {
      out[i] = 0.01 * ((i + 1 < kPoints ? u[i + 1] : 0.0) - 2.0 * u[i] + (i > 0 ? u[i - 1] : 0.0));
    }
    return out;
  };
  const auto error_at_wall = [&](const std::string& recipe) {
    Harvest harvest(kPoints);
    append_sweep(harvest, 1, law);
    StencilOptions options;
    options.recipe = recipe;
    options.neurons = 100;
    const auto correction = make_stencil_corrector(options, unit_bounds(kPoints), walls)->fit(harvest, *kSerial);
    const State state = smooth_state(100);
    return correction ? std::abs(value(*correction, state)[0] - law(state)[0]) / std::abs(law(state)[0]) : 1.0;
  };
  EXPECT_LT(error_at_wall("auto"), 1e-3);
  EXPECT_GT(error_at_wall("points radius=1 stride=1 shift=0 degree=1 centre=1 products=0 neurons=0 decay=1"), 0.1);
}

TEST(Stencil, SecantsSharpenWhatIsKnownOfChanges) {
  const State base = smooth_state(3);
  const State small_change = 1e-4 * smooth_state(500);
  const State expected = local_law(base + small_change) - local_law(base);
  const auto error_after = [&](Index sweeps) {
    Harvest harvest(kPoints);
    const auto corrector = make();
    std::unique_ptr<const LearnedCorrection> correction;
    for (Index k = 1; k <= sweeps; ++k) {
      append_sweep(harvest, k, local_law);
      correction = corrector->fit(harvest, *kSerial);
    }
    return (value(*correction, base + small_change) - value(*correction, base) - expected).norm() / expected.norm();
  };
  EXPECT_LT(error_after(3), error_after(1));
  EXPECT_LT(error_after(3), 0.02);
}

TEST(Stencil, WhereItHasLearnedFromASliceItIsTheNetworkToFirstOrder) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, local_law);
  append_sweep(harvest, 2, local_law);
  const auto corrector = make(1, StencilRecipe{.radius = 3, .product_degree = 1, .neurons = 40, .decay = 2.0}.text());
  const auto correction = corrector->fit(harvest, *kSerial);
  ASSERT_TRUE(correction);
  const State newest = harvest.states().col(kNumSlices + 5), change = smooth_state(321);
  EXPECT_LT((value_on(*correction, 5, newest) - value(*correction, newest)).norm(), 1e-15);
  const auto error_at = [&](double size) {
    const State state = newest + size * change;
    return (value_on(*correction, 5, state) - value(*correction, state)).norm();
  };
  EXPECT_GT(error_at(0.1), 1e-12) << "they differ";
  EXPECT_NEAR(error_at(0.01) / error_at(0.1), 0.01, 0.003) << "at second order";
}

TEST(Stencil, WhatIsNoLawOfANeighbourhoodIsLeftAlone) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, [](const State& u) { return State(u.reverse().array().sin() * u.sum()); });
  EXPECT_EQ(make()->fit(harvest, *kSerial), nullptr);
}

TEST(Stencil, DoesNotDependOnTheNumberOfThreads) {
  State expected;
  for (const int threads : {1, 2, 4}) {
    const auto executor = make_tbb_executor(threads);
    Harvest harvest(kPoints);
    const auto corrector = make();
    std::unique_ptr<const LearnedCorrection> correction;
    for (Index k = 1; k <= 3; ++k) {
      append_sweep(harvest, k, local_law);
      correction = corrector->fit(harvest, *executor);
    }
    const State out = value(*correction, smooth_state(77)) + value_on(*correction, 3, smooth_state(77));
    if (threads == 1) expected = out;
    EXPECT_EQ(out, expected) << threads << " threads";
  }
}

TEST(Stencil, ASeedGivesTheSameModelAgainAndAnotherOneAnotherModel) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, local_law);
  const auto predict = [&](std::uint64_t seed) { return value(*make(seed)->fit(harvest, *kSerial), smooth_state(77)); };
  EXPECT_EQ(predict(1), predict(1));
  EXPECT_NE(predict(1), predict(2));
}

TEST(Stencil, ADescribedModelPredictsTheSameBits) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, local_law);
  append_sweep(harvest, 2, local_law);
  const auto corrector = make();
  const auto correction = corrector->fit(harvest, *kSerial);
  auto model = std::make_shared<LearnedModel>();
  correction->describe(*model);
  model->signature.dimension = kPoints;
  const auto again = make_correction(model);
  EXPECT_EQ(value(*again, smooth_state(77)), value(*correction, smooth_state(77)));
  EXPECT_LT(model->readout.size(), 400) << "a few hundred weights describe an equation";
}

TEST(Stencil, ADamagedDescriptionIsRefused) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, local_law);
  const auto corrector = make();
  const auto correction = corrector->fit(harvest, *kSerial);
  LearnedModel sound;
  correction->describe(sound);
  sound.signature.dimension = kPoints;
  const auto refuse = [&](const auto& damage) {
    auto model = std::make_shared<LearnedModel>(sound);
    damage(*model);
    EXPECT_THROW(make_correction(model), std::invalid_argument);
  };
  refuse([](LearnedModel& m) { m.options.erase("recipe"); });
  refuse([](LearnedModel& m) { m.options.erase("mesh"); });
  refuse([](LearnedModel& m) { m.options["mesh"] = "1 x:47:periodic"; });
  refuse([](LearnedModel& m) { m.options["recipe"] = "shells"; });
  refuse([](LearnedModel& m) { m.readout.conservativeResize(1, m.readout.cols() - 1); });
  refuse([](LearnedModel& m) { m.basis.resize(0, 0); });
}

TEST(Stencil, ASuccessorKeepsTheRecipe) {
  Harvest harvest(kPoints);
  append_sweep(harvest, 1, local_law);
  append_sweep(harvest, 2, local_law);
  const auto first = make();
  const auto chosen = first->fit(harvest, *kSerial);
  const auto second = make();
  second->inherit(*first);
  const auto inherited = second->fit(harvest, *kSerial);
  LearnedModel one, two;
  chosen->describe(one);
  inherited->describe(two);
  EXPECT_EQ(one.options.at("recipe"), two.options.at("recipe"));
}

TEST(Stencil, NeedsAMeshAndSoundOptions) {
  EXPECT_THROW(make_stencil_corrector({}, unit_bounds(3), component_layout({"x", "y", "z"})), std::invalid_argument);
  EXPECT_THROW(make_stencil_corrector({}, unit_bounds(kPoints + 1), kRing), std::invalid_argument);
  EXPECT_THROW(make(1, "nonsense"), std::invalid_argument);
  EXPECT_TRUE(find_corrector("stencil").needs_mesh);
}

}  // namespace
}  // namespace forerun
