// A learned network, looked at as a finite-difference stencil.
#include "learning/stencil/effective_stencil.h"

#include <gmock/gmock.h>

#include <functional>

#include "learning/stencil/stencil_corrector.h"
#include "learning/stencil/stencil_features.h"
#include "tests/learning/random_data.h"
#include "tests/learning/ring_layout.h"

namespace forerun {
namespace {

constexpr Index kPoints = 40;
constexpr Index kNumSlices = 20;

/// What `stencil` learns of a law from states without structure.
LearnedModel learned(const StateLayout& layout, const StencilRecipe& recipe,
                     const std::function<State(const State&)>& law) {
  const Index d = layout.dimension();
  const States states = 0.5 * test::random_matrix(d, kNumSlices, 7);
  States discrepancies(d, kNumSlices);
  std::vector<Index> slices;
  for (Index n = 0; n < kNumSlices; ++n) {
    discrepancies.col(n) = law(State(states.col(n)));
    slices.push_back(n);
  }
  Harvest harvest(d);
  harvest.append(states, discrepancies, slices, std::vector<Index>(kNumSlices, 1));
  StencilOptions options;
  options.recipe = recipe.text();
  LearnedModel model;
  model.signature.dimension = d;
  const auto executor = make_serial_executor();
  const auto corrector = make_stencil_corrector(options, test::unit_bounds(d), layout);
  const auto correction = corrector->fit(harvest, *executor);
  EXPECT_TRUE(correction);
  if (correction) correction->describe(model);
  return model;
}

TEST(EffectiveStencil, IsTheStencilOfALinearLaw) {
  const StateLayout ring = test::ring_layout(kPoints);
  const auto law = [](const State& u) {
    State out(kPoints);
    const auto at = [&](Index i) { return u[(i + kPoints) % kPoints]; };
    for (Index i = 0; i < kPoints; ++i) out[i] = 0.02 * at(i - 1) - 0.03 * at(i) + 0.014 * at(i + 1);
    return out;
  };
  const auto found = effective_stencil(learned(ring, {.radius = 3}, law));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->reach, 1);
  EXPECT_NEAR(found->of(0, 0)[0], 0.02, 1e-7);
  EXPECT_NEAR(found->of(0, 0)[1], -0.03, 1e-7);
  EXPECT_NEAR(found->of(0, 0)[2], 0.014, 1e-7);
  EXPECT_EQ(found->as_operator(0, 0), "0.004 u - 0.006 h u_x + 0.017 h^2 u_xx");
}

TEST(EffectiveStencil, TellsWhatTheStateDoesFromWhatTheCoarseSolverDoes) {
  const StateLayout ring{{"u"}, {{"x", kPoints, 0.0, 1.0, AxisEnds::periodic}}};
  const States states = 0.5 * test::random_matrix(kPoints, kNumSlices, 7);
  const States increments = 0.01 * test::random_matrix(kPoints, kNumSlices, 8);
  States discrepancies(kPoints, kNumSlices);
  std::vector<Slice> slices;
  for (Index n = 0; n < kNumSlices; ++n) {
    for (Index i = 0; i < kPoints; ++i) {
      discrepancies(i, n) = 0.02 * states((i + 1) % kPoints, n) + 0.5 * increments(i, n) -
                            0.3 * increments((i + kPoints - 1) % kPoints, n);
    }
    slices.push_back({n, static_cast<double>(n), static_cast<double>(n + 1)});
  }
  Harvest harvest(kPoints, true);
  harvest.append(states, discrepancies, slices, std::vector<Index>(kNumSlices, 1), states + increments);
  StencilOptions options;
  options.recipe = StencilRecipe{.radius = 2, .increments = true}.text();
  const auto correction =
      make_stencil_corrector(options, test::unit_bounds(kPoints), ring)->fit(harvest, *make_serial_executor());
  ASSERT_TRUE(correction);
  LearnedModel model;
  model.signature.dimension = kPoints;
  correction->describe(model);
  const auto found = effective_stencil(model);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->inputs, (std::vector<std::string>{"u", "(G u - u)"}));
  ASSERT_EQ(found->reach, 1);
  EXPECT_LT((found->of(0, 0) - State{{0.0, 0.0, 0.02}}).norm(), 1e-6);
  EXPECT_LT((found->of(0, 1) - State{{-0.3, 0.5, 0.0}}).norm(), 1e-5);
}

/// Two fields on a plane: each cell takes from its right and its upper neighbour of the other field.
TEST(EffectiveStencil, KnowsFieldsAndDirectionsOnAPlane) {
  constexpr Index m = 12, cells = m * m;
  const StateLayout square{{"a", "b"},
                           {{"y", m, 0.0, 1.0, AxisEnds::periodic}, {"x", m, 0.0, 1.0, AxisEnds::periodic}}};
  const auto law = [](const State& u) {
    State out(2 * cells);
    for (Index i = 0; i < cells; ++i) {
      const Index y = i / m, x = i % m;
      out[i] = 0.05 * u[cells + y * m + (x + 1) % m];
      out[cells + i] = -0.04 * u[((y + 1) % m) * m + x];
    }
    return out;
  };
  const auto found = effective_stencil(learned(square, {.radius = 2}, law));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->reach, 1);
  EXPECT_THAT(found->axes, ::testing::ElementsAre("y", "x"));
  State right = State::Zero(9), up = State::Zero(9);
  right[5] = 0.05;
  up[7] = -0.04;
  EXPECT_LT((found->of(0, 1) - right).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_LT((found->of(1, 0) - up).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_LT(found->of(0, 0).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_EQ(found->as_operator(0, 1), "0.05 u2 + 0.05 h u2_x + 0.025 h^2 u2_xx");
}

TEST(EffectiveStencil, IsThereForStencilsAlone) {
  LearnedModel other;
  other.corrector = "randnet";
  EXPECT_FALSE(effective_stencil(other));
}

}  // namespace
}  // namespace forerun
