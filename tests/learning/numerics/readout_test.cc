#include "learning/numerics/readout.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>

#include "learning/numerics/normal_readout.h"
#include "learning/numerics/recursive_readout.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

const std::unique_ptr<SliceExecutor> serial = make_serial_executor();

/// Y Φ⁺ the long way.
States by_singular_values(const States& features, const States& targets) {
  Eigen::JacobiSVD<States> svd(features.transpose(), Eigen::ComputeThinU | Eigen::ComputeThinV);
  svd.setThreshold(1e-12);
  return svd.solve(targets.transpose()).transpose();
}

TEST(Readout, InterpolatesAtMinimumNormWithFewerSamplesThanFeatures) {
  const States features = random_matrix(30, 8, 1), targets = random_matrix(3, 8, 2);
  const States readout = fit_readout(features, targets, 0.0);
  EXPECT_LT((readout * features - targets).norm(), 1e-12);
  EXPECT_LT((readout - by_singular_values(features, targets)).norm(), 1e-12);
}

TEST(Readout, ResidualIsOrthogonalToTheFeaturesWithMoreSamplesThanFeatures) {
  const States features = random_matrix(8, 30, 1), targets = random_matrix(3, 30, 2);
  const States readout = fit_readout(features, targets, 0.0);
  EXPECT_LT(((targets - readout * features) * features.transpose()).norm(), 1e-12);
}

TEST(Readout, IsOfMinimumNormWhereFeaturesAreDependent) {
  for (const Index samples : {12, 40}) {
    const States features = random_matrix(20, 5, 1) * random_matrix(5, samples, 2);
    const States targets = random_matrix(3, samples, 3);
    const States readout = fit_readout(features, targets, 0.0);
    EXPECT_LT((readout - by_singular_values(features, targets)).norm(), 1e-11) << samples;
  }
}

TEST(Readout, RidgeSatisfiesItsNormalEquationsInBothShapes) {
  for (const Index samples : {8, 50}) {
    const States features = random_matrix(20, samples, 1), targets = random_matrix(3, samples, 2);
    const States readout = fit_readout(features, targets, 0.3);
    const States gradient = (readout * features - targets) * features.transpose() + 0.3 * readout;
    EXPECT_LT(gradient.norm(), 1e-12) << samples;
  }
}

TEST(Readout, RidgeTendsToTheMinimumNormSolution) {
  const States features = random_matrix(20, 6, 1), targets = random_matrix(3, 6, 2);
  const States limit = fit_readout(features, targets, 0.0);
  EXPECT_LT((fit_readout(features, targets, 1e-12) - limit).norm(), 1e-10);
  EXPECT_GT((fit_readout(features, targets, 1.0) - limit).norm(), 1e-2);
}

TEST(Readout, RefusesWhatCannotBeFitted) {
  const States features = random_matrix(4, 5, 1);
  States targets = random_matrix(2, 5, 2);
  EXPECT_THROW(fit_readout(features, targets.leftCols(4), 0.0), std::invalid_argument);
  EXPECT_THROW(fit_readout(features, targets, -1.0), std::invalid_argument);
  EXPECT_THROW(fit_readout(features.leftCols(0), targets.leftCols(0), 0.0), std::invalid_argument);
  targets(1, 3) = NAN;
  EXPECT_THROW(fit_readout(features, targets, 0.0), std::invalid_argument);
}

TEST(RecursiveReadout, EqualsTheBatchFitHoweverTheSamplesArrive) {
  constexpr Index kFeatures = 70, kSamples = 150;
  constexpr double kRidge = 1e-6;
  const States features = random_matrix(kFeatures, kSamples, 1), targets = random_matrix(4, kSamples, 2);
  RecursiveReadout readout(kFeatures, 4, kRidge);
  Index known = 0;
  for (const Index count : {1, 40, 29, 80}) {  // from fewer samples than features to more
    readout.append(features.middleCols(known, count), targets.middleCols(known, count), *serial);
    known += count;
    const States batch = fit_readout(features.leftCols(known), targets.leftCols(known), kRidge);
    EXPECT_LT((readout.solve(*serial) - batch).norm(), 1e-8 * batch.norm()) << known;
  }
}

TEST(RecursiveReadout, InterpolatesNearlyDependentSamplesWhereNormalEquationsWouldNot) {
  const States base = random_matrix(40, 10, 1);
  States features(40, 20);
  features << base, base + 1e-6 * random_matrix(40, 10, 2);
  const States targets = random_matrix(2, 20, 3);
  RecursiveReadout readout(40, 2, 1e-20);
  readout.append(features, targets, *serial);
  EXPECT_LT((readout.solve(*serial) * features - targets).norm(), 1e-7);
}

TEST(RecursiveReadout, TakesNewOutputsAsZeroInTheSamplesSoFar) {
  const States features = random_matrix(10, 14, 1);
  States targets = random_matrix(3, 14, 2);
  targets.bottomLeftCorner(1, 9).setZero();
  RecursiveReadout grown(10, 2, 1e-3), whole(10, 3, 1e-3);
  grown.append(features.leftCols(9), targets.topLeftCorner(2, 9), *serial);
  grown.append_outputs(1);
  grown.append(features.rightCols(5), targets.rightCols(5), *serial);
  whole.append(features.leftCols(9), targets.leftCols(9), *serial);
  whole.append(features.rightCols(5), targets.rightCols(5), *serial);
  EXPECT_EQ(grown.solve(*serial), whole.solve(*serial));
}

TEST(RecursiveReadout, DoesNotDependOnTheNumberOfThreads) {
  const States features = random_matrix(300, 90, 1), targets = random_matrix(150, 90, 2);
  RecursiveReadout alone(300, 150, 1e-6), together(300, 150, 1e-6);
  const auto threads = make_tbb_executor(4);
  alone.append(features, targets, *serial);
  together.append(features, targets, *threads);
  EXPECT_EQ(together.solve(*threads), alone.solve(*serial));
}

TEST(RecursiveReadout, RefusesMismatchedAndNonFiniteSamples) {
  EXPECT_THROW(RecursiveReadout(3, 1, 0.0), std::invalid_argument);
  RecursiveReadout readout(3, 1, 1.0);
  EXPECT_THROW(readout.append(States::Zero(4, 2), States::Zero(1, 2), *serial), std::invalid_argument);
  EXPECT_THROW(readout.append(States::Zero(3, 2), States::Zero(1, 1), *serial), std::invalid_argument);
  EXPECT_THROW(readout.append(States::Constant(3, 1, NAN), States::Zero(1, 1), *serial), std::invalid_argument);
}

/// Hundreds of nearly dependent features, as smooth random ones are: singular values fall to nothing.
States smooth_features(Index num_features, Index num_samples) {
  const States inputs = random_matrix(6, num_samples, 1), weights = random_matrix(num_features, 6, 2);
  return ((0.3 * weights * inputs).colwise() + random_matrix(num_features, 1, 3).col(0)).array().tanh();
}

TEST(NormalReadout, EqualsTheBatchFitHoweverTheSamplesArrive) {
  constexpr Index features_count = 70, samples = 1150;
  const States features = random_matrix(features_count, samples, 1), targets = random_matrix(4, samples, 2);
  NormalReadout readout(features_count, 4, 1e-3);
  Index known = 0;
  for (const Index count : {1, 40, 29, 1080}) {
    readout.append(features.middleCols(known, count), targets.middleCols(known, count), *serial);
    known += count;
    const States batch = fit_readout(features.leftCols(known), targets.leftCols(known), 1e-3);
    EXPECT_LT((readout.solve() - batch).norm(), 1e-10 * batch.norm()) << known;
  }
}

TEST(NormalReadout, PredictsAsOrthogonalTransformationsDoWhereTheRidgeIsFarAboveRounding) {
  const States features = smooth_features(300, 2000);
  const States targets = features.row(0).array().sin() + 1e-3 * random_matrix(1, 2000, 4).array();
  const double ridge = 1e-9 * features.squaredNorm() / 300.0;
  NormalReadout normal(300, 1, ridge);
  RecursiveReadout orthogonal(300, 1, ridge);
  normal.append(features, targets, *serial);
  orthogonal.append(features, targets, *serial);
  const States difference = (normal.solve() - orthogonal.solve(*serial)) * features;
  EXPECT_LT(difference.cwiseAbs().maxCoeff(), 1e-8) << "predictions are of size 1";
}

TEST(NormalReadout, SaysThatItCannotWhereRoundingIsMoreThanTheRidge) {
  States features = smooth_features(300, 2000);
  features.row(1) = features.row(0);
  NormalReadout readout(300, 1, 1e-20);
  readout.append(features, States::Ones(1, 2000), *serial);
  EXPECT_TRUE(readout.solve().array().isNaN().all());
}

TEST(NormalReadout, DoesNotDependOnTheNumberOfThreads) {
  const States features = random_matrix(300, 900, 1), targets = random_matrix(3, 900, 2);
  NormalReadout alone(300, 3, 1e-6), together(300, 3, 1e-6);
  const auto threads = make_tbb_executor(4);
  alone.append(features, targets, *serial);
  together.append(features, targets, *threads);
  EXPECT_EQ(together.solve(), alone.solve());
}

TEST(NormalReadout, RefusesMismatchedAndNonFiniteSamples) {
  EXPECT_THROW(NormalReadout(3, 1, 0.0), std::invalid_argument);
  NormalReadout readout(3, 1, 1.0);
  EXPECT_THROW(readout.append(States::Zero(4, 2), States::Zero(1, 2), *serial), std::invalid_argument);
  EXPECT_THROW(readout.append(States::Zero(3, 2), States::Zero(1, 1), *serial), std::invalid_argument);
  EXPECT_THROW(readout.append(States::Constant(3, 1, NAN), States::Zero(1, 1), *serial), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
