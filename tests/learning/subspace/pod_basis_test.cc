#include "learning/subspace/pod_basis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

double orthogonality_error(const States& modes) {
  return (modes.transpose() * modes - States::Identity(modes.cols(), modes.cols())).norm();
}

TEST(PodBasis, RepresentsSamplesOfLowRankExactly) {
  const States samples = random_matrix(5000, 6, 1) * random_matrix(6, 20, 2);
  PodBasis basis(5000, 10, 1e-6);
  const auto executor = make_serial_executor();
  const States coefficients = basis.append(samples, *executor);
  ASSERT_EQ(basis.modes().cols(), 6);
  EXPECT_LT(orthogonality_error(basis.modes()), 1e-13);
  EXPECT_LT((basis.modes() * coefficients - samples).norm(), 1e-11 * samples.norm());
}

TEST(PodBasis, GrowsByWhatItMissesAndKeepsItsModes) {
  const States first = random_matrix(300, 3, 1) * random_matrix(3, 8, 2);
  const States second = first + random_matrix(300, 2, 3) * random_matrix(2, 8, 4);
  PodBasis basis(300, 20, 1e-6);
  const auto executor = make_serial_executor();
  basis.append(first, *executor);
  const States before = basis.modes();
  const States coefficients = basis.append(second, *executor);
  EXPECT_EQ(before.cols(), 3);
  ASSERT_EQ(basis.modes().cols(), 5);
  EXPECT_EQ(basis.modes().leftCols(3), before);
  EXPECT_LT(orthogonality_error(basis.modes()), 1e-13);
  EXPECT_LT((basis.modes() * coefficients - second).norm(), 1e-11 * second.norm());
}

TEST(PodBasis, KeepsTheLeadingModesWhereItsSizeIsLimited) {
  States samples = random_matrix(200, 10, 1);
  for (Index j = 0; j < 10; ++j) samples.col(j) *= std::pow(0.1, static_cast<double>(j));
  PodBasis basis(200, 4, 1e-12);
  const States coefficients = basis.append(samples, *make_serial_executor());
  ASSERT_EQ(basis.modes().cols(), 4);
  EXPECT_LT((basis.modes() * coefficients - samples).norm(), 2.0 * samples.rightCols(6).norm());
}

TEST(PodBasis, MayGrowByAQuarterOfItsFirstSizeWithEachFurtherCall) {
  PodBasis basis(200, 8, 1e-12);
  const auto executor = make_serial_executor();
  for (Index call = 0; call < 4; ++call) {
    basis.append(random_matrix(200, 10, static_cast<std::uint64_t>(call + 1)), *executor);
    EXPECT_EQ(basis.modes().cols(), 8 + 2 * call);
    EXPECT_LT(orthogonality_error(basis.modes()), 1e-13);
  }
}

TEST(PodBasis, DoesNotDependOnTheUnitOfTheSamples) {
  const States samples = random_matrix(300, 4, 1) * random_matrix(4, 12, 2);
  PodBasis expected(300, 10, 1e-6);
  const auto executor = make_serial_executor();
  expected.append(samples, *executor);
  for (const int exponent : {-900, -300, 300, 900}) {
    const double unit = std::ldexp(1.0, exponent);
    PodBasis basis(300, 10, 1e-6);
    const States coefficients = basis.append(unit * samples, *executor);
    EXPECT_EQ(basis.modes(), expected.modes()) << "2^" << exponent;
    EXPECT_LT((basis.modes() * coefficients / unit - samples).norm(), 1e-11 * samples.norm());
  }
}

TEST(PodBasis, HasNoModesWhileAllIsZeroAndThenThoseOfTheFirstSamplesThatAreNot) {
  const States samples = random_matrix(300, 4, 1) * random_matrix(4, 12, 2);
  PodBasis basis(300, 10, 1e-6);
  const auto executor = make_serial_executor();
  EXPECT_EQ(basis.append(States::Zero(300, 12), *executor).rows(), 0);
  EXPECT_EQ(basis.append(States(300, 0), *executor).cols(), 0);
  EXPECT_EQ(basis.append(samples, *executor).rows(), 4);
}

TEST(PodBasis, DoesNotDependOnTheNumberOfThreads) {
  const States samples = random_matrix(5000, 150, 1);
  PodBasis serial(5000, 9, 1e-6), parallel(5000, 9, 1e-6);
  const States expected = serial.append(samples, *make_serial_executor());
  EXPECT_EQ(parallel.append(samples, *make_tbb_executor(4)), expected);
  EXPECT_EQ(parallel.modes(), serial.modes());
}

}  // namespace
}  // namespace forerun
