#include "learning/stencil/stencil_convolution.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

StateLayout plane(AxisEnds ends_y, AxisEnds ends_x) {
  return {{"u", "v"}, {{"y", 6, 0.0, 1.0, ends_y}, {"x", 9, 0.0, 1.0, ends_x}}};
}

/// The product of features and readout at all points, in the fields' units.
State product(const StencilFeatures& features, const double* opened, const States& readout) {
  std::vector<Index> points(static_cast<std::size_t>(features.num_points()));
  std::iota(points.begin(), points.end(), Index{0});
  States phi(features.num_points(), features.num_features());
  features.evaluate(opened, points, phi);
  const States values = phi * readout * features.scale().width.head(features.num_fields()).asDiagonal();
  return values.reshaped();
}

TEST(StencilConvolution, IsTheProductOfFeaturesAndReadout) {
  const StateLayout line{{"u"}, {{"x", 700, 0.0, 1.0, AxisEnds::values_beyond_points}}};
  const StateLayout box{{"u"}, {{"z", 3, 0.0, 1.0}, {"y", 4, 0.0, 1.0}, {"x", 5, 0.0, 1.0, AxisEnds::periodic}}};
  const std::vector<StencilRecipe> recipes = {{.radius = 2},
                                              {.radius = 1, .centre_degree = 0},
                                              {.radius = 2, .increments = true, .odd = 1},
                                              {.symmetric = true, .radius = 3, .increments = true},
                                              {.radius = 2, .stride = 3, .shift = -1}};
  for (const StateLayout& layout : {line, box, plane(AxisEnds::walls_at_points, AxisEnds::walls_beyond_cells),
                                    plane(AxisEnds::periodic, AxisEnds::values_beyond_points)}) {
    const auto fields = static_cast<Index>(layout.fields.size());
    const FieldScale scale{random_matrix(2 * fields, 1, 7), State(random_matrix(2 * fields, 1, 8).array().abs() + 0.5)};
    for (const StencilRecipe& recipe : recipes) {
      const StencilFeatures features(layout, recipe, scale, "tanh", 1);
      const States readout = random_matrix(features.num_features(), fields, 5);
      State opened(features.opened_size());
      features.open(random_matrix(layout.dimension(), 1, 3), random_matrix(layout.dimension(), 1, 4), opened.data());
      State values(layout.dimension());
      StencilConvolution(features, readout).evaluate(opened.data(), values);
      const State expected = product(features, opened.data(), readout);
      EXPECT_LT((values - expected).norm(), 1e-13 * expected.norm()) << recipe.text();
    }
  }
}

TEST(StencilConvolution, IsForLinearFeaturesAlone) {
  EXPECT_TRUE(StencilConvolution::serves({.radius = 2, .increments = true}));
  for (const StencilRecipe& recipe : {StencilRecipe{.degree = 2}, StencilRecipe{.centre_degree = 2},
                                      StencilRecipe{.product_degree = 1}, StencilRecipe{.neurons = 5}}) {
    EXPECT_FALSE(StencilConvolution::serves(recipe)) << recipe.text();
    const StateLayout layout = plane(AxisEnds::periodic, AxisEnds::periodic);
    const StencilFeatures features(layout, recipe, {State::Zero(2), State::Ones(2)}, "tanh", 1);
    EXPECT_THROW(StencilConvolution(features, States::Zero(features.num_features(), 2)), std::invalid_argument);
  }
}

}  // namespace
}  // namespace forerun
