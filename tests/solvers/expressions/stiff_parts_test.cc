// What of an expression is said to be stiff, and what is seen to be linear.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "solvers/equations/linear_part.h"
#include "solvers/expressions/compiled_equations.h"
#include "solvers/expressions/expression_error.h"
#include "tests/solvers/expressions/make_equations.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using testing::axis;
using testing::joined;
using testing::make_equations;

std::string text(const char* words) { return words; }

std::unique_ptr<OdeProblem> burgers(const char* stiff) {
  return make_equations(
      joined(axis("x", -1.0, 1.0, 64, "boundary", text("periodic")), {{"parameters.nu", 0.05},
                                                                      {"u.initial", text("0.5*(cos(4.5*pi*x) + 1)")},
                                                                      {"u.rhs", text("nu*dxx(u) - u*dx(u)")},
                                                                      {"u.stiff", text(stiff)},
                                                                      {"u.bounds", text("[0, 1]")}}));
}

TEST(StiffExpressions, AreThePartOfTheWholeThatIsImplicit) {
  const auto built_in = make_problem("burgers", {{"points", std::int64_t{64}}, {"viscosity", 0.05}});
  const State initial = built_in->initial_state();
  for (const char* method : {"ars222", "ars343"}) {
    const State expected = propagate(*built_in, {method, 10}, initial, 0.5);
    const State found = propagate(*burgers("nu*dxx(u)"), {method, 10}, initial, 0.5);
    EXPECT_LT((found - expected).lpNorm<Eigen::Infinity>(), 1e-12) << method;
  }
}

/// Another part changes the method's error, never the equation.
TEST(StiffExpressions, DoNotChangeTheEquation) {
  const auto diffusion = burgers("nu*dxx(u)"), all = burgers("nu*dxx(u) - u*dx(u)"), none = burgers("0");
  const State initial = diffusion->initial_state();
  const State exact = propagate(*diffusion, {"radau5", 1e-11}, initial, 0.2);
  for (const auto& problem : {&diffusion, &all, &none}) {
    EXPECT_EQ(derivative(**problem, initial), derivative(*diffusion, initial));
    EXPECT_LT((propagate(**problem, {"ars343", 400}, initial, 0.2) - exact).lpNorm<Eigen::Infinity>(), 1e-6);
  }
}

TEST(StiffExpressions, MayBeLeftOutOfSomeFields) {
  const auto system = make_equations({{"fast.initial", 1.0},
                                      {"fast.rhs", text("-1000*(fast - slow)")},
                                      {"fast.stiff", text("-1000*(fast - slow)")},
                                      {"slow.initial", 2.0},
                                      {"slow.rhs", text("-slow^2")}});
  State stiff(2);
  system->stiff_part()->evaluate(0.0, State{{3.0, 2.0}}, stiff);
  EXPECT_EQ(stiff, (State{{-1000.0, 0.0}}));
  const State end = propagate(*system, {"ars343", 50}, system->initial_state(), 1.0);
  EXPECT_NEAR(end[1], 1.0 / (0.5 + 1.0), 1e-5);
  EXPECT_NEAR(end[0], end[1], 1e-3);
  EXPECT_EQ(make_equations({{"u.initial", 1.0}, {"u.rhs", text("-u")}})->stiff_part(), nullptr);
}

TEST(StiffExpressions, AreRefusedAtTheirPlaceLikeOthers) {
  try {
    check_expressions(read_equations(
        testing::equation_parameters({{"u.initial", 0.0}, {"u.rhs", 0.0}, {"u.stiff", text("-u + w")}})));
    FAIL() << "taken";
  } catch (const ExpressionError& error) {
    EXPECT_EQ(error.name(), "u.stiff");
    EXPECT_EQ(error.offset(), 5U);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("unknown symbol 'w'"));
  }
}

TEST(StiffExpressions, MakeAnotherProblemForStores) {
  const auto identity = [](const char* stiff) {
    return equations_text(read_equations(
        testing::equation_parameters({{"u.initial", 0.0}, {"u.rhs", text("-u + 1")}, {"u.stiff", text(stiff)}})));
  };
  EXPECT_EQ(identity("-u"), "u' = -u+1 (stiff: -u)");
  EXPECT_NE(identity("-u"), identity("0"));
}

struct Written {
  const char* expression;
  bool has_constant_jacobian;
  bool is_affine = false;
  bool is_linear = false;
};

void PrintTo(const Written& written, std::ostream* out) { *out << written.expression; }

class LinearExpressions : public ::testing::TestWithParam<Written> {};

TEST_P(LinearExpressions, AreSeenToBeSo) {
  const Written& written = GetParam();
  const auto problem =
      make_equations(joined(axis("x", -1.0, 1.0, 16, "dirichlet", 0.0), {{"parameters.nu", 0.05},
                                                                         {"u.initial", text("1-x^2")},
                                                                         {"u.rhs", text(written.expression)},
                                                                         {"u.stiff", text(written.expression)}}));
  EXPECT_EQ(problem->stiff_part()->has_constant_jacobian(), written.has_constant_jacobian);
  EXPECT_EQ(is_linear_with_source(*problem), written.has_constant_jacobian);
  EXPECT_EQ(problem->is_affine(), written.is_affine);
  EXPECT_EQ(problem->is_linear(), written.is_linear);
}

INSTANTIATE_TEST_SUITE_P(Expressions, LinearExpressions,
                         ::testing::Values(Written{"nu*dxx(u)", true, true, true}, Written{"-u", true, true, true},
                                           Written{"dx((1 + x^2)*dx(u)) - 3*u/2", true, true, true},
                                           Written{"where(x < 0, 1, 2)*u", true, true, true},
                                           Written{"u*exp(2)", true, true, true}, Written{"nu*dxx(u) + 1", true, true},
                                           Written{"dxx(u) + sin(pi*x)", true, true}, Written{"dxx(u) + sin(t)", true},
                                           Written{"u + t^2", true}, Written{"t*u", false}, Written{"u/(1 + t)", false},
                                           Written{"u*dx(u)", false}, Written{"u^3", false},
                                           Written{"u^1", true, true, true}, Written{"sin(u)", false},
                                           Written{"where(u > 0, 1, 2)", false}, Written{"max(u, 0)", false},
                                           Written{"1/u", false}, Written{"abs(u)", false}));

TEST(LinearExpressions, WithValuesAtTheEndsAreNotLinearButAffine) {
  const auto heat = make_equations(joined(axis("x", -1.0, 1.0, 16, "dirichlet", text("[0, 1]")),
                                          {{"u.initial", text("0.5*(1 + x)")}, {"u.rhs", text("dxx(u)")}}));
  EXPECT_TRUE(heat->is_affine());
  EXPECT_FALSE(heat->is_linear());
}

/// So they share factors between slices as the built-in equation does; its solutions are the same.
TEST(LinearExpressions, AreSolvedAsTheBuiltInEquationIs) {
  const auto built_in = make_problem("heat", {{"points", std::int64_t{40}}, {"diffusivity", 0.1}});
  const auto equations = make_equations(joined(axis("x", 0.0, 1.0, 40, "dirichlet", 0.0),
                                               {{"u.initial", text("sin(pi*x)")}, {"u.rhs", text("0.1*dxx(u)")}}));
  ASSERT_TRUE(equations->is_linear());
  for (const char* method : {"backward_euler", "sdirk2", "radau3"}) {
    const State expected = propagate(*built_in, {method, 5}, built_in->initial_state(), 1.0);
    EXPECT_LT((propagate(*equations, {method, 5}, built_in->initial_state(), 1.0) - expected).norm(), 1e-12) << method;
  }
}

}  // namespace
}  // namespace forerun
