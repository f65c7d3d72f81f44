#include "solvers/linear/periodic_poisson.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace forerun {
namespace {

constexpr double turn = 2.0 * std::numbers::pi;

/// Numbers of both signs without a pattern.
State rough(Index size) {
  State values(size);
  for (Index i = 0; i < size; ++i) values[i] = std::sin(1.0 + 37.0 * static_cast<double>(i * i % 101));
  return values;
}

State transformed(const HartleyTransform& transform, Index width, const State& in) {
  State out(in.size());
  transform.transform_columns(width, in.data(), out.data());
  return out;
}

class HartleyTransformTest : public testing::TestWithParam<Index> {};

TEST_P(HartleyTransformTest, IsTheSumThatDefinesItForEachColumn) {
  const Index n = GetParam(), width = 3;
  const State in = rough(n * width), out = transformed(HartleyTransform(n), width, in);
  for (Index k = 0; k < n; ++k) {
    for (Index column = 0; column < width; ++column) {
      double sum = 0.0;
      for (Index j = 0; j < n; ++j) {
        const double angle = turn * static_cast<double>(j * k % n) / static_cast<double>(n);
        sum += in[j * width + column] * (std::cos(angle) + std::sin(angle));
      }
      EXPECT_NEAR(out[k * width + column], sum, 1e-13 * static_cast<double>(n)) << k << ", " << column;
    }
  }
}

TEST_P(HartleyTransformTest, IsItsOwnInverseButForAFactor) {
  const Index n = GetParam();
  const HartleyTransform transform(n);
  const State in = rough(n);
  const State back = transformed(transform, 1, transformed(transform, 1, in)) / static_cast<double>(n);
  EXPECT_LT((back - in).lpNorm<Eigen::Infinity>(), 1e-14);
}

INSTANTIATE_TEST_SUITE_P(Sizes, HartleyTransformTest, testing::Values(1, 2, 3, 4, 5, 6, 8, 12, 15, 32, 40, 64, 96));

State solved(Index m, double distance, const State& density) {
  State potential(m * m), scratch(m * m);
  PeriodicPoisson(m, distance).solve(density.data(), potential.data(), scratch.data());
  return potential;
}

/// The five-point Laplacian.
State laplacian(Index m, double distance, const State& field) {
  State result(m * m);
  for (Index row = 0; row < m; ++row) {
    for (Index column = 0; column < m; ++column) {
      const auto at = [&](Index r, Index c) { return field[(r + m) % m * m + (c + m) % m]; };
      result[row * m + column] = (at(row, column - 1) + at(row, column + 1) + at(row - 1, column) +
                                  at(row + 1, column) - 4.0 * at(row, column)) /
                                 (distance * distance);
    }
  }
  return result;
}

class PeriodicPoissonTest : public testing::TestWithParam<Index> {};

TEST_P(PeriodicPoissonTest, DividesEachWaveByItsEigenvalue) {
  const Index m = GetParam();
  const double distance = 0.3, size = static_cast<double>(m);
  const auto eigenvalue = [&](Index k) {
    return -std::pow(2.0 * std::sin(0.5 * turn * static_cast<double>(k) / size) / distance, 2);
  };
  for (const auto& [j, k] : {std::pair<Index, Index>{1, 0}, {0, 2}, {2, 1}, {m / 2, m - 1}}) {
    State wave(m * m);
    for (Index i = 0; i < m * m; ++i) {
      wave[i] = std::cos(0.4 + turn * static_cast<double>(j * (i / m) + k * (i % m)) / size);
    }
    const State expected = wave / (eigenvalue(j) + eigenvalue(k));
    EXPECT_LT((solved(m, distance, wave) - expected).lpNorm<Eigen::Infinity>(), 1e-13) << j << ", " << k;
  }
}

TEST_P(PeriodicPoissonTest, GivesAPotentialOfMeanZeroWhoseLaplacianIsTheDensityWithoutItsMean) {
  const Index m = GetParam();
  const State density = rough(m * m);
  const State potential = solved(m, 0.7, density);
  EXPECT_NEAR(potential.mean(), 0.0, 1e-14);
  const State expected = density - State::Constant(m * m, density.mean());
  EXPECT_LT((laplacian(m, 0.7, potential) - expected).lpNorm<Eigen::Infinity>(), 1e-12);
}

TEST_P(PeriodicPoissonTest, IsSymmetric) {
  const Index m = GetParam();
  const State a = rough(m * m), b = a.array().cube().reverse();
  EXPECT_NEAR(a.dot(solved(m, 1.0, b)), b.dot(solved(m, 1.0, a)), 1e-12 * static_cast<double>(m * m));
}

INSTANTIATE_TEST_SUITE_P(Sizes, PeriodicPoissonTest, testing::Values(4, 6, 9, 20, 32, 48));

}  // namespace
}  // namespace forerun
