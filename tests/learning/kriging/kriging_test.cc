#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "learning/kriging/kriging_corrector.h"
#include "learning/kriging/kriging_scale.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

constexpr CovarianceKernel kKernels[] = {CovarianceKernel::gaussian, CovarianceKernel::matern52,
                                         CovarianceKernel::matern72};

States distances_between(const States& points) {
  States distances(points.cols(), points.cols());
  for (Index i = 0; i < points.cols(); ++i)
    for (Index j = 0; j < points.cols(); ++j) distances(i, j) = (points.col(i) - points.col(j)).squaredNorm();
  return distances;
}

/// K as its definition says.
States covariance(CovarianceKernel kernel, const States& distances, const KrigingScale& scale) {
  const double length = scale.length * rms_distance(distances);
  States matrix = distances.unaryExpr([&](double d) { return correlation(kernel, d / (length * length)); });
  matrix.diagonal().array() += scale.nugget;
  return matrix;
}

TEST(CovarianceKernel, IsOneAtZeroAndFallsWithDistance) {
  for (const CovarianceKernel kernel : kKernels) {
    EXPECT_EQ(correlation(kernel, 0.0), 1.0);
    double before = 1.0;
    for (double r2 = 0.1; r2 < 30.0; r2 += 0.1) {
      EXPECT_LT(correlation(kernel, r2), before);
      EXPECT_GT(correlation(kernel, r2), 0.0);
      before = correlation(kernel, r2);
    }
  }
}

TEST(CovarianceKernel, HasUnitCurvatureScaleWhateverTheFamily) {
  // c(s) = 1 − q s² + …: gaussian q = 1/2, Matérn ν: q = ν / (2 (ν − 1)), which tends to 1/2.
  constexpr double r2 = 1e-6;
  const auto curvature = [](CovarianceKernel kernel) { return (1.0 - correlation(kernel, r2)) / r2; };
  EXPECT_NEAR(curvature(CovarianceKernel::gaussian), 0.5, 1e-5);
  EXPECT_NEAR(curvature(CovarianceKernel::matern52), 2.5 / 3.0, 1e-3);
  EXPECT_NEAR(curvature(CovarianceKernel::matern72), 3.5 / 5.0, 1e-3);
}

TEST(CovarianceKernel, IsFoundByItsNameOnly) {
  EXPECT_EQ(covariance_kernel("matern52"), CovarianceKernel::matern52);
  for (const std::string& name : covariance_kernel_names()) EXPECT_NO_THROW(covariance_kernel(name));
  EXPECT_THROW(covariance_kernel("matern"), std::invalid_argument);
}

TEST(KrigingSystem, TheFactorReproducesTheCovariance) {
  const States distances = distances_between(random_matrix(3, 12, 1));
  for (const CovarianceKernel kernel : kKernels) {
    States factor(12, 12);
    const KrigingScale scale{0.7, 1e-8};
    ASSERT_TRUE(factorize_covariance(kernel, distances, scale, factor));
    const States lower = factor.triangularView<Eigen::Lower>();
    const States expected = covariance(kernel, distances, scale);
    EXPECT_LT((lower * lower.transpose() - expected).norm(), 1e-14 * expected.norm());
    State values = random_matrix(12, 1, 2);
    const State right = expected * values;
    State solved = right;
    solve_covariance(factor, solved);
    EXPECT_LT((solved - values).norm(), 1e-9);
  }
}

TEST(KrigingSystem, CoincidingPointsHaveNoFactorWithoutANugget) {
  States points = random_matrix(3, 6, 1);
  points.col(4) = points.col(1);
  States factor(6, 6);
  EXPECT_FALSE(factorize_covariance(CovarianceKernel::gaussian, distances_between(points), {0.5, 0.0}, factor));
  EXPECT_TRUE(factorize_covariance(CovarianceKernel::gaussian, distances_between(points), {0.5, 1e-6}, factor));
}

TEST(KrigingSystem, TheDevianceIsTheTextbooksWithTheVarianceProfiledOut) {
  const States distances = distances_between(random_matrix(3, 10, 1));
  for (const Index dimension : {2, 10, 40}) {
    const States outputs = random_matrix(dimension, 10, 3);
    const KrigingScale scale{0.8, 1e-6};
    const States matrix = covariance(CovarianceKernel::matern72, distances, scale);
    const double expected =
        10.0 * std::log((matrix.inverse() * outputs.transpose() * outputs).trace()) + std::log(matrix.determinant());
    const double deviance = profiled_deviance(CovarianceKernel::matern72, distances, condensed_outputs(outputs), scale);
    EXPECT_NEAR(deviance, expected, 1e-8 * std::abs(expected)) << dimension;
  }
}

TEST(KrigingSystem, CondensedOutputsKeepAllInnerProducts) {
  States outputs = random_matrix(50, 8, 1);
  outputs.col(5) = 2.0 * outputs.col(2) - outputs.col(0);  // dependent
  outputs.col(6).setZero();
  const States condensed = condensed_outputs(outputs);
  EXPECT_EQ(condensed.cols(), 8);
  const States gram = outputs.transpose() * outputs;
  EXPECT_LT((condensed * condensed.transpose() - gram).norm(), 1e-13 * gram.norm());
}

TEST(KrigingScale, FindsTheLengthThatMadeTheData) {
  const auto executor = make_serial_executor();
  for (const double length : {1.0, 4.0}) {
    std::vector<KrigingEvidence> evidence;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const States distances = distances_between(random_matrix(2, 30, seed));
      States factor(30, 30);
      ASSERT_TRUE(factorize_covariance(CovarianceKernel::matern52, distances, {length, 1e-10}, factor));
      // Uniform noise has the right covariance, which is what the likelihood looks at.
      const States outputs = factor.triangularView<Eigen::Lower>() * random_matrix(30, 4, 100 + seed);
      evidence.push_back({distances, outputs});
    }
    const KrigingScale found = most_likely_scale(CovarianceKernel::matern52, evidence, *executor);
    EXPECT_NEAR(std::log2(found.length), std::log2(length), 0.51);
    EXPECT_LE(found.nugget, 1e-8);
  }
}

TEST(KrigingScale, IsTheDefaultWhereNothingCanBeLearned) {
  const auto executor = make_serial_executor();
  const KrigingScale found = most_likely_scale(CovarianceKernel::gaussian, {}, *executor);
  EXPECT_EQ(found.length, KrigingScale{}.length);
  EXPECT_EQ(found.nugget, KrigingScale{}.nugget);
}

constexpr Index kNumSlices = 10;

State wave(const State& u) { return State{{std::sin(u[0] + 2.0 * u[1]), u[0] * u[1], std::cos(u[2])}}; }

Harvest wave_harvest(Index num_iterations, double factor = 1.0) {
  Harvest harvest(3);
  for (Index k = 1; k <= num_iterations; ++k) {
    const States states = random_matrix(3, kNumSlices, static_cast<std::uint64_t>(k));
    States discrepancies(3, kNumSlices);
    std::vector<Index> slices;
    for (Index n = 0; n < kNumSlices; ++n) {
      discrepancies.col(n) = factor * wave(states.col(n));
      slices.push_back(n);
    }
    harvest.append(states, discrepancies, slices, std::vector<Index>(kNumSlices, k));
  }
  return harvest;
}

State predict(Corrector& corrector, const Harvest& harvest, Index slice, const State& state) {
  const auto correction = corrector.fit(harvest, *make_serial_executor());
  State out(state.size());
  correction->evaluate({.index = slice}, state, State(), out);
  return out;
}

TEST(Kriging, LearnsASmoothFunctionFromScatteredSamples) {
  for (const CovarianceKernel kernel : kKernels) {
    KrigingOptions options;
    options.kernel = kernel;
    options.neighbors = 60;
    const auto corrector = make_kriging_corrector(options, unit_bounds(3));
    const State query{{0.1, -0.2, 0.15}};
    EXPECT_LT((predict(*corrector, wave_harvest(20), 4, query) - wave(query)).norm(), 0.02);
  }
}

TEST(Kriging, ScalesWithTheDiscrepancies) {
  const State query = random_matrix(3, 1, 77);
  const auto one = make_kriging_corrector({}, unit_bounds(3)), two = make_kriging_corrector({}, unit_bounds(3));
  const State small = predict(*one, wave_harvest(4, 1.0), 4, query);
  const State large = predict(*two, wave_harvest(4, 1024.0), 4, query);
  EXPECT_EQ(large, 1024.0 * small);
}

TEST(Kriging, StandardizedInputsDoNotDependOnTheProblemsBounds) {
  const State query = random_matrix(3, 1, 77);
  const Harvest harvest = wave_harvest(4);
  const StateBounds bounds = unit_bounds(3), wide{1e1 * bounds.lower, 1e1 * bounds.upper};
  const auto here = make_kriging_corrector({}, bounds), there = make_kriging_corrector({}, wide);
  EXPECT_EQ(predict(*here, harvest, 4, query), predict(*there, harvest, 4, query));
}

TEST(Kriging, NoDiscrepancyIsPredictedWhereNoneWasSeen) {
  const auto corrector = make_kriging_corrector({}, unit_bounds(3));
  EXPECT_EQ(predict(*corrector, wave_harvest(3, 0.0), 4, random_matrix(3, 1, 77)), State::Zero(3).eval());
}

TEST(Kriging, ASingleSampleIsInterpolated) {
  Harvest harvest(3);
  harvest.append(random_matrix(3, 1, 1), random_matrix(3, 1, 2), {0}, {1});
  const auto corrector = make_kriging_corrector({}, unit_bounds(3));
  const State expected = harvest.discrepancies().col(0);
  EXPECT_LT((predict(*corrector, harvest, 0, harvest.states().col(0)) - expected).norm(), 1e-9);
}

TEST(Kriging, AStateSeenTwiceWithDifferentValuesIsSmoothedNotFatal) {
  Harvest harvest = wave_harvest(2);
  const States states = harvest.states().leftCols(kNumSlices);
  const States values = harvest.discrepancies().leftCols(kNumSlices).array() + 0.01;
  std::vector<Index> slices;
  for (Index n = 0; n < kNumSlices; ++n) slices.push_back(n);
  harvest.append(states, values, slices, std::vector<Index>(kNumSlices, 3));
  const auto corrector = make_kriging_corrector({}, unit_bounds(3));
  const State out = predict(*corrector, harvest, 4, states.col(4));
  EXPECT_LT((out - wave(states.col(4))).cwiseAbs().maxCoeff(), 0.02);
}

TEST(Kriging, ASliceNeverSeenIsServedByTheSamplesNearestToTheQuery) {
  const auto corrector = make_kriging_corrector({}, unit_bounds(3));
  const State query{{0.1, -0.2, 0.15}};
  EXPECT_LT((predict(*corrector, wave_harvest(40), kNumSlices + 5, query) - wave(query)).norm(), 0.05);
}

/// `num_slices` slices in four iterations, whose states are `spread` around `center` and discrepancies `factor` times a
/// smooth function of them; in slices from `first` on.
void append_region(Harvest& harvest, Index first, Index num_slices, double center, double spread, double factor) {
  for (Index k = 1; k <= 4; ++k) {
    const States states =
        (spread * random_matrix(3, num_slices, static_cast<std::uint64_t>(first + k))).array() + center;
    States discrepancies(3, num_slices);
    std::vector<Index> slices;
    for (Index n = 0; n < num_slices; ++n) {
      discrepancies.col(n) = factor * wave(states.col(n));
      slices.push_back(first + n);
    }
    harvest.append(states, discrepancies, slices, std::vector<Index>(static_cast<std::size_t>(num_slices), k));
  }
}

TEST(Kriging, WhereTheGridIsAtRestSaysNothingOfTheScale) {
  KrigingOptions options;
  options.standardize = false;
  options.relevance = false;
  Harvest moving(3), with_rest(3);
  append_region(moving, 0, 6, -0.3, 0.2, 1.0);
  append_region(with_rest, 0, 6, -0.3, 0.2, 1.0);
  append_region(with_rest, 20, 200, 0.8, 1e-3, 1e-15);
  const State query{{-0.3, -0.25, -0.35}};
  const auto one = make_kriging_corrector(options, unit_bounds(3)),
             other = make_kriging_corrector(options, unit_bounds(3));
  EXPECT_EQ(predict(*other, with_rest, 2, query), predict(*one, moving, 2, query));
}

TEST(Kriging, RefusesNoNeighbors) {
  KrigingOptions options;
  options.neighbors = 0;
  EXPECT_THROW(make_kriging_corrector(options, unit_bounds(3)), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
