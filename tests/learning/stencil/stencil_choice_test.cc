// Which recipe is chosen, and for what.
#include "learning/stencil/stencil_choice.h"

#include <gtest/gtest.h>

#include "learning/stencil/field_scale.h"
#include "tests/learning/random_data.h"
#include "tests/learning/ring_layout.h"

namespace forerun {
namespace {

constexpr Index kPoints = 32;
constexpr Index kNumSlices = 24;

const StateLayout kRing = test::ring_layout(kPoints);
const StateBounds kBounds = test::unit_bounds(kPoints);

State neighbours(const State& u, double left, double right) {
  State out(kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    out[i] = left * u[(i + kPoints - 1) % kPoints] + right * u[(i + 1) % kPoints] - 0.3 * u[i] * u[i];
  }
  return out;
}

/// The discrepancy is as much a law of the state as of the coarse solver's increment, but for noise of a hundredth.
Harvest equally_explained() {
  Harvest harvest(kPoints, true);
  for (Index n = 0; n < kNumSlices; ++n) {
    const auto seed = static_cast<std::uint64_t>(n);
    const State u = 0.5 * test::random_matrix(kPoints, 1, 10 + seed);
    const State increment = 0.1 * neighbours(u, 0.8, -0.5);
    const State noise = test::random_matrix(kPoints, 1, 1000 + seed);
    const auto time = static_cast<double>(n);
    harvest.append(u, 0.1 * increment + 1e-4 * noise, std::vector<Slice>{{n, time, time + 1.0}}, {1}, u + increment);
  }
  return harvest;
}

ChosenRecipe chosen(const Harvest& harvest, RecipeUse use) {
  const auto executor = make_serial_executor();
  const FieldScale scale = field_scale(harvest, kRing, kBounds, *executor);
  return choose_recipe(harvest, kRing, scale, 100, "tanh", 1, *executor, {}, use);
}

TEST(StencilChoice, ForRunsToComeIncrementsAreLookedAtWhereTheyDoAsWell) {
  const Harvest harvest = equally_explained();
  const ChosenRecipe for_one = chosen(harvest, RecipeUse::one_run), for_many = chosen(harvest, RecipeUse::many_runs);
  EXPECT_TRUE(for_many.recipe.increments);
  EXPECT_LE(for_many.unexplained, 2.0 * for_one.unexplained);
}

TEST(StencilChoice, ForRunsToComeNeuronsAreFlatter) {
  Harvest without(kPoints);
  const Harvest harvest = equally_explained();
  for (Index s = 0; s < harvest.size(); ++s) {
    without.append(harvest.states().col(s), harvest.discrepancies().col(s), std::vector<Slice>{harvest.slice(s)}, {1});
  }
  const ChosenRecipe for_one = chosen(without, RecipeUse::one_run), for_many = chosen(without, RecipeUse::many_runs);
  ASSERT_GT(for_one.recipe.neurons, 0);
  ASSERT_GT(for_many.recipe.neurons, 0);
  EXPECT_LT(for_many.recipe.scale, for_one.recipe.scale);
  EXPECT_LE(for_many.recipe.decay, 1.5 * for_one.recipe.decay);
}

}  // namespace
}  // namespace forerun
