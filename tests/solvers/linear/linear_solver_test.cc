#include "solvers/linear/linear_solver.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <thread>
#include <type_traits>

#include "core/base/split_mix.h"
#include "solvers/linear/dependencies.h"

namespace forerun {
namespace {

/// A matrix with entries in [−1, 1) where |i − j| ≤ width, indices around a ring where `is_ring`.
SparseMatrix random_matrix(Index d, Index width, bool is_ring, std::uint64_t seed) {
  std::vector<Dependencies> rows(static_cast<std::size_t>(d));
  for (Index i = 0; i < d; ++i) {
    for (Index offset = -width; offset <= width; ++offset) {
      const Index j = i + offset;
      if (!is_ring && (j < 0 || j >= d)) continue;
      Dependencies& row = rows[static_cast<std::size_t>(i)];
      row = row + Dependencies::on((j + d) % d);
    }
  }
  SparseMatrix matrix{std::make_shared<const SparsityPattern>(pattern_of_rows(rows)), {}};
  std::uint64_t state = seed;
  for (Index e = 0; e < matrix.pattern->num_entries(); ++e) {
    state += split_mix_step;
    matrix.values.push_back(static_cast<double>(split_mix(state) >> 11) * 0x1p-52 - 1.0);
  }
  return matrix;
}

template <class Scalar>
using Dense = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <class Scalar>
using Vector = Eigen::Vector<Scalar, Eigen::Dynamic>;

template <class Scalar>
Dense<Scalar> shifted(const SparseMatrix& matrix, Scalar shift) {
  const Index d = matrix.dimension();
  Dense<Scalar> result = shift * Dense<Scalar>::Identity(d, d);
  for (Index column = 0; column < d; ++column) {
    for (int entry = matrix.pattern->begin(column); entry < matrix.pattern->end(column); ++entry) {
      result(matrix.pattern->row(entry), column) -= matrix.value(entry);
    }
  }
  return result;
}

template <class Scalar>
std::unique_ptr<Factors<Scalar>> make(const LinearSolver& solver) {
  if constexpr (std::is_same_v<Scalar, double>) {
    return solver.make_real();
  } else {
    return solver.make_complex();
  }
}

template <class Scalar>
class LinearSolverTest : public testing::Test {
 protected:
  static Scalar shift(double size) {
    if constexpr (std::is_same_v<Scalar, double>)
      return size;
    else
      return Scalar(size, -0.7 * size);
  }
  static Vector<Scalar> right_hand_side(Index d) {
    Vector<Scalar> b(d);
    for (Index i = 0; i < d; ++i) b[i] = shift(std::sin(1.0 + static_cast<double>(i))) + Scalar(0.1);
    return b;
  }
  /// |A x − b| relative to |A| |x| + |b|.
  static double backward_error(const LinearSolver& solver, const SparseMatrix& matrix, Scalar by) {
    const auto factors = make<Scalar>(solver);
    EXPECT_TRUE(factors->compute(matrix, by));
    const Vector<Scalar> b = right_hand_side(matrix.dimension());
    Vector<Scalar> x = b;
    EXPECT_TRUE(factors->solve(x.data()));
    const Dense<Scalar> a = shifted(matrix, by);
    return (a * x - b).norm() / (a.norm() * x.norm() + b.norm());
  }
};

using Scalars = testing::Types<double, Complex>;
TYPED_TEST_SUITE(LinearSolverTest, Scalars);

TYPED_TEST(LinearSolverTest, SolvesBandsOfAnyWidthThatNeedPivoting) {
  for (const Index width : {1, 2, 3, 4, 5, 9}) {
    for (const Index d : {1, 2, 3, 7, 40, 101}) {
      for (const bool is_ring : {false, true}) {
        if (is_ring && d < 2 * width + 1) continue;
        const SparseMatrix matrix = random_matrix(d, width, is_ring, 7);
        const auto solver = make_linear_solver(matrix.pattern, SolverForm::banded);
        EXPECT_LT(TestFixture::backward_error(*solver, matrix, this->shift(0.01)), 1e-14)
            << "width " << width << ", " << d << (is_ring ? ", around" : "");
      }
    }
  }
}

TYPED_TEST(LinearSolverTest, SolvesBandsThatNeedNoPivoting) {
  for (const Index width : {1, 2, 4, 6}) {
    const SparseMatrix matrix = random_matrix(50, width, true, 8);
    const auto solver = make_linear_solver(matrix.pattern, SolverForm::banded);
    EXPECT_LT(TestFixture::backward_error(*solver, matrix, this->shift(40.0)), 1e-15) << width;
  }
}

TYPED_TEST(LinearSolverTest, SolvesByEveryForm) {
  const SparseMatrix matrix = random_matrix(120, 3, true, 9);
  for (const SolverForm form : {SolverForm::banded, SolverForm::sparse, SolverForm::krylov}) {
    const auto solver = make_linear_solver(matrix.pattern, form);
    EXPECT_EQ(solver->form(), form);
    const double allowed = solver->is_direct() ? 1e-14 : 1e-8;
    EXPECT_LT(TestFixture::backward_error(*solver, matrix, this->shift(8.0)), allowed) << to_text(form);
  }
}

TYPED_TEST(LinearSolverTest, GivesTheSameBitsWhateverItDidBeforeAndOnSeveralThreads) {
  const SparseMatrix matrix = random_matrix(90, 2, true, 10);
  const SparseMatrix other = random_matrix(90, 2, true, 11);
  for (const SolverForm form : {SolverForm::banded, SolverForm::sparse, SolverForm::krylov}) {
    const auto solver = make_linear_solver(matrix.pattern, form);
    const auto fresh = make<TypeParam>(*solver);
    ASSERT_TRUE(fresh->compute(matrix, this->shift(7.0)));
    Vector<TypeParam> expected = this->right_hand_side(90);
    ASSERT_TRUE(fresh->solve(expected.data()));

    const auto used = make<TypeParam>(*solver);
    Vector<TypeParam> x = this->right_hand_side(90);
    ASSERT_TRUE(used->compute(other, this->shift(9.0)));
    ASSERT_TRUE(used->solve(x.data()));
    ASSERT_TRUE(used->compute(matrix, this->shift(7.0)));
    std::vector<Vector<TypeParam>> results(8, this->right_hand_side(90));
    {
      std::vector<std::jthread> threads;
      for (auto& result : results) threads.emplace_back([&] { EXPECT_TRUE(used->solve(result.data())); });
    }
    for (const auto& result : results) EXPECT_EQ(result, expected) << to_text(form);
  }
}

TYPED_TEST(LinearSolverTest, SaysWhenAMatrixIsSingular) {
  SparseMatrix matrix = random_matrix(40, 1, false, 12);
  std::fill(matrix.values.begin(), matrix.values.end(), 0.0);
  for (const SolverForm form : {SolverForm::banded, SolverForm::sparse}) {
    const auto factors = make<TypeParam>(*make_linear_solver(matrix.pattern, form));
    EXPECT_FALSE(factors->compute(matrix, TypeParam(0.0))) << to_text(form);
  }
  matrix.values[5] = std::nan("");
  const auto solver = make_linear_solver(matrix.pattern, SolverForm::krylov);
  EXPECT_FALSE(make<TypeParam>(*solver)->compute(matrix, TypeParam(1.0)));
}

/// Of a mesh of side × side points, as implicit steps of diffusion have it: values not symmetric with `drift`.
SparseMatrix diffusion(Index side, double drift) {
  std::vector<Dependencies> rows(static_cast<std::size_t>(side * side));
  for (Index i = 0; i < side * side; ++i) {
    Dependencies& row = rows[static_cast<std::size_t>(i)];
    if (i % side > 0) row = row + Dependencies::on(i - 1);
    if (i % side < side - 1) row = row + Dependencies::on(i + 1);
    if (i >= side) row = row + Dependencies::on(i - side);
    if (i < side * (side - 1)) row = row + Dependencies::on(i + side);
  }
  SparseMatrix matrix{std::make_shared<const SparsityPattern>(pattern_of_rows(rows)), {}};
  for (Index column = 0; column < side * side; ++column) {
    for (int entry = matrix.pattern->begin(column); entry < matrix.pattern->end(column); ++entry) {
      const Index off = matrix.pattern->row(entry) - column;
      matrix.values.push_back(off == 0 ? -4.0 - drift : off == 1 ? 1.0 + drift : 1.0);
    }
  }
  return matrix;
}

TEST(LinearSolver, IteratesOnSymmetricMatricesAndOthers) {
  constexpr Index side = 60;
  for (const double drift : {0.0, 0.3}) {
    const SparseMatrix matrix = diffusion(side, drift);
    for (const double shift : {1e-3, 1.0, -0.5}) {  // the last is not definite
      const auto iterated = make_linear_solver(matrix.pattern, SolverForm::krylov)->make_real();
      const auto direct = make_linear_solver(matrix.pattern, SolverForm::sparse)->make_real();
      ASSERT_TRUE(iterated->compute(matrix, shift));
      ASSERT_TRUE(direct->compute(matrix, shift));
      Eigen::VectorXd x(side * side);
      for (Index i = 0; i < x.size(); ++i) x[i] = std::sin(1.0 + 1.7 * static_cast<double>(i * i % 1009));
      Eigen::VectorXd y = x;
      const bool has_converged = iterated->solve(x.data());
      ASSERT_TRUE(direct->solve(y.data()));
      if (shift > 0.0) {
        ASSERT_TRUE(has_converged);
        EXPECT_LT((x - y).norm(), 1e-4 * y.norm()) << drift << ", " << shift;
      } else if (has_converged) {
        EXPECT_LT((x - y).norm(), 1e-2 * y.norm());
      }
    }
  }
}

TEST(LinearSolver, ChoosesItsFormByPatternAndDimension) {
  const auto form = [](Index d, Index width, bool is_ring) {
    return make_linear_solver(random_matrix(d, width, is_ring, 1).pattern)->form();
  };
  EXPECT_EQ(form(10, 9, false), SolverForm::banded);
  EXPECT_EQ(form(5000, 1, true), SolverForm::banded);
  EXPECT_EQ(form(600, 40, true), SolverForm::sparse);
}

}  // namespace
}  // namespace forerun
