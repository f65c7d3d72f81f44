#include "solvers/integrators/implicit/implicit_method.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// The stability function of a method: a step on u' = λu multiplies u by R(hλ) = 1 + z bᵀ (I − z a)⁻¹ 1; b is the last
/// row of a.
Complex stability(const ImplicitMethod& method, Complex z) {
  const auto size = static_cast<Index>(method.num_stages);
  Eigen::MatrixXcd a(size, size);
  for (Index i = 0; i < size; ++i) {
    for (Index j = 0; j < size; ++j) a(i, j) = method.a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  const Eigen::MatrixXcd system = Eigen::MatrixXcd::Identity(size, size) - z * a;
  return 1.0 + z * (a.row(size - 1) * system.partialPivLu().solve(Eigen::VectorXcd::Ones(size)))(0);
}

TEST(ImplicitMethods, AreAStable) {
  for (const ImplicitMethod& method : implicit_methods()) {
    for (double y = 1e-3; y < 1e6; y *= 1.3) {
      for (const double slope : {0.0, -0.01, -1.0}) {
        const Complex z = y * Complex(slope, 1.0);
        EXPECT_LE(std::abs(stability(method, z)), 1.0 + 1e-12) << method.name << " at " << z;
      }
    }
  }
}

TEST(ImplicitMethods, AreLStableButForTheTrapezoidalRule) {
  for (const ImplicitMethod& method : implicit_methods()) {
    const double at_infinity = std::abs(stability(method, -1e9));
    if (method.name == "crank_nicolson") {
      EXPECT_NEAR(at_infinity, 1.0, 1e-6);
    } else {
      EXPECT_LT(at_infinity, 1e-6) << method.name;
    }
  }
}

TEST(ImplicitMethods, AreTakenApartByTheEigenvectorsOfTheInverse) {
  for (const ImplicitMethod& method : implicit_methods()) {
    if (method.is_diagonal) continue;
    const auto size = static_cast<Index>(method.num_stages);
    Eigen::MatrixXd a(size, size), from(size, size), to(size, size);
    for (Index i = 0; i < size; ++i) {
      for (Index j = 0; j < size; ++j) {
        const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
        a(i, j) = method.a[row][column];
        from(i, j) = method.from_modes[row][column];
        to(i, j) = method.to_modes[row][column];
      }
    }
    Eigen::MatrixXd shifts = Eigen::MatrixXd::Zero(size, size);
    if (method.real_shift) shifts(0, 0) = *method.real_shift;
    const Complex shift = *method.complex_shift;
    shifts.bottomRightCorner(2, 2) << shift.real(), -shift.imag(), shift.imag(), shift.real();
    EXPECT_LT((a * from * shifts * to - Eigen::MatrixXd::Identity(size, size)).norm(), 1e-13) << method.name;
    EXPECT_LT((from * to - Eigen::MatrixXd::Identity(size, size)).norm(), 1e-13) << method.name;
  }
}

TEST(ImplicitMethods, MultiplyByTheirStabilityFunctionOnStiffLines) {
  for (const ImplicitMethod& method : implicit_methods()) {
    if (method.is_adaptive()) continue;
    for (double size = 1e-2; size < 1e7; size *= 10.0) {
      const auto line = make_problem("dahlquist", {{"real", -size}, {"imag", 0.3 * size}});
      const State u = propagate(*line, {std::string(method.name), 1}, line->initial_state(), 1.0);
      const Complex expected = stability(method, Complex(-size, 0.3 * size));
      // The trapezoidal rule adds the slope at the begin, of this size, and takes it away again.
      const double rounding = method.name == "crank_nicolson" ? 1e-16 * size : 0.0;
      EXPECT_NEAR(u[0], expected.real(), 1e-13 + rounding) << method.name << ", " << size;
      EXPECT_NEAR(u[1], expected.imag(), 1e-13 + rounding) << method.name << ", " << size;
    }
  }
}

}  // namespace
}  // namespace forerun
