#include "solvers/linear/linearity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "solvers/equations/equation.h"

namespace forerun {
namespace {

using Number = Linearity;

struct Seen {
  bool is_affine;
  bool depends_on_time;
  bool operator==(const Seen&) const = default;
};

Seen seen(const Number& x) { return {x.is_affine(), x.depends_on_time()}; }

TEST(Linearity, IsThatOfSumsProductsAndFunctions) {
  const Number c(2.0), t = Number::time(), u = Number::component();
  const auto root = [](double x) { return std::sqrt(x); };
  EXPECT_EQ(seen(c * c + c / c - c), (Seen{true, false}));
  EXPECT_EQ(seen(2.0 * u - u / 3.0 + 1.0), (Seen{true, false}));
  EXPECT_EQ(seen(u * c - c * u / c), (Seen{true, false}));
  EXPECT_EQ(seen(-u + t * t), (Seen{true, true})) << "what is added may depend on time as it will";
  EXPECT_EQ(seen(u + each_lane(t, root) + sin_cos(t).sin + 1.0 / t), (Seen{true, true}));
  EXPECT_EQ(seen(u * t), (Seen{false, true})) << "the matrix is not constant";
  EXPECT_EQ(seen(u / t), (Seen{false, true}));
  EXPECT_EQ(seen(u * u), (Seen{false, false}));
  EXPECT_EQ(seen(c / u), (Seen{false, false}));
  EXPECT_EQ(seen(2.0 / u), (Seen{false, false}));
  EXPECT_EQ(seen(each_lane(u, root)), (Seen{false, false}));
  EXPECT_EQ(seen(sin_cos(u).cos), (Seen{false, false}));
  EXPECT_EQ(seen(each_lane(c, root) * u), (Seen{true, false}));
}

struct Mixed : SystemEquation<2> {
  bool is_linear_too = true;

  template <class Scalar>
  void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = 3.0 * u[1] - u[0];
    du[1] = is_linear_too ? u[0] : u[0] * u[1];
  }
};

TEST(Linearity, OfAnEquationIsThatOfItsLeastLinearComponent) {
  EXPECT_TRUE(linearity_of(Mixed()).is_affine());
  Mixed mixed;
  mixed.is_linear_too = false;
  EXPECT_FALSE(linearity_of(mixed).is_affine());
}

}  // namespace
}  // namespace forerun
