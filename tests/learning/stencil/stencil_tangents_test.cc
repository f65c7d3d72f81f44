// Derivatives of the network against differences of its values.
#include "learning/stencil/stencil_tangents.h"

#include <gtest/gtest.h>

#include "learning/stencil/stencil_correction.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

struct TangentCase {
  std::string name;
  StateLayout layout;
  StencilRecipe recipe;
  std::string activation = "tanh";
};

void PrintTo(const TangentCase& tangents, std::ostream* out) { *out << tangents.name; }

class Tangents : public testing::TestWithParam<TangentCase> {
 protected:
  static FieldScale scale() {
    const auto fields = static_cast<Index>(GetParam().layout.fields.size());
    return {0.1 * random_matrix(2 * fields, 1, 5), State::LinSpaced(2 * fields, 0.5, 2.0)};
  }
  /// A coarse solver that couples neighbours.
  static State coarse_of(const State& state) {
    State next = 0.9 * state;
    next.tail(state.size() - 1) += 0.2 * state.head(state.size() - 1);
    return next;
  }

  const Index dimension_ = GetParam().layout.dimension();
  const std::shared_ptr<const StencilFeatures> features_ = std::make_shared<StencilFeatures>(
      GetParam().layout, GetParam().recipe, scale(), GetParam().activation, std::uint64_t{7});
  const States readout_ = random_matrix(features_->num_fields(), features_->num_features(), 8);
  const StencilCorrection network_{features_, GetParam().layout, readout_, {}, unit_bounds(dimension_)};
  const std::unique_ptr<SliceExecutor> serial_ = make_serial_executor();
};

TEST_P(Tangents, AreTheDerivativesOfTheNetwork) {
  ASSERT_TRUE(features_->is_differentiable());
  Harvest harvest(dimension_, true);
  const States states = random_matrix(dimension_, 3, 1);
  States coarse(dimension_, 3);
  for (Index j = 0; j < 3; ++j) coarse.col(j) = coarse_of(states.col(j));
  const std::vector<Slice> slices = {{4, 0.4, 0.5}, {2, 0.2, 0.3}, {9, 0.9, 1.0}};
  harvest.append(states, States::Zero(dimension_, 3), slices, std::vector<Index>{1, 1, 1}, coarse);
  const StencilTangents tangents(features_, readout_.transpose(), harvest, *serial_);
  const Slice elsewhere{100, 0.0, 1.0};
  for (Index j = 0; j < 3; ++j) {
    const Slice slice{harvest.slices()[static_cast<std::size_t>(j)], 0.0, 1.0};
    State at(dimension_), expected(dimension_), plus(dimension_), minus(dimension_);
    ASSERT_TRUE(tangents.evaluate(slice, states.col(j), coarse_of(states.col(j)), at));
    network_.evaluate(elsewhere, states.col(j), coarse_of(states.col(j)), expected);
    EXPECT_LT((at - expected).norm(), 1e-13 * expected.norm());
    constexpr double step = 1e-5;
    const State change = random_matrix(dimension_, 1, 20 + static_cast<std::uint64_t>(j));
    network_.evaluate(elsewhere, states.col(j) + step * change, coarse_of(states.col(j) + step * change), plus);
    network_.evaluate(elsewhere, states.col(j) - step * change, coarse_of(states.col(j) - step * change), minus);
    ASSERT_TRUE(tangents.evaluate(slice, states.col(j) + change, coarse_of(states.col(j) + change), at));
    const State difference = (plus - minus) / (2.0 * step);
    EXPECT_LT((at - expected - difference).norm(), 1e-7 * difference.norm()) << "slice " << slice.index;
  }
  State out(dimension_);
  EXPECT_FALSE(tangents.evaluate(elsewhere, states.col(0), coarse_of(states.col(0)), out))
      << "there is no sample of it";
}

MeshAxis axis(const std::string& name, Index points, AxisEnds ends) { return {name, points, 0.0, 1.0, ends}; }

INSTANTIATE_TEST_SUITE_P(
    Recipes, Tangents,
    testing::Values(
        TangentCase{
            "ring", {{"u"}, {axis("x", 40, AxisEnds::periodic)}}, {.radius = 3, .product_degree = 1, .neurons = 20}},
        TangentCase{"means_upwind",
                    {{"u"}, {axis("x", 70, AxisEnds::periodic)}},
                    {.radius = 4,
                     .stride = 3,
                     .shift = -2,
                     .centre_degree = 3,
                     .product_degree = 2,
                     .neurons = 15,
                     .decay = 3.0}},
        TangentCase{"without_the_point",
                    {{"u", "v"}, {axis("x", 30, AxisEnds::walls_at_points)}},
                    {.radius = 2, .stride = 2, .centre_degree = 0, .neurons = 15}},
        TangentCase{
            "square",
            {{"u", "v"}, {axis("y", 7, AxisEnds::walls_beyond_cells), axis("x", 9, AxisEnds::values_beyond_points)}},
            {.radius = 2, .centre_degree = 2, .product_degree = 1, .neurons = 25, .decay = 2.0}},
        TangentCase{"what_the_coarse_solver_does",
                    {{"u", "v"}, {axis("x", 30, AxisEnds::walls_at_points)}},
                    {.radius = 3, .centre_degree = 3, .product_degree = 1, .neurons = 15, .increments = true}},
        TangentCase{"odd_at_walls",
                    {{"u", "v"}, {axis("y", 7, AxisEnds::walls_at_points), axis("x", 9, AxisEnds::periodic)}},
                    {.radius = 2, .product_degree = 1, .neurons = 15, .increments = true, .odd = 2}},
        TangentCase{"relu",
                    {{"u"}, {axis("x", 40, AxisEnds::periodic)}},
                    {.radius = 3, .product_degree = 1, .neurons = 20},
                    "relu"}),
    [](const testing::TestParamInfo<TangentCase>& tangents) { return tangents.param.name; });

}  // namespace
}  // namespace forerun
