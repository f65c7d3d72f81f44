#include "solvers/integrators/rational/optimal_rational.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace forerun {
namespace {

double exact(double s) { return std::exp(-s); }

Decay steps_of(const char* method, double count) {
  return [method, count](double s) { return std::pow(method_decay(*find_implicit_method(method), s / count), count); };
}

/// Published: Jin, Lin, Zhou, arXiv:2209.13374.
TEST(OptimalRational, HasThePublishedCoefficientsInFrontOfTheExactSolution) {
  const OptimalRational quadratic = optimal_rational(2, exact);
  EXPECT_NEAR(quadratic.contraction, 0.0163, 5e-5);
  EXPECT_NEAR(quadratic.function.numerator[1], -0.179215, 1e-6);
  EXPECT_NEAR(quadratic.function.denominator[1], 0.820785, 1e-6);
  EXPECT_NEAR(quadratic.function.denominator[2], 0.424441, 1e-6);
  const OptimalRational cubic = optimal_rational(3, exact);
  EXPECT_NEAR(cubic.contraction, 0.00147, 5e-6);
  EXPECT_NEAR(cubic.function.numerator[1], -0.223006, 2e-6);
  EXPECT_NEAR(cubic.function.numerator[2], 0.0109465, 2e-6);
  EXPECT_NEAR(cubic.function.denominator[1], 0.776994, 2e-6);
  EXPECT_NEAR(cubic.function.denominator[2], 0.272886, 2e-6);
  EXPECT_NEAR(cubic.function.denominator[3], 0.0967083, 2e-6);
}

TEST(OptimalRational, ContractionFactorsOfKnownMethodsArePublishedOnes) {
  EXPECT_NEAR(contraction_factor(steps_of("backward_euler", 1.0), exact), 0.2984, 5e-5);
  EXPECT_NEAR(contraction_factor(steps_of("radau2", 1.0), exact), 0.1091, 5e-5);
  EXPECT_NEAR(contraction_factor(steps_of("lobatto2", 1.0), exact), 0.0817, 5e-5);
  EXPECT_NEAR(contraction_factor(steps_of("sdirk2", 1.0), exact), 0.2615, 5e-5);
}

TEST(OptimalRational, NoSmallChangeOfItsCoefficientsContractsFaster) {
  for (const auto& [degree, fine] : {std::pair(2, steps_of("backward_euler", 10.0)),
                                     std::pair(3, steps_of("radau2", 4.0)), std::pair(3, steps_of("sdirk2", 20.0))}) {
    const OptimalRational best = optimal_rational(degree, fine);
    const auto changed_by = [&](std::size_t index, double change) {
      RationalFunction other = best.function;
      const std::size_t num_free = other.numerator.size() - 1;
      if (index < num_free) {
        other.numerator[index + 1] += change;
        if (index == 0) other.denominator[1] += change;  // stays of order 1
      } else {
        other.denominator[index - num_free + 2] += change;
      }
      return contraction_factor(other, fine);
    };
    for (std::size_t index = 0; index < static_cast<std::size_t>(2 * (degree - 1)); ++index) {
      for (const double change : {1e-4, -1e-4}) EXPECT_GT(changed_by(index, change), best.contraction) << index;
    }
  }
}

TEST(OptimalRational, WhereTheFamilyHasTheFineSolverItselfNothingIsLeft) {
  EXPECT_LT(optimal_rational(2, steps_of("backward_euler", 2.0)).contraction, 1e-7);
  EXPECT_LT(optimal_rational(3, steps_of("backward_euler", 3.0)).contraction, 1e-7);
}

TEST(OptimalRational, RefusesFineSolversInFrontOfWhichNothingContracts) {
  EXPECT_THROW(optimal_rational(2, [](double) { return 1.0; }), std::invalid_argument);
  EXPECT_THROW(optimal_rational(4, exact), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
