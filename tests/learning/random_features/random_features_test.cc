#include "learning/random_features/random_features.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/numerics/random_stream.h"
#include "learning/subspace/sketch.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

TEST(RandomStream, IsTheSameOnEveryPlatform) {
  const RandomStream stream(1, 0);
  EXPECT_EQ(stream.bits(0), 0x55c55969ed403149ULL);
  EXPECT_EQ(stream.bits(1), 0xfb85af9c9a7e41f1ULL);
  EXPECT_EQ(RandomStream(1, 1).bits(0), 0x81fb535ca52e6825ULL);
  EXPECT_EQ(stream.uniform(0), -0x1.51d534b095fe4p-2);
}

TEST(RandomStream, HasTheMomentsOfTheUniformDistribution) {
  const RandomStream stream(7, 3);
  constexpr int kCount = 100000;
  double sum = 0.0, squares = 0.0, signs = 0.0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const double value = stream.uniform(i);
    ASSERT_LT(std::abs(value), 1.0);
    sum += value;
    squares += value * value;
    signs += stream.sign(i);
  }
  EXPECT_NEAR(sum / kCount, 0.0, 0.01);
  EXPECT_NEAR(squares / kCount, 1.0 / 3.0, 0.01);
  EXPECT_NEAR(signs / kCount, 0.0, 0.02);
}

TEST(Normalizer, MapsBoundsOntoMinusOneAndOne) {
  const Normalizer normalizer({State{{-3.0, 0.0}}, State{{5.0, 0.5}}});
  State x(2);
  normalizer.apply(State{{-3.0, 0.5}}, x);
  EXPECT_EQ(x, (State{{-1.0, 1.0}}));
  normalizer.apply(State{{1.0, 0.25}}, x);
  EXPECT_EQ(x, (State{{0.0, 0.0}}));
}

TEST(Normalizer, RefusesEmptyAndNonFiniteRanges) {
  EXPECT_THROW(Normalizer({State{{1.0}}, State{{1.0}}}), std::invalid_argument);
  EXPECT_THROW(Normalizer({State{{0.0}}, State{{INFINITY}}}), std::invalid_argument);
  EXPECT_THROW(Normalizer({State{{0.0, 0.0}}, State{{1.0}}}), std::invalid_argument);
}

TEST(Sketch, IsLinearAndKeepsSquaredLengthsOnAverage) {
  constexpr Index kDimension = 1000, kSize = 64;
  const State x = random_matrix(kDimension, 1, 1), y = random_matrix(kDimension, 1, 2);
  double mean_ratio = 0.0;
  constexpr int kSeeds = 200;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Sketch sketch(kDimension, kSize, static_cast<std::uint64_t>(seed));
    State sx(kSize), sy(kSize), sum(kSize);
    sketch.apply(x, sx);
    sketch.apply(y, sy);
    sketch.apply(x + y, sum);
    EXPECT_LT((sum - sx - sy).norm(), 1e-12);
    mean_ratio += sx.squaredNorm() / x.squaredNorm() / kSeeds;
  }
  EXPECT_NEAR(mean_ratio, 1.0, 0.05);  // five standard deviations: sqrt(2 / 64 / 200)
}

TEST(Sketch, PutsEveryComponentIntoOneSum) {
  const Sketch sketch(10, 4, 3);
  for (Index i = 0; i < 10; ++i) {
    State s(4);
    sketch.apply(State::Unit(10, i), s);
    EXPECT_EQ(s.cwiseAbs().sum(), 1.0);
    EXPECT_EQ(s.cwiseAbs().maxCoeff(), 1.0);
  }
}

TEST(RandomFeatures, FollowTheirFormula) {
  LayerOptions options;
  options.neurons = 5;
  options.input_degree = 2;
  options.linear = true;
  options.constant = true;
  const RandomFeatures features({State{{0.0, 0.0}}, State{{1.0, 4.0}}}, draw_layer(options, 2));
  ASSERT_EQ(features.num_features(), 5 + 5 + 1);
  States phi(11, 1);
  features.evaluate(State{{0.75, 1.0}}, phi);

  const State inputs{{0.5, -0.5, 0.25, -0.25, 0.25}};
  const LayerData& layer = features.layer();
  const State neurons = (layer.weights * inputs + layer.biases).cwiseMax(0.0);
  EXPECT_LT((phi.col(0).head(5) - neurons).norm(), 1e-14);
  EXPECT_EQ(State(phi.col(0).segment(5, 5)), inputs);
  EXPECT_EQ(phi(10, 0), 1.0);
}

TEST(RandomFeatures, DoNotDependOnTheBlockTheyAreEvaluatedIn) {
  for (const char* activation : {"relu", "tanh"}) {
    LayerOptions options;
    options.activation = activation;
    options.sketch_size = 40;
    options.linear = true;
    const RandomFeatures features(unit_bounds(101), draw_layer(options, 101));
    const States states = random_matrix(101, 130, 5);
    States together(features.num_features(), 130), alone(features.num_features(), 1);
    features.evaluate(states, together);
    for (const Index j : {0, 63, 64, 129}) {
      features.evaluate(states.col(j), alone);
      EXPECT_EQ(alone.col(0), together.col(j));
    }
  }
}

TEST(RandomFeatures, FirstNeuronsDoNotDependOnHowManyThereAre) {
  LayerOptions options;
  options.neurons = 3;
  const LayerData few = draw_layer(options, 7);
  options.neurons = 9;
  const LayerData many = draw_layer(options, 7);
  EXPECT_EQ(few.weights, many.weights.topRows(3));
  EXPECT_EQ(few.biases, many.biases.head(3));
  options.seed = 2;
  EXPECT_NE(draw_layer(options, 7).weights, many.weights);
}

TEST(RandomFeatures, RefuseLayersThatDoNotFit) {
  LayerData layer = draw_layer({}, 3);
  EXPECT_THROW(RandomFeatures(unit_bounds(4), layer), std::invalid_argument);
  layer.biases.conservativeResize(5);
  EXPECT_THROW(RandomFeatures(unit_bounds(3), layer), std::invalid_argument);
  LayerOptions options;
  options.activation = "sigmoid";
  EXPECT_THROW(draw_layer(options, 3), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
