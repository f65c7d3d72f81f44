#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/errors.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/integrators/implicit/imex_tableau.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/integrators/stability.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

template <class Tableau>
class ImexTableauTest : public testing::Test {
 protected:
  static constexpr std::size_t s = Tableau::num_stages;
  using Row = std::array<double, s>;

  static double sum(const Row& weights, const Row& values) {
    return std::inner_product(weights.begin(), weights.end(), values.begin(), 0.0);
  }
  static Row times(const StageMatrix<s>& a, const Row& values) {
    Row result;
    for (std::size_t i = 0; i < s; ++i) result[i] = sum(a[i], values);
    return result;
  }
};
using Tableaux = testing::Types<Ars222, Ars343>;
TYPED_TEST_SUITE(ImexTableauTest, Tableaux);

TYPED_TEST(ImexTableauTest, HasAbscissaeAsRowSumsOfBothHalves) {
  for (std::size_t i = 0; i < TypeParam::num_stages; ++i) {
    for (const auto* a : {&TypeParam::a, &TypeParam::explicit_a}) {
      EXPECT_NEAR(std::accumulate((*a)[i].begin(), (*a)[i].end(), 0.0), TypeParam::c[i], 1e-14);
    }
  }
}

TYPED_TEST(ImexTableauTest, HasAnExplicitHalfAndAnImplicitOneThatEndsInItsLastStage) {
  EXPECT_EQ(TypeParam::a.back(), TypeParam::b);
  for (std::size_t i = 0; i < TypeParam::num_stages; ++i) {
    EXPECT_EQ(TypeParam::a[i][0], 0.0);
    EXPECT_EQ(TypeParam::a[i][i], i == 0 ? 0.0 : TypeParam::g);
    for (std::size_t j = i; j < TypeParam::num_stages; ++j) EXPECT_EQ(TypeParam::explicit_a[i][j], 0.0);
  }
}

/// With one set of abscissae these are all conditions up to order 3, of either half and of both mixed.
TYPED_TEST(ImexTableauTest, FulfilsEveryConditionUpToItsOrderHoweverTheHalvesMix) {
  const auto& c = TypeParam::c;
  auto squares = c;
  for (double& x : squares) x *= x;
  for (const auto* b : {&TypeParam::b, &TypeParam::explicit_b}) {
    EXPECT_NEAR(std::accumulate(b->begin(), b->end(), 0.0), 1.0, 1e-14);
    EXPECT_NEAR(this->sum(*b, c), 1.0 / 2.0, 1e-14);
    if (TypeParam::order < 3) continue;
    EXPECT_NEAR(this->sum(*b, squares), 1.0 / 3.0, 1e-14);
    for (const auto* a : {&TypeParam::a, &TypeParam::explicit_a}) {
      EXPECT_NEAR(this->sum(*b, this->times(*a, c)), 1.0 / 6.0, 1e-14);
    }
  }
}

/// A step on u' = λu + μu, λ implicit, multiplies u by R(hλ, hμ).
Complex stability(const ImplicitMethod& method, Complex z, Complex w) {
  const auto size = static_cast<Index>(method.num_stages);
  Eigen::MatrixXcd system = Eigen::MatrixXcd::Identity(size, size);
  Eigen::RowVectorXcd weights(size);
  for (Index i = 0; i < size; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (Index j = 0; j < size; ++j) {
      const auto column = static_cast<std::size_t>(j);
      system(i, j) -= z * method.a[row][column] + w * method.explicit_a[row][column];
    }
    weights[i] = z * method.a.back()[row] + w * method.explicit_b[row];
  }
  return 1.0 + (weights * system.partialPivLu().solve(Eigen::VectorXcd::Ones(size)))(0);
}

/// The decay of `dahlquist` is its stiff part.
TEST(ImexMethods, MultiplyByTheirStabilityFunctionOnStiffLines) {
  for (const ImplicitMethod& method : imex_methods()) {
    for (double decay = 1e-2; decay < 1e7; decay *= 10.0) {
      const auto line = make_problem("dahlquist", {{"real", -decay}, {"imag", 0.7}});
      const State u = propagate(*line, {std::string(method.name), 1}, line->initial_state(), 1.0);
      const Complex expected = stability(method, -decay, Complex(0.0, 0.7));
      // What is not stiff is all less the stiff part, whose rounding it has.
      const double rounding = 1e-13 + 1e-16 * decay;
      EXPECT_NEAR(u[0], expected.real(), rounding) << method.name << ", " << decay;
      EXPECT_NEAR(u[1], expected.imag(), rounding) << method.name << ", " << decay;
    }
  }
}

/// "ars222" ends in its last stage; "ars343" adds a part of what is explicit to it.
TEST(ImexMethods, DampStiffModesWhateverIsAddedExplicitly) {
  for (const ImplicitMethod& method : imex_methods()) {
    for (const double turn : {0.0, 0.5, 1.0}) {
      const double left = method.name == "ars222" ? 0.0 : 0.11 * turn;
      EXPECT_LT(std::abs(stability(method, -1e9, Complex(0.0, turn))), left + 1e-6) << method.name << ", " << turn;
      for (double decay = 0.0; decay < 1e4; decay = 1.2 * decay + 0.01) {
        // A turn explicitly, half as fast as the decay or as far as the explicit half lets it.
        const Complex w(0.0, std::min(turn, 0.5 * decay));
        EXPECT_LE(std::abs(stability(method, -decay, w)), 1.0 + 1e-12) << method.name << ", " << decay << ", " << w;
      }
    }
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const ImplicitMethod& method : imex_methods()) all.emplace_back(method.name);
  return all;
}

class ImexTest : public testing::TestWithParam<std::string> {};

TEST_P(ImexTest, TakesStepsThatDiffusionWouldForbidAnExplicitMethod) {
  const auto burgers = make_problem("burgers", {{"points", std::int64_t{1000}}, {"viscosity", 0.05}});
  const State initial = burgers->initial_state();
  const State exact = propagate(*burgers, {"radau5", 1e-10}, initial, 0.5);
  EXPECT_GT(*stable_steps(*burgers, "rk4", {0, 0.0, 0.5}, initial), 2000);
  EXPECT_LT((propagate(*burgers, {GetParam(), 100}, initial, 0.5) - exact).lpNorm<Eigen::Infinity>(), 2e-3);
}

TEST_P(ImexTest, KeepsItsOrderWhereDiffusionIsStiff) {
  const auto problem = make_problem("allen_cahn", {{"points", std::int64_t{400}}, {"eps", 0.3}});
  const State initial = problem->initial_state();
  const State exact = propagate(*problem, {"radau5", 1e-12}, initial, 0.5);
  const auto error = [&](Index steps) {
    return (propagate(*problem, {GetParam(), steps}, initial, 0.5) - exact).norm();
  };
  EXPECT_NEAR(std::log2(error(80) / error(160)), find_integrator(GetParam()).order, 0.2);
}

TEST_P(ImexTest, SolvesWhatIsStiffAndNotLinearByNewtonsIteration) {
  const auto problem = make_problem("van_der_pol", {{"mu", 1000.0}});
  EXPECT_FALSE(problem->stiff_part()->has_constant_jacobian());
  // Past the first layer, where y follows x.
  const State start = propagate(*problem, {"radau5", 1e-11}, problem->initial_state(), 1.0);
  const State exact = propagate(*problem, {"radau5", 1e-11}, start, 300.0);
  EXPECT_LT((propagate(*problem, {GetParam(), 300}, start, 300.0) - exact).lpNorm<Eigen::Infinity>(), 1e-5);
}

/// In the stiff limit: the slow component converges with the method's order, the fast one that follows it with 2.
TEST_P(ImexTest, HasTheStiffOrdersThatAreStatedOnVanDerPol) {
  const auto problem = make_problem("van_der_pol", {{"mu", 1000.0}});
  const State start = propagate(*problem, {"radau5", 1e-12}, problem->initial_state(), 50.0);
  const State exact = propagate(*problem, {"radau5", 1e-12}, start, 500.0);
  const State coarse = propagate(*problem, {GetParam(), 20}, start, 500.0) - exact;
  const State fine = propagate(*problem, {GetParam(), 40}, start, 500.0) - exact;
  EXPECT_NEAR(std::log2(std::abs(coarse[0] / fine[0])), find_integrator(GetParam()).order, 0.2);
  EXPECT_NEAR(std::log2(std::abs(coarse[1] / fine[1])), 2.0, 0.2);
}

TEST_P(ImexTest, IsTheMethodOfItsImplicitHalfWhereAllIsStiff) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{50}}});
  const ImplicitMethod& method = *find_implicit_method(GetParam());
  const double rate = 0.1 * 4.0 * 51.0 * 51.0 * std::pow(std::sin(std::numbers::pi / 102.0), 2);
  const State expected = std::pow(stability(method, -rate * 0.25, 0.0).real(), 4) * heat->initial_state();
  EXPECT_LT((propagate(*heat, {GetParam(), 4}, heat->initial_state(), 1.0) - expected).norm(), 1e-11);
}

TEST_P(ImexTest, RefusesAnEquationWithoutAStiffPart) {
  try {
    make_problem("lorenz")->make_propagator({GetParam(), 4});
    FAIL() << "taken";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), "method");
    EXPECT_THAT(error.what(), testing::HasSubstr("needs a stiff part apart from the rest, which lorenz does not have"));
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, ImexTest, testing::ValuesIn(names()), [](const auto& test) { return test.param; });

/// The sum of the parts need not be looked at: the rest is the whole less the stiff part.
TEST(StiffParts, AreSeenToHaveAConstantJacobianWhereTheyAreLinear) {
  for (const char* name : {"burgers", "diffusion_reaction", "allen_cahn", "brusselator_2d", "brusselator_3d",
                           "interchange", "heat", "heat_2d", "dahlquist"}) {
    EXPECT_TRUE(make_problem(name)->stiff_part()->has_constant_jacobian()) << name;
  }
  EXPECT_EQ(make_problem("rossler")->stiff_part(), nullptr);
}

}  // namespace
}  // namespace forerun
