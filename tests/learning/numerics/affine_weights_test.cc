#include "learning/numerics/affine_weights.h"

#include <gtest/gtest.h>

#include "learning/numerics/readout.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

/// The prediction of a minimum-norm readout with intercept, the long way: centre, fit, add the intercept.
State by_dense_readout(const States& features, const States& targets, const State& query) {
  const State mean_features = features.rowwise().mean(), mean_targets = targets.rowwise().mean();
  const States readout = fit_readout(features.colwise() - mean_features, targets.colwise() - mean_targets, 0.0);
  return mean_targets + readout * (query - mean_features);
}

TEST(AffineWeights, CombineTargetsAsTheDenseReadoutPredicts) {
  for (const Index samples : {1, 2, 4, 20}) {
    const States features = random_matrix(100, samples, 1), targets = random_matrix(7, samples, 2);
    const State query = random_matrix(100, 1, 3);
    State weights(samples);
    affine_weights(features, query, weights);
    EXPECT_NEAR(weights.sum(), 1.0, 1e-13);
    EXPECT_LT((targets * weights - by_dense_readout(features, targets, query)).norm(), 1e-12) << samples;
  }
}

TEST(AffineWeights, CombineTargetsAsTheDenseReadoutPredictsWithFewerFeaturesThanSamples) {
  const States features = random_matrix(3, 8, 1), targets = random_matrix(5, 8, 2);
  const State query = random_matrix(3, 1, 3);
  State weights(8);
  affine_weights(features, query, weights);
  EXPECT_LT((targets * weights - by_dense_readout(features, targets, query)).norm(), 1e-12);
}

TEST(AffineWeights, ReproduceASample) {
  const States features = random_matrix(50, 4, 1);
  for (Index j = 0; j < 4; ++j) {
    State weights(4);
    affine_weights(features, features.col(j), weights);
    EXPECT_LT((weights - State::Unit(4, j)).norm(), 1e-13);
  }
}

TEST(AffineWeights, ShareBetweenEqualSamples) {
  States features = random_matrix(50, 3, 1);
  features.col(2) = features.col(0);
  State weights(3);
  affine_weights(features, features.col(0), weights);
  EXPECT_LT((weights - State{{0.5, 0.0, 0.5}}).norm(), 1e-13);
  features.colwise() = State(features.col(0));
  affine_weights(features, random_matrix(50, 1, 2).col(0), weights);
  EXPECT_LT((weights - State::Constant(3, 1.0 / 3.0)).norm(), 1e-13);
}

TEST(AffineWeights, RefuseMismatchedShapes) {
  State weights(3);
  EXPECT_THROW(affine_weights(States::Zero(5, 4), State::Zero(5), weights), std::invalid_argument);
  EXPECT_THROW(affine_weights(States::Zero(5, 3), State::Zero(4), weights), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
