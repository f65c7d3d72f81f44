#include "solvers/linear/linear_form.h"

#include <gtest/gtest.h>

#include "solvers/equations/equation.h"

namespace forerun {
namespace {

struct Coupled {
  static Index dimension() { return 3; }
  template <class Scalar>
  void rhs(const Scalar&, const Scalar* u, Scalar* du) const {
    du[0] = 2.0 * (u[0] - u[1] * 3.0);
    du[1] = -u[2];
    du[2] = u[0] + u[1] + u[1];
  }
};

TEST(LinearOperatorTest, IsTheMatrixOfTheRightHandSide) {
  Eigen::Matrix3d matrix = Eigen::Matrix3d::Zero();
  for (const MatrixEntry& entry : linear_operator(Coupled())) matrix(entry.row, entry.column) += entry.value;
  Eigen::Matrix3d expected;
  expected << 2, -6, 0,  //
      0, 0, -1,          //
      1, 2, 0;
  EXPECT_EQ(matrix, expected);
}

}  // namespace
}  // namespace forerun
