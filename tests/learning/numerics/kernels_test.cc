#include "learning/numerics/kernels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

/// The order of operations that `add_product` promises.
States product_in_order(double alpha, const States& a, const States& x, States y) {
  for (Index c = 0; c < x.cols(); ++c)
    for (Index j = 0; j < a.cols(); ++j)
      for (Index i = 0; i < a.rows(); ++i) y(i, c) += a(i, j) * (alpha * x(j, c));
  return y;
}

TEST(Kernels, ProductHasItsPromisedOrderOfOperationsForEveryShape) {
  for (const Index rows : {1, 7, 8, 300, 517}) {
    for (const Index inner : {1, 3, 4, 261}) {
      for (const Index columns : {1, 4, 7, 8, 13}) {
        const States a = random_matrix(rows, inner, 1), x = random_matrix(inner, columns, 2);
        States y = random_matrix(rows, columns, 3);
        const States expected = product_in_order(-1.5, a, x, y);
        add_product(-1.5, a, x, y);
        EXPECT_EQ(y, expected) << rows << " x " << inner << " x " << columns;
      }
    }
  }
}

TEST(Kernels, TanhIsThatOfTheLibraryAndTheSameInEveryPlace) {
  State values(4001);
  for (Index i = 0; i < values.size(); ++i) values[i] = 0.011 * static_cast<double>(i - 2000);
  State results = values;
  replace_by_tanh(results.data(), results.size());
  for (Index i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(results[i], std::tanh(values[i]), 4e-16) << values[i];
    double alone = values[i];
    replace_by_tanh(&alone, 1);
    EXPECT_EQ(alone, results[i]) << values[i];
  }
  State extreme{{1e300, -1e300, 0.0, 1e-300, std::nan(""), INFINITY}};
  replace_by_tanh(extreme.data(), extreme.size());
  EXPECT_EQ(extreme[0], 1.0);
  EXPECT_EQ(extreme[1], -1.0);
  EXPECT_EQ(extreme[2], 0.0);
  EXPECT_LT(std::abs(extreme[3]), 1e-15);
  EXPECT_FALSE(std::isfinite(extreme[4]));
  EXPECT_FALSE(std::isfinite(extreme[5]));
}

TEST(Kernels, ProductOfBlocksOfLargerMatricesTouchesNothingElse) {
  const States a = random_matrix(20, 20, 1), x = random_matrix(20, 20, 2);
  States y = random_matrix(20, 20, 3);
  States expected = y;
  expected.block(2, 3, 9, 10) = product_in_order(1.0, a.block(1, 1, 9, 6), x.block(4, 5, 6, 10), y.block(2, 3, 9, 10));
  add_product(1.0, a.block(1, 1, 9, 6), x.block(4, 5, 6, 10), y.block(2, 3, 9, 10));
  EXPECT_EQ(y, expected);
}

TEST(Kernels, TransposedProductEqualsTheProductWithTheTranspose) {
  const States a = random_matrix(1100, 5, 1), x = random_matrix(1100, 9, 2);
  States y = random_matrix(5, 9, 3);
  const States expected = product_in_order(1.0, a.transpose(), x, y);
  add_transposed_product(a, x, y);
  EXPECT_EQ(y, expected);
}

TEST(Kernels, DistancesAgreeWithTheirFormula) {
  for (const Index size : {1, 8, 29}) {
    const State a = random_matrix(size, 1, 1), b = random_matrix(size, 1, 2), w = random_matrix(size, 1, 3);
    EXPECT_NEAR(squared_distance(a, b), (a - b).squaredNorm(), 1e-13);
    EXPECT_NEAR(squared_distance(w, a, b), (w.cwiseProduct(a - b)).squaredNorm(), 1e-13);
    EXPECT_NEAR(dot(a, b), a.dot(b), 1e-13);
  }
}

TEST(Kernels, SumsOfShiftedValuesAreTakenInTheOrderOfTheShifts) {
  const State values = random_matrix(40, 1, 3);
  const std::vector<Index> shifts = {3, -2, 0, 7, -5, 1};
  for (std::size_t num_shifts = 0; num_shifts <= shifts.size(); ++num_shifts) {
    State sums(20);
    add_up_shifted(values.data() + 10, std::span(shifts).first(num_shifts), sums.data(), sums.size());
    for (Index i = 0; i < sums.size(); ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < num_shifts; ++j) sum += values[10 + i + shifts[j]];
      EXPECT_EQ(sums[i], sum);
    }
  }
}

}  // namespace
}  // namespace forerun
