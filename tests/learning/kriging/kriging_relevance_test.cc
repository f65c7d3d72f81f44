#include "learning/kriging/kriging_relevance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/kriging/kriging_corrector.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

/// Depends on the first coordinate only.
State ripple(const State& u) { return State{{std::sin(3.0 * u[0]), std::cos(3.0 * u[0]), u[0]}}; }

States ripples(const States& points) {
  States values(3, points.cols());
  for (Index j = 0; j < points.cols(); ++j) values.col(j) = ripple(points.col(j));
  return values;
}

std::vector<RelevanceEvidence> ripple_evidence() {
  std::vector<RelevanceEvidence> evidence;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const States points = random_matrix(3, 20, seed);
    evidence.push_back({points, condensed_outputs(ripples(points))});
  }
  return evidence;
}

State relevance(std::span<const RelevanceEvidence> evidence, SliceExecutor& executor) {
  return coordinate_relevance(CovarianceKernel::matern72, evidence, {}, 3, executor);
}

TEST(KrigingRelevance, WhatTheOutputsDependOnMattersMost) {
  const State factors = relevance(ripple_evidence(), *make_serial_executor());
  EXPECT_GT(factors[0], 1.5 * factors[1]);
  EXPECT_GT(factors[0], 1.5 * factors[2]);
}

TEST(KrigingRelevance, NeverMakesTheDataLessLikely) {
  const auto executor = make_serial_executor();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const States points = random_matrix(3, 20, seed);
    const std::vector<RelevanceEvidence> evidence = {{points, random_matrix(20, 2, 100 + seed)}};
    const auto deviance = [&](const State& factors) {
      const States scaled = factors.asDiagonal() * points;
      States distances(20, 20);
      for (Index j = 0; j < 20; ++j)
        distances.col(j) = (scaled.colwise() - scaled.col(j)).colwise().squaredNorm().transpose();
      return profiled_deviance(CovarianceKernel::matern72, distances, evidence[0].outputs, {});
    };
    // The factors found are the squares of those returned.
    EXPECT_LE(deviance(relevance(evidence, *executor).cwiseAbs2()), deviance(State::Ones(3)) + 1e-9);
  }
}

TEST(KrigingRelevance, AllMattersAlikeWhereNothingCanBeLearned) {
  EXPECT_EQ(relevance({}, *make_serial_executor()), State::Ones(3).eval());
}

TEST(KrigingRelevance, DoesNotDependOnTheNumberOfThreads) {
  const auto evidence = ripple_evidence();
  const State expected = relevance(evidence, *make_serial_executor());
  for (const int threads : {2, 4}) EXPECT_EQ(relevance(evidence, *make_tbb_executor(threads)), expected);
}

TEST(Kriging, PredictsBetterForKnowingWhichComponentsMatter) {
  constexpr Index kNumSlices = 40;
  Harvest harvest(3);
  std::vector<Index> slices;
  for (Index n = 0; n < kNumSlices; ++n) slices.push_back(n);
  for (Index k = 1; k <= 2; ++k) {
    const States states = random_matrix(3, kNumSlices, static_cast<std::uint64_t>(k));
    harvest.append(states, ripples(states), slices, std::vector<Index>(kNumSlices, k));
  }
  const auto executor = make_serial_executor();
  const auto error = [&](bool learns_relevance) {
    KrigingOptions options;
    options.relevance = learns_relevance;
    const auto corrector = make_kriging_corrector(options, unit_bounds(3));
    const auto correction = corrector->fit(harvest, *executor);
    double sum = 0.0;
    for (Index n = 0; n < kNumSlices; ++n) {
      const State query = 0.9 * harvest.states().col(kNumSlices + n);
      State out(3);
      correction->evaluate({.index = n}, query, State(), out);
      sum += (out - ripple(query)).norm();
    }
    return sum;
  };
  EXPECT_LT(error(true), 0.7 * error(false));
}

}  // namespace
}  // namespace forerun
