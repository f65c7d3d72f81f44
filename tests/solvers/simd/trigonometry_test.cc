#include "solvers/simd/trigonometry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/base/uniform_noise.h"

namespace forerun {
namespace {

/// Distance to a more precise value in units of the result's last place.
double ulps(double value, long double precise) {
  const double nearest = static_cast<double>(precise);
  const double unit = std::nextafter(std::abs(nearest), std::numeric_limits<double>::infinity()) - std::abs(nearest);
  return std::abs(static_cast<double>((static_cast<long double>(value) - precise) / static_cast<long double>(unit)));
}

/// Where errors show: everywhere, near 0, and next to the zeros of sine and cosine.
std::vector<double> arguments() {
  std::vector<double> x{0.0, -0.0, 1e-300, -1e-300, trigonometry::largest_short_argument};
  UniformNoise noise(7);
  for (const double range : {1e-3, 1.0, 10.0, 1e3, trigonometry::largest_short_argument}) {
    for (int i = 0; i < 40000; ++i) x.push_back(range * (2.0 * noise.next() - 1.0));
  }
  for (int n = -60000; n <= 60000; n += 7) x.push_back(n * (0.5 * std::numbers::pi));
  return x;
}

TEST(SinCosTest, IsWithinOneUnitInTheLastPlace) {
  double worst_sin = 0.0;
  double worst_cos = 0.0;
  for (const double x : arguments()) {
    const SinCos<double> result = sin_cos(x);
    worst_sin = std::max(worst_sin, ulps(result.sin, std::sin(static_cast<long double>(x))));
    worst_cos = std::max(worst_cos, ulps(result.cos, std::cos(static_cast<long double>(x))));
  }
  EXPECT_LT(worst_sin, 1.0);
  EXPECT_LT(worst_cos, 1.0);
  RecordProperty("worst_sin", std::to_string(worst_sin));
  RecordProperty("worst_cos", std::to_string(worst_cos));
}

TEST(SinCosTest, IsOddAndEvenToTheLastBit) {
  for (const double x : arguments()) {
    const SinCos<double> right = sin_cos(x);
    const SinCos<double> left = sin_cos(-x);
    ASSERT_EQ(right.sin, -left.sin) << x;
    ASSERT_EQ(right.cos, left.cos) << x;
  }
}

template <class Scalar>
void expect_same_bits(const std::vector<double>& x) {
  constexpr std::size_t count = num_lanes<Scalar>;
  for (std::size_t first = 0; first + count <= x.size(); first += count) {
    Scalar lanes = broadcast<Scalar>(0.0);
    for (std::size_t i = 0; i < count; ++i) set_lane(lanes, static_cast<Index>(i), x[first + i]);
    const SinCos<Scalar> result = sin_cos(lanes);
    for (std::size_t i = 0; i < count; ++i) {
      const SinCos<double> expected = sin_cos(x[first + i]);
      ASSERT_EQ(lane(result.sin, static_cast<Index>(i)), expected.sin) << x[first + i];
      ASSERT_EQ(lane(result.cos, static_cast<Index>(i)), expected.cos) << x[first + i];
    }
  }
}

TEST(SinCosTest, HasTheSameBitsInLanesEvenWhereOnlyOneLaneIsHuge) {
  std::vector<double> x = arguments();
  x.insert(x.begin() + 11, 1e200);
  x.insert(x.begin() + 3, -2e5);
  expect_same_bits<Quad>(x);
  expect_same_bits<Lanes>(x);
}

TEST(SinCosTest, LeavesHugeArgumentsToTheStandardLibraryAndMakesNoNumberOfNan) {
  EXPECT_EQ(sin_cos(1e300).sin, std::sin(1e300));
  EXPECT_EQ(sin_cos(1e300).cos, std::cos(1e300));
  EXPECT_TRUE(std::isnan(sin_cos(std::numeric_limits<double>::quiet_NaN()).sin));
  EXPECT_TRUE(std::isnan(sin_cos(std::numeric_limits<double>::infinity()).cos));
}

}  // namespace
}  // namespace forerun
