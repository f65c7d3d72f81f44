#include "learning/stencil/stencil_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "tests/learning/random_data.h"
#include "tests/learning/ring_layout.h"

namespace forerun {
namespace {

using test::random_matrix;

const StateLayout kRing = test::ring_layout(24);
const StateLayout kTorus{{"u", "v"}, {{"y", 6, 0.0, 1.0, AxisEnds::periodic}, {"x", 6, 0.0, 1.0, AxisEnds::periodic}}};

FieldScale unit_scale(std::size_t fields) {
  const auto count = static_cast<Index>(fields);
  return {State::Zero(count), State::Ones(count)};
}

std::vector<Index> all_points(Index count) {
  std::vector<Index> points(static_cast<std::size_t>(count));
  std::iota(points.begin(), points.end(), Index{0});
  return points;
}

States features_of(const StencilFeatures& features, const State& state, const std::vector<Index>& points) {
  State opened(features.opened_size());
  features.open(state, State(), opened.data());
  States phi(static_cast<Index>(points.size()), features.num_features());
  features.evaluate(opened.data(), points, phi);
  return phi;
}

const StencilRecipe kShells{.symmetric = true, .radius = 2, .degree = 3, .centre_degree = 7, .product_degree = 2};
const StencilRecipe kPoints{.radius = 3, .product_degree = 1, .neurons = 20, .decay = 2.0};

TEST(StencilFeatures, CountsOfShellsAreThoseOfTheirPolynomials) {
  // In two fields: 1, 35 monomials to degree 7, 9 to degree 3 in each of 3 shells, 5 · 2 products in each of 3.
  EXPECT_EQ(StencilFeatures(kTorus, kShells, unit_scale(2), "tanh", 1).num_features(), 1 + 35 + 27 + 30);
  // In one: 1, 7, 3 in each of 2 shells, 2 products in each of 2.
  EXPECT_EQ(StencilFeatures(kRing, kShells, unit_scale(1), "tanh", 1).num_features(), 1 + 7 + 6 + 4);
}

TEST(StencilFeatures, MoveWithTheState) {
  const State state = random_matrix(24, 1, 3);
  State moved(24);
  for (Index i = 0; i < 24; ++i) moved[i] = state[(i + 5) % 24];
  for (const StencilRecipe& recipe : {kShells, kPoints}) {
    const StencilFeatures features(kRing, recipe, unit_scale(1), "tanh", 1);
    const States phi = features_of(features, state, all_points(24));
    const States phi_moved = features_of(features, moved, all_points(24));
    for (Index i = 0; i < 24; ++i) EXPECT_EQ(phi_moved.row(i), phi.row((i + 5) % 24));
  }
}

TEST(StencilFeatures, OfShellsDoNotKnowDirections) {
  const State state = random_matrix(72, 1, 3);
  State turned(72);  // axes exchanged, one of them reversed
  for (Index f = 0; f < 2; ++f) {
    for (Index y = 0; y < 6; ++y) {
      for (Index x = 0; x < 6; ++x) turned[f * 36 + y * 6 + x] = state[f * 36 + x * 6 + (5 - y)];
    }
  }
  const StencilFeatures features(kTorus, kShells, unit_scale(2), "tanh", 1);
  const States phi = features_of(features, state, all_points(36));
  const States phi_turned = features_of(features, turned, all_points(36));
  for (Index y = 0; y < 6; ++y) {
    for (Index x = 0; x < 6; ++x) {
      EXPECT_LT((phi_turned.row(y * 6 + x) - phi.row(x * 6 + (5 - y))).cwiseAbs().maxCoeff(), 1e-14);
    }
  }
}

TEST(StencilFeatures, DoNotDependOnTheBlock) {
  const StateLayout walls{{"u", "v"}, {{"y", 5, 0.0, 1.0}, {"x", 7, 0.0, 1.0}}};
  for (const auto& [layout, recipe] :
       {std::pair(kRing, kPoints), std::pair(walls, kShells), std::pair(walls, kPoints)}) {
    const State state = random_matrix(layout.dimension(), 1, 3);
    const StencilFeatures features(layout, recipe, unit_scale(layout.fields.size()), "tanh", 1);
    const Index num_points = features.num_points();
    const States together = features_of(features, state, all_points(num_points));
    for (Index i = 0; i < num_points; ++i) EXPECT_EQ(features_of(features, state, {i}).row(0), together.row(i));
    for (Index first = 0, end = 0; first < num_points; first = end) {
      end = features.end_of_block(first, 4);
      std::vector<Index> block(static_cast<std::size_t>(end - first));
      std::iota(block.begin(), block.end(), first);
      ASSERT_LE(block.size(), 4U);
      EXPECT_EQ(features_of(features, state, block), together.middleRows(first, end - first));
      std::ranges::reverse(block);
      EXPECT_EQ(features_of(features, state, block).row(0), together.row(end - 1));
    }
  }
}

TEST(StencilFeatures, OfAFewPointsNeedOnlyWhatIsAroundThem) {
  const StateLayout walls{{"u", "v"}, {{"y", 12, 0.0, 1.0}, {"x", 15, 0.0, 1.0, AxisEnds::walls_at_points}}};
  const FieldScale scale{random_matrix(4, 1, 7), State::Constant(4, 0.7)};
  const State state = random_matrix(walls.dimension(), 1, 3), coarse = random_matrix(walls.dimension(), 1, 4);
  for (StencilRecipe recipe : {kShells, kPoints, StencilRecipe{.radius = 1, .odd = 2}}) {
    recipe.increments = true;
    const StencilFeatures features(walls, recipe, scale, "tanh", 1);
    const std::vector<Index> points = {0, 47, 179};
    State all(features.opened_size());
    State few = State::Constant(features.opened_size(), std::numeric_limits<double>::quiet_NaN());
    features.open(state, coarse, all.data());
    features.open_around(points, state, coarse, few.data());
    EXPECT_TRUE(few.hasNaN()) << recipe.text();
    States expected(3, features.num_features()), found(3, features.num_features());
    features.evaluate(all.data(), points, expected);
    features.evaluate(few.data(), points, found);
    EXPECT_EQ(found, expected) << recipe.text();
  }
}

TEST(StencilFeatures, BlocksArePartsOfLines) {
  const StateLayout walls{{"u"}, {{"y", 2, 0.0, 1.0}, {"x", 7, 0.0, 1.0}}};
  const StencilFeatures features(walls, kShells, unit_scale(1), "tanh", 1);
  std::vector<Index> ends;
  for (Index first = 0; first < features.num_points(); first = ends.back()) {
    ends.push_back(features.end_of_block(first, 4));
  }
  EXPECT_EQ(ends, (std::vector<Index>{3, 7, 10, 14}));
}

TEST(StencilFeatures, DependOnTheirTapsOnly) {
  const StencilRecipe upwind{.radius = 1, .stride = 2, .shift = -3, .centre_degree = 0, .neurons = 5, .decay = 2.0};
  const StencilFeatures features(kRing, upwind, unit_scale(1), "tanh", 1);
  const State state = random_matrix(24, 1, 3);
  const States phi = features_of(features, state, {10});
  for (Index i = 0; i < 24; ++i) {
    State changed = state;
    changed[i] += 0.5;
    const bool is_tap = i >= 4 && i <= 9;  // 5, 7 and 9, each a mean over a stride
    EXPECT_EQ(features_of(features, changed, {10}) != phi, is_tap) << i;
  }
}

TEST(StencilFeatures, AreOfTheScaledState) {
  const FieldScale scale{State::Constant(1, 5.0), State::Constant(1, 2.0)};
  const State state = random_matrix(24, 1, 3);
  const StencilFeatures scaled(kRing, kPoints, scale, "tanh", 1);
  const StencilFeatures plain(kRing, kPoints, unit_scale(1), "tanh", 1);
  const State physical = (2.0 * state.array() + 5.0).matrix();
  EXPECT_LT(
      (features_of(scaled, physical, all_points(24)) - features_of(plain, state, all_points(24))).cwiseAbs().maxCoeff(),
      1e-14);
}

TEST(StencilRecipe, ReadsBack) {
  for (const StencilRecipe& recipe : {kShells, kPoints}) EXPECT_EQ(StencilRecipe::parse(recipe.text()), recipe);
}

TEST(StencilRecipe, RefusesWhatIsNone) {
  for (const char* text :
       {"", "shells", "rings radius=1", "shells radius=1 stride=1 shift=0 degree=1 centre=1 products=0",
        "shells radius=a stride=1 shift=0 degree=1 centre=1 products=0 neurons=0 decay=1"}) {
    EXPECT_THROW(StencilRecipe::parse(text), std::invalid_argument) << text;
  }
}

TEST(StencilFeatures, RefuseRecipesThatNoRunCouldHold) {
  const auto make = [](const StencilRecipe& recipe) {
    return StencilFeatures(kTorus, recipe, unit_scale(2), "tanh", 1);
  };
  EXPECT_THROW(make({.radius = -1}), std::invalid_argument);
  EXPECT_THROW(make({.radius = 1000}), std::invalid_argument);
  EXPECT_THROW(make({.stride = 0}), std::invalid_argument);
  EXPECT_THROW(make({.shift = 1 << 30}), std::invalid_argument);
  EXPECT_THROW(make({.degree = 99}), std::invalid_argument);
  EXPECT_THROW(make({.centre_degree = 1, .product_degree = 2}), std::invalid_argument);
  EXPECT_THROW(make({.neurons = 1 << 30}), std::invalid_argument);
  EXPECT_THROW(make({.decay = 0.0}), std::invalid_argument);
  EXPECT_THROW(StencilFeatures(kTorus, {}, unit_scale(1), "tanh", 1), std::invalid_argument);
  EXPECT_THROW(StencilFeatures(kTorus, {}, unit_scale(2), "sigmoid", 1), std::invalid_argument);
  EXPECT_THROW(StencilFeatures(component_layout({"x"}), {}, unit_scale(1), "tanh", 1), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
