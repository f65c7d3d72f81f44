// What an expression means: values, precedence, derivatives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "solvers/expressions/expression_equations.h"
#include "solvers/expressions/syntax.h"
#include "tests/solvers/expressions/make_equations.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using testing::axis;
using testing::joined;
using testing::make_equations;

/// The value of an expression in u = `u` and t = `t`, with the parameter a = 3.
double value_of(const std::string& expression, double u = 0.7, double t = 0.3) {
  const auto problem = make_equations({{"parameters.a", 3.0}, {"u.initial", 0.0}, {"u.rhs", expression}});
  State state(1), result(1);
  state[0] = u;
  problem->evaluate(t, state, result);
  return result[0];
}

struct Meaning {
  std::string expression;
  double value;
};

void PrintTo(const Meaning& meaning, std::ostream* out) { *out << meaning.expression; }

class ExpressionMeaning : public ::testing::TestWithParam<Meaning> {};

TEST_P(ExpressionMeaning, IsTheUsualOne) {
  const Meaning& meaning = GetParam();
  EXPECT_NEAR(value_of(meaning.expression), meaning.value, 4e-16 * std::abs(meaning.value)) << meaning.expression;
}

constexpr double kU = 0.7, kT = 0.3, kA = 3.0;

INSTANTIATE_TEST_SUITE_P(Precedence, ExpressionMeaning,
                         ::testing::Values(Meaning{"1 + 2*3", 7.0}, Meaning{"(1 + 2)*3", 9.0},
                                           Meaning{"10 - 4 - 3", 3.0}, Meaning{"24/4/3", 2.0}, Meaning{"2^3^2", 512.0},
                                           Meaning{"-2^2", -4.0}, Meaning{"(-2)^2", 4.0}, Meaning{"2^-2", 0.25},
                                           Meaning{"2^-2*8", 2.0}, Meaning{"--3", 3.0}, Meaning{"+3 - +2", 1.0},
                                           Meaning{"-a^2", -9.0}, Meaning{"-2*-3", 6.0}, Meaning{"1 < 2", 1.0},
                                           Meaning{"1 + 1 < 2", 0.0}, Meaning{"2 <= 2", 1.0}, Meaning{"2 > 2", 0.0},
                                           Meaning{"2 >= 2", 1.0}, Meaning{"2 == 2", 1.0}, Meaning{"2 != 2", 0.0},
                                           Meaning{"1e-3", 1e-3}, Meaning{".5", 0.5}, Meaning{"5.", 5.0},
                                           Meaning{"1.5E+2", 150.0}, Meaning{" 1\t+\n1\r\n", 2.0}));

INSTANTIATE_TEST_SUITE_P(
    Functions, ExpressionMeaning,
    ::testing::Values(
        Meaning{"sin(u)", std::sin(kU)}, Meaning{"cos(u)", std::cos(kU)}, Meaning{"tan(u)", std::tan(kU)},
        Meaning{"exp(u)", std::exp(kU)}, Meaning{"log(u)", std::log(kU)}, Meaning{"sqrt(u)", std::sqrt(kU)},
        Meaning{"tanh(u)", std::tanh(kU)}, Meaning{"abs(-u)", kU}, Meaning{"min(u, t)", kT}, Meaning{"max(u, t)", kU},
        Meaning{"pow(u, 2.5)", std::pow(kU, 2.5)}, Meaning{"u^a", kU* kU* kU}, Meaning{"u^-2", 1.0 / (kU * kU)},
        Meaning{"u^0.5", std::sqrt(kU)}, Meaning{"u^0", 1.0}, Meaning{"u^u", std::pow(kU, kU)},
        Meaning{"2^u", std::pow(2.0, kU)}, Meaning{"where(u > t, 5, 6)", 5.0}, Meaning{"where(u < t, 5, u)", kU},
        Meaning{"where(t, u, 1)", kU}, Meaning{"pi", std::numbers::pi}, Meaning{"t", kT}, Meaning{"a*u*t", kA* kU* kT},
        Meaning{"min(1, u)", kU}, Meaning{"max(u, 1)", 1.0}, Meaning{"u < 1", 1.0}, Meaning{"1 < u", 0.0},
        Meaning{"u == u", 1.0}, Meaning{"1 == u", 0.0}, Meaning{"u != 1", 1.0}, Meaning{"2 <= u", 0.0},
        Meaning{"u/2", kU / 2.0}, Meaning{"2/u", 2.0 / kU}, Meaning{"3^u/u", std::pow(3.0, kU) / kU},
        Meaning{"u - 1", kU - 1.0}, Meaning{"1 - u", 1.0 - kU}, Meaning{"0 - u", -kU}, Meaning{"1*u + 0", kU},
        Meaning{"u*t + 1", kU* kT + 1.0}, Meaning{"u*t - 1", kU* kT - 1.0}, Meaning{"1 - u*t", 1.0 - kU* kT},
        Meaning{"3*u + t", 3.0 * kU + kT}, Meaning{"3*u - t", 3.0 * kU - kT}, Meaning{"t - 3*u", kT - 3.0 * kU},
        Meaning{"3*u - 2", 3.0 * kU - 2.0}, Meaning{"2 - 3*u", 2.0 - 3.0 * kU}, Meaning{"3*(u - t)", 3.0 * (kU - kT)},
        Meaning{"3*(1 - u)", 3.0 * (1.0 - kU)}, Meaning{"3*(u - 1)", 3.0 * (kU - 1.0)}, Meaning{"-(u - t)", kT - kU},
        Meaning{"2*(3*u)", 6.0 * kU}, Meaning{"-(-u)", kU}, Meaning{"t + -u", kT - kU},
        Meaning{"where(u > t, t, 1)", kT}, Meaning{"where(u < t, t, 1)", 1.0}, Meaning{"where(u > t, 1, t)", 1.0},
        Meaning{"abs(u)", kU}, Meaning{"-exp(u)*t", -std::exp(kU) * kT}));

/// As many terms as one likes, up to the height: the tape is long, the stack is not.
TEST(Expressions, OfManyTermsAreComputed) {
  std::string sum = "u";
  for (int i = 1; i < most_height - 1; ++i) sum += "+u*" + std::to_string(i) + ".5";
  double expected = kU;
  for (int i = 1; i < most_height - 1; ++i) expected += kU * (i + 0.5);
  EXPECT_NEAR(value_of(sum), expected, 1e-13 * expected);
}

TEST(Expressions, ThatAreEqualAreComputedOnce) {
  const auto instructions = [](const std::string& expression) {
    return compile_equations(read_equations(testing::equation_parameters({{"u.initial", 0.0}, {"u.rhs", expression}})))
        .whole.system->tape.instructions.size();
  };
  EXPECT_EQ(instructions("sin(u)*sin(u)"), 2U);
  EXPECT_EQ(instructions("exp(u*u + t) + (t + u*u)"), 3U);
  EXPECT_EQ(instructions("sin(1)*cos(2) + 3^4"), 1U) << "a constant is only stored";
  EXPECT_EQ(instructions("2*(3*u)/4"), 1U);
  EXPECT_EQ(instructions("u*t + u"), 1U) << "a product and a sum in one";
}

// Manufactured fields whose derivatives are known; the error falls as h².

struct Derivative {
  std::string name;
  std::string expression;                          ///< of u
  std::function<double(double, double)> expected;  ///< at (x, y), for u = sin(2πx)(2 + cos(2πy))
};

void PrintTo(const Derivative& derivative, std::ostream* out) { *out << derivative.expression; }

class Differences : public ::testing::TestWithParam<Derivative> {
 protected:
  /// Largest error with n points each way.
  static double error(const Derivative& tested, Index n) {
    const std::string periodic = "periodic", period = "period";
    const auto problem = make_equations(
        joined(joined(axis("x", 0.0, 1.0, n, "boundary", periodic), axis("y", 0.0, 1.0, n + 3, "boundary", periodic)),
               {{"mesh.x.nodes", period},
                {"mesh.y.nodes", period},
                {"u.initial", std::string("sin(2*pi*x)*(2 + cos(2*pi*y))")},
                {"u.rhs", tested.expression}}));
    const State found = derivative(*problem, problem->initial_state());
    double largest = 0.0;
    for (Index j = 0; j < n + 3; ++j) {
      for (Index i = 0; i < n; ++i) {
        const double x = static_cast<double>(i) / static_cast<double>(n);
        const double y = static_cast<double>(j) / static_cast<double>(n + 3);
        largest = std::max(largest, std::abs(found[j * n + i] - tested.expected(x, y)));
      }
    }
    return largest;
  }
};

TEST_P(Differences, AreOfSecondOrder) {
  const double coarse = error(GetParam(), 40), fine = error(GetParam(), 80);
  EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.2) << coarse << " " << fine;
}

constexpr double k = 2.0 * std::numbers::pi;
double s(double z) { return std::sin(k * z); }
double c(double z) { return std::cos(k * z); }

INSTANTIATE_TEST_SUITE_P(
    OfFieldsAndExpressions, Differences,
    ::testing::Values(
        Derivative{"Dx", "dx(u)", [](double x, double y) { return k * c(x) * (2.0 + c(y)); }},
        Derivative{"Dy", "dy(u)", [](double x, double y) { return -k * s(x) * s(y); }},
        Derivative{"Dxx", "dxx(u)", [](double x, double y) { return -k * k * s(x) * (2.0 + c(y)); }},
        Derivative{"Dyy", "dyy(u)", [](double x, double y) { return -k * k * s(x) * c(y); }},
        Derivative{"Lap", "lap(u)", [](double x, double y) { return -k * k * s(x) * (2.0 + 2.0 * c(y)); }},
        Derivative{"OfAProduct", "dx(u*u)",
                   [](double x, double y) { return 2.0 * k * s(x) * c(x) * std::pow(2.0 + c(y), 2); }},
        Derivative{"OfADerivative", "dx(dx(u))", [](double x, double y) { return -k * k * s(x) * (2.0 + c(y)); }},
        Derivative{"Mixed", "dx(dy(u))", [](double x, double y) { return -k * k * c(x) * s(y); }},
        Derivative{"Flux", "dx((1 + u^2)*dx(u))",
                   [](double x, double y) {
                     const double b = 2.0 + c(y), value = s(x) * b, slope = k * c(x) * b;
                     return 2.0 * value * slope * slope + (1.0 + value * value) * (-k * k * value);
                   }},
        Derivative{"OfFourthOrder", "lap(lap(u))",
                   [](double x, double y) { return std::pow(k, 4) * s(x) * (2.0 + 4.0 * c(y)); }},
        Derivative{"OfPlaces", "dx(cos(2*pi*x)*u) + dy(sin(2*pi*y))",
                   [](double x, double y) { return k * (c(x) * c(x) - s(x) * s(x)) * (2.0 + c(y)) + k * c(y); }}),
    [](const auto& tested) { return tested.param.name; });

struct Boundary {
  std::string name;
  std::string kind;
  ParameterValue value;
  std::string nodes;
  std::string field;       ///< that has such values or slopes at the ends of [0, 1]
  std::string derivative;  ///< its second
};

class Boundaries : public ::testing::TestWithParam<Boundary> {
 protected:
  /// Largest error of dxx next to the ends.
  static double error(const Boundary& tested, Index n) {
    const auto problem_of = [&](const std::string& initial, const std::string& rhs) {
      return make_equations(joined(axis("x", 0.0, 1.0, n, tested.kind, tested.value),
                                   {{"mesh.x.nodes", tested.nodes}, {"u.initial", initial}, {"u.rhs", rhs}}));
    };
    const auto problem = problem_of(tested.field, "dxx(u)");
    const State found = derivative(*problem, problem->initial_state());
    const State expected = problem_of(tested.derivative, "0")->initial_state();
    return std::max(std::abs(found[0] - expected[0]), std::abs(found[n - 1] - expected[n - 1]));
  }
};

TEST_P(Boundaries, LetSecondDifferencesConvergeAtTheEnds) {
  const double coarse = error(GetParam(), 100), fine = error(GetParam(), 200);
  // A mirror at a value between points leaves an error of order 1 in u'' there, of order 2 in solutions.
  const double order = GetParam().nodes == "cells" && GetParam().kind == "dirichlet" ? 0.0 : 0.9;
  EXPECT_GT(std::log2(coarse / fine), order - 0.1) << coarse << " " << fine;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Boundaries,
    ::testing::Values(Boundary{"Dirichlet", "dirichlet", 1.0, "inner", "1 + x*(1 - x)*exp(x)", "-exp(x)*(x^2 + 3*x)"},
                      Boundary{"TwoValues", "dirichlet", std::string("[0, 1]"), "inner", "x^4", "12*x^2"},
                      Boundary{"DirichletInCells", "dirichlet", 0.0, "cells", "sin(pi*x)", "-pi^2*sin(pi*x)"},
                      Boundary{"Neumann", "neumann", 0.0, "ends", "cos(pi*x)", "-pi^2*cos(pi*x)"},
                      Boundary{"Slope", "neumann", 2.0, "ends", "2*x + cos(2*pi*x)", "-4*pi^2*cos(2*pi*x)"},
                      Boundary{"TwoSlopes", "neumann", std::string("[0, 4]"), "ends", "x^4", "12*x^2"},
                      Boundary{"NeumannInCells", "neumann", 0.0, "cells", "cos(pi*x)", "-pi^2*cos(pi*x)"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Boundaries, OfAFieldTakeThePlaceOfTheMeshs) {
  const auto problem =
      make_equations(joined(axis("x", 0.0, 1.0, 3, "dirichlet", 0.0), {{"u.initial", 1.0},
                                                                       {"u.rhs", std::string("dxx(u)")},
                                                                       {"v.initial", 1.0},
                                                                       {"v.rhs", std::string("dxx(v)")},
                                                                       {"v.dirichlet", 1.0}}));
  const State found = derivative(*problem, problem->initial_state());
  EXPECT_EQ(found, State({{-16.0, 0.0, -16.0, 0.0, 0.0, 0.0}}));
}

TEST(Expressions, ChangeInTimeAndPlaceOnAMesh) {
  const auto problem = make_equations(
      joined(joined(axis("x", 0.0, 2.0, 5, "neumann", 0.0), axis("y", -1.0, 1.0, 3, "neumann", 0.0)),
             {{"u.initial", std::string("x + 10*y")},
              {"u.rhs", std::string("where(t < 1, sin(t)*cos(x)*u + exp(-t)*y, 7) + t*x + sqrt(2 + sin(t))")}}));
  const State state = problem->initial_state();
  State found(15);
  for (const double time : {0.25, 2.0}) {
    problem->evaluate(time, state, found);
    for (Index i = 0; i < 15; ++i) {
      const double x = 0.5 * static_cast<double>(i % 5), y = static_cast<double>(i / 5) - 1.0;
      EXPECT_EQ(state[i], x + 10.0 * y);
      const double first = time < 1.0 ? std::sin(time) * std::cos(x) * state[i] + std::exp(-time) * y : 7.0;
      EXPECT_NEAR(found[i], first + time * x + std::sqrt(2.0 + std::sin(time)), 1e-14);
    }
  }
}

/// Blocks of points end where they end: nothing depends on how many points there are.
TEST(Expressions, OnAMeshOfAnySizeGiveWhatOnePointGives) {
  for (const Index n : {3, 4, 255, 256, 257, 511, 700}) {
    const auto problem =
        make_equations(joined(axis("x", 0.0, 1.0, n, "neumann", 0.0),
                              {{"u.initial", std::string("x")}, {"u.rhs", std::string("sin(u)*exp(u) + u*u - x")}}));
    const State state = problem->initial_state();
    const State found = derivative(*problem, state);
    for (Index i = 0; i < n; ++i) {
      const double x = state[i];
      ASSERT_NEAR(found[i], std::sin(x) * std::exp(x) + x * x - x, 1e-15) << i << " of " << n;
    }
  }
}

/// A number with one derivative, as implicit solvers use them.
struct Dual {
  double value = 0.0;
  double tangent = 0.0;

  Dual() = default;
  explicit Dual(double number) : value(number) {}
  Dual(double number, double derivative) : value(number), tangent(derivative) {}
  friend Dual operator+(const Dual& p, const Dual& q) { return {p.value + q.value, p.tangent + q.tangent}; }
  friend Dual operator-(const Dual& p, const Dual& q) { return {p.value - q.value, p.tangent - q.tangent}; }
  friend Dual operator*(const Dual& p, const Dual& q) {
    return {p.value * q.value, p.value * q.tangent + q.value * p.tangent};
  }
  friend Dual operator/(const Dual& p, const Dual& q) {
    return {p.value / q.value, (p.tangent - p.value / q.value * q.tangent) / q.value};
  }
  friend Dual operator*(double p, const Dual& q) { return {p * q.value, p * q.tangent}; }
  friend Dual operator+(const Dual& p, double q) { return {p.value + q, p.tangent}; }
  friend Dual operator-(const Dual& p) { return {-p.value, -p.tangent}; }
};
SinCos<Dual> sin_cos(const Dual& x) {
  const SinCos<double> of_value = forerun::sin_cos(x.value);
  return {{of_value.sin, of_value.cos * x.tangent}, {of_value.cos, -of_value.sin * x.tangent}};
}

template <class Equation>
void expect_derivatives(const Equation& equation) {
  const State state = equation.initial_state();
  const Index d = state.size();
  std::vector<Dual> in(static_cast<std::size_t>(d)), out(in);
  State near(d), far(d), value(d);
  for (Index direction = 0; direction < d; ++direction) {
    for (Index i = 0; i < d; ++i) in[static_cast<std::size_t>(i)] = Dual(state[i], i == direction ? 1.0 : 0.0);
    equation.rhs(Dual(0.4), static_cast<const Dual*>(in.data()), out.data());
    constexpr double step = 1e-6;
    State shifted = state;
    shifted[direction] += step;
    equation.rhs(0.4, static_cast<const double*>(shifted.data()), far.data());
    shifted[direction] -= 2.0 * step;
    equation.rhs(0.4, static_cast<const double*>(shifted.data()), near.data());
    equation.rhs(0.4, state.data(), value.data());
    for (Index i = 0; i < d; ++i) {
      const Dual& found = out[static_cast<std::size_t>(i)];
      EXPECT_EQ(found.value, value[i]) << "component " << i;
      EXPECT_NEAR(found.tangent, (far[i] - near[i]) / (2.0 * step), 2e-7 * (1.0 + std::abs(found.tangent)))
          << "component " << i << " by component " << direction;
    }
  }
}

std::shared_ptr<const CompiledEquations> compiled(const std::vector<NamedValue>& given) {
  return std::make_shared<const CompiledEquations>(
      compile_equations(read_equations(testing::equation_parameters(given))));
}

TEST(Expressions, OfNumbersWithDerivativesAreDifferentiated) {
  const std::string every =
      "sin(u) + cos(u*v) - tan(0.1*u) + exp(-u^2) + log(1 + u^2) + sqrt(2 + v) - tanh(v) + abs(u - v)^1.5 + "
      "where(u < v, u*u, 2*v) + min(u, v)*max(u, 0.3) + 3/(1 + v^2) + u^v + 2^u + (u > v) - 3*(u - v) + t*u";
  expect_derivatives(ExpressionSystem(
      compiled({{"u.initial", 0.5}, {"u.rhs", every}, {"v.initial", 0.8}, {"v.rhs", std::string("u - v*v*t")}})));
}

TEST(Expressions, OnAMeshAreDifferentiatedAcrossItsEnds) {
  const auto periodic_and_fixed =
      joined(axis("x", 0.0, 1.0, 4, "boundary", std::string("periodic")), axis("y", 0.0, 1.0, 3, "dirichlet", 2.0));
  expect_derivatives(ExpressionFields(compiled(
      joined(periodic_and_fixed, {{"u.initial", std::string("1 + 0.1*sin(6*x)*y")},
                                  {"u.rhs", std::string("0.01*lap(u) - u*dx(u) + dy(x*u*u) + sin(t)*y + cos(x)")}}))));
  const auto walls =
      joined(axis("x", 0.0, 1.0, 5, "neumann", 1.0),
             {{"u.initial", std::string("x*x")}, {"u.rhs", std::string("dx((1 + u^2)*dx(u)) + dxx(dxx(u))")}});
  expect_derivatives(ExpressionFields(compiled(walls)));
}

}  // namespace
}  // namespace forerun
