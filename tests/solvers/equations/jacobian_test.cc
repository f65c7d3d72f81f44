#include "solvers/equations/jacobian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "solvers/equations/equation_jacobian.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

Eigen::MatrixXd dense(const SparseMatrix& matrix) {
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(matrix.dimension(), matrix.dimension());
  for (Index column = 0; column < matrix.dimension(); ++column) {
    for (int entry = matrix.pattern->begin(column); entry < matrix.pattern->end(column); ++entry) {
      result(matrix.pattern->row(entry), column) += matrix.value(entry);
    }
  }
  return result;
}

Eigen::MatrixXd jacobian_at(const OdeProblem& problem, double time, const State& state) {
  SparseMatrix values;
  problem.jacobian()->evaluate(time, state, values);
  EXPECT_EQ(values.pattern, problem.jacobian()->pattern());
  return dense(values);
}

/// Members of the families small enough for dense matrices, both kinds of each equation that has two.
std::vector<std::unique_ptr<OdeProblem>> small_problems() {
  std::vector<std::unique_ptr<OdeProblem>> problems;
  for (const ProblemEntry& entry : problem_registry()) {
    if (entry.open) continue;  // tests/solvers/expressions
    Parameters parameters(entry.parameters);
    for (const ParameterSpec& spec : entry.parameters) {
      if (spec.name == "points" || spec.name == "cells" || spec.name == "points_y") {
        parameters.set(spec.name, std::int64_t{5});
      }
      if (spec.name == "points_x") parameters.set(spec.name, std::int64_t{7});
    }
    problems.push_back(entry.make(parameters));
    for (const ParameterSpec& spec : entry.parameters) {
      if (spec.name != "boundary" && spec.name != "imag") continue;
      parameters.set(spec.name, spec.name == "imag" ? ParameterValue(2.0) : ParameterValue(spec.choices.back()));
      problems.push_back(entry.make(parameters));
    }
  }
  return problems;
}

/// The initial state, moved so that no derivative is zero by chance.
State generic_state(const OdeProblem& problem) {
  State state = problem.initial_state();
  for (Index i = 0; i < state.size(); ++i) state[i] += 0.1 * std::sin(1.0 + 1.7 * static_cast<double>(i));
  return state;
}

TEST(Jacobian, IsWhatCentralDifferencesGiveForEveryEquation) {
  for (const auto& problem : small_problems()) {
    const State state = generic_state(*problem);
    const Eigen::MatrixXd jacobian = jacobian_at(*problem, 0.3, state);
    for (Index j = 0; j < state.size(); ++j) {
      const double step = 1e-4 * std::max(1.0, std::abs(state[j]));
      State up(state.size()), down(state.size());
      problem->evaluate(0.3, state + step * State::Unit(state.size(), j), up);
      problem->evaluate(0.3, state - step * State::Unit(state.size(), j), down);
      const State column = (up - down) / (2.0 * step);
      const double size = std::max({1.0, jacobian.lpNorm<Eigen::Infinity>(), up.lpNorm<Eigen::Infinity>()});
      EXPECT_LT((jacobian.col(j) - column).lpNorm<Eigen::Infinity>(), 1e-7 * size) << problem->name() << ", " << j;
    }
  }
}

TEST(Jacobian, IsExactlyTheMatrixOfALinearEquation) {
  Index num_linear = 0;
  for (const auto& problem : small_problems()) {
    const Index d = problem->dimension();
    Eigen::MatrixXd matrix(d, d);
    for (Index j = 0; j < d; ++j) matrix.col(j) = derivative(*problem, State::Unit(d, j));
    const bool is_linear =
        problem->make_propagator({"backward_euler", 1}) != nullptr &&
        derivative(*problem, State::Zero(d)).isZero(0.0) &&
        derivative(*problem, 2.0 * generic_state(*problem)) == 2.0 * derivative(*problem, generic_state(*problem));
    if (!is_linear) continue;
    ++num_linear;
    EXPECT_EQ(jacobian_at(*problem, 0.0, generic_state(*problem)), matrix) << problem->name();
  }
  EXPECT_EQ(num_linear, 6) << "dahlquist twice, heat in one and two dimensions, transport, wave";
}

TEST(Jacobian, HasAPatternThatHoldsTheDiagonalAndIsSorted) {
  for (const auto& problem : small_problems()) {
    const SparsityPattern& pattern = *problem->jacobian()->pattern();
    for (Index column = 0; column < pattern.dimension; ++column) {
      bool has_diagonal = false;
      for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
        has_diagonal |= pattern.row(entry) == column;
        if (entry > pattern.begin(column)) {
          EXPECT_LT(pattern.row(entry - 1), pattern.row(entry)) << problem->name();
        }
      }
      EXPECT_TRUE(has_diagonal) << problem->name();
    }
  }
}

TEST(Jacobian, FindsThePatternOfAMillionComponentsInMemoryInProportion) {
  const auto burgers = make_problem("burgers", {{"points", std::int64_t{1000000}}});
  EXPECT_EQ(burgers->jacobian()->pattern()->num_entries(), 3000000);
}

/// Six components, so that sixteen directions go at once; functions of time, of a number, of an angle, and division.
struct Mixed : SystemEquation<6> {
  static constexpr std::string_view name = "mixed";
  State initial_state() const { return State::Ones(6); }
  StateBounds bounds() const { return uniform_bounds(6, -1.0, 1.0); }
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    const SinCos<Scalar> angle = sin_cos(u[0] * u[1]);
    du[0] = angle.sin * each_lane(t, [](double x) { return std::sqrt(x); });
    du[1] = angle.cos / u[2];
    du[2] = 2.0 / u[3] - u[3] / 3.0 + (u[4] - 1.0) - (1.0 - u[5]);
    du[3] = each_lane(u[4], [](double x) { return std::exp(x); });
    du[4] = -u[5] * 3.0 + (2.0 + u[0]) + (u[1] + 2.0);
    du[5] = broadcast<Scalar>(1.0);
  }
};

static_assert(alignof(Dual<Quad>) == 32 && alignof(Dual<Lanes>) == 32, "or arrays of them would not be aligned");

TEST(Jacobian, DifferentiatesWhatEquationsMayUse) {
  const EquationJacobian<Mixed> jacobian{Mixed()};
  const State u{{0.3, 0.7, 1.3, -0.6, 0.2, 0.9}};
  SparseMatrix values;
  jacobian.evaluate(0.0, u, values);  // √t has no derivative here, and is asked for none
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(6, 6);
  const double angle = u[0] * u[1];
  expected(1, 0) = -std::sin(angle) * u[1] / u[2];
  expected(1, 1) = -std::sin(angle) * u[0] / u[2];
  expected(1, 2) = -std::cos(angle) / (u[2] * u[2]);
  expected(2, 3) = -2.0 / (u[3] * u[3]) - 1.0 / 3.0;
  expected(2, 4) = 1.0;
  expected(2, 5) = 1.0;
  expected(3, 4) = std::exp(u[4]);
  expected(4, 5) = -3.0;
  expected(4, 0) = 1.0;
  expected(4, 1) = 1.0;
  EXPECT_LT((dense(values) - expected).lpNorm<Eigen::Infinity>(), 1e-9);
  jacobian.evaluate(4.0, u, values);
  EXPECT_NEAR(dense(values)(0, 0), 2.0 * std::cos(angle) * u[1], 1e-9);
  EXPECT_EQ(jacobian.pattern()->num_entries(), 2 + 3 + 4 + 2 + 4 + 1)
      << "entries of the diagonal are there where they are zero";
}

}  // namespace
}  // namespace forerun
