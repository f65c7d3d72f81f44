// What is no expression is refused in words, with its place; nothing else ever happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/split_mix.h"
#include "solvers/expressions/compiled_equations.h"
#include "solvers/expressions/expression_error.h"
#include "solvers/expressions/syntax.h"
#include "tests/solvers/expressions/make_equations.h"

namespace forerun {
namespace {

using testing::axis;
using ::testing::HasSubstr;
using testing::joined;

/// Fields u and v, parameter nu, on a mesh in x, one in x and y, or none.
std::vector<NamedValue> problem_with(const std::string& rhs, int num_axes) {
  const std::string periodic = "periodic";
  std::vector<NamedValue> given = {{"parameters.nu", 0.01}, {"parameters.zero", 0.0}, {"u.initial", 0.0},
                                   {"u.rhs", rhs},          {"v.initial", 0.0},       {"v.rhs", 0.0}};
  if (num_axes > 0) given = joined(given, axis("x", -1.0, 1.0, 16, "boundary", periodic));
  if (num_axes > 1) given = joined(given, axis("y", -1.0, 1.0, 16, "boundary", periodic));
  return given;
}

/// The error that u' = rhs is refused with; fails the test where it is not.
ExpressionError refusal(const std::string& rhs, int num_axes) {
  try {
    check_expressions(read_equations(testing::equation_parameters(problem_with(rhs, num_axes))));
  } catch (const ExpressionError& error) {
    return error;
  }
  ADD_FAILURE() << "taken: " << rhs;
  return {"", 0, ""};
}

struct Bad {
  std::string rhs;
  std::size_t offset;
  std::string sentence;
  int num_axes = 1;
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.rhs.substr(0, 60); }

class BadExpression : public ::testing::TestWithParam<Bad> {};

TEST_P(BadExpression, IsRefusedWithItsPlaceAndWhatToWrite) {
  const ExpressionError error = refusal(GetParam().rhs, GetParam().num_axes);
  EXPECT_EQ(error.name(), "u.rhs");
  EXPECT_EQ(error.offset(), GetParam().offset);
  EXPECT_THAT(error.what(), HasSubstr(GetParam().sentence));
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadExpression,
    ::testing::Values(
        Bad{"", 0, "is empty"}, Bad{"  ", 2, "is empty"},
        Bad{"u +", 3, "expected a number, a name or '(', found the end"},
        Bad{"u + * v", 4, "expected a number, a name or '(', found '*'"},
        Bad{"u v", 2, "expected an operator, found 'v'"}, Bad{"2u", 0, "a product is written with *"},
        Bad{"u(2)", 0, "'u' is no function: a product is written with *"},
        Bad{"2(u)", 1, "a product is written with *"}, Bad{"(u)(v)", 3, "a product is written with *"},
        Bad{"(u + v", 0, "'(' is never closed"}, Bad{"u + v)", 5, "closes no bracket"},
        Bad{"(u, v)", 2, "expected ')' or an operator, found ','"}, Bad{"u, v", 1, "outside of a function's arguments"},
        Bad{"sin u", 0, "'sin' is a function: its arguments follow in brackets"},
        Bad{"sin()", 0, "sin takes 1 argument: 0 are given"}, Bad{"sin(u, v)", 0, "sin takes 1 argument: 2 are given"},
        Bad{"u*max(v)", 2, "max takes 2 arguments: 1 is given"}, Bad{"where(u, v)", 0, "where takes 3 arguments: 2"},
        Bad{"where(u,v,u,v,u)", 0, "where takes 3 arguments: 5 are given"},
        Bad{"max(u,)", 6, "expected an argument behind ','"}, Bad{"max(,u)", 4, "found ','"},
        Bad{"vv + u", 0, "unknown symbol 'vv': did you mean 'v'?"}, Bad{"w*u", 0, "unknown symbol 'w': known are pi, "},
        Bad{"mu*u", 0, "did you mean 'nu'?"}, Bad{"u + sine(u)", 4, "unknown function 'sine': did you mean 'sin'?"},
        Bad{"ddx(u)", 0, "unknown function 'ddx': did you mean 'dx'?"},
        Bad{"velocity", 0, "unknown symbol 'velocity': known are"}, Bad{"u = v", 2, "equality is written =="},
        Bad{"u ** 2", 2, "a power is written ^"}, Bad{"u && v", 2, "where(a, b, 0)"}, Bad{"u || v", 2, "max(a, b)"},
        Bad{"!u", 0, "inequality is written !="}, Bad{"u % 2", 2, "there is no remainder"},
        Bad{"u ? v : 1", 2, "where(condition, a, b)"}, Bad{"u[1]", 1, "brackets are ( and )"},
        Bad{"{u}", 0, "brackets are ( and )"}, Bad{"u \xe2\x88\x92 v", 2, "minus is written -"},
        Bad{"\xcf\x80*u", 0, "it is written pi"}, Bad{"u\xc2\xb7v", 1, "a product is written *"},
        Bad{"u + \xc3\xa9", 4, "'\xc3\xa9' is no part of an expression"},
        Bad{std::string("u\0", 2), 1, "byte 0x00 is no part of an expression"}, Bad{"u\xff", 1, "byte 0xff is no part"},
        Bad{"u;", 1, "';' is no part"}, Bad{"u < v < 1", 6, "comparisons are not chained"},
        Bad{"1.2.3*u", 0, "'1.2.3' is no number"}, Bad{".", 0, "'.' is no number"},
        Bad{"1e400", 0, "1e400 does not fit"}, Bad{"0x10", 0, "'0x10' is no number"}, Bad{"u/0", 1, "division by 0"},
        Bad{"1/zero + u", 1, "division by 0"}, Bad{"u + log(0)", 4, "this is -inf: a constant must be finite"},
        Bad{"sqrt(-1)", 0, "a constant must be finite"}, Bad{"1e308*10*u", 5, "this is inf"},
        Bad{"dy(u)", 0, "dy(…) needs a mesh in x and y: this one has x alone"},
        Bad{"u + dyy(u)", 4, "needs a mesh in x and y"},
        Bad{"u*y", 2, "'y' is a place only where [problem.mesh] has a y"},
        Bad{"dx(u)", 0, "dx(…): there is no [problem.mesh]", 0}, Bad{"lap(u)", 0, "there is no [problem.mesh]", 0},
        Bad{"u*x", 2, "'x' is a place only where there is a [problem.mesh]", 0},
        Bad{repeated("(", 300) + "u" + repeated(")", 300), 200, "nested too deeply: more than 200 levels"},
        Bad{repeated("-", 100000 / 8) + "u", 200, "nested too deeply"},
        Bad{repeated("sin(", 300) + "u" + repeated(")", 300), 800, "nested too deeply"},
        Bad{repeated("u^", 300) + "u", 400, "nested too deeply"},
        Bad{repeated("u+", 2000) + "u", 1999, "too long: more than 1000 operations"},
        Bad{repeated("u*v+", 10000) + "u", most_expression_bytes, "too long: it has more than 16384 bytes"},
        Bad{repeated("dx(", 20) + "u" + repeated(")", 20), 45, "look 16 points far: the mesh has 16 in x"}),
    [](const auto& tested) { return "Number" + std::to_string(tested.index); });

/// Every operator and function with every wrong thing in every place: each is refused in words.
std::vector<std::string> systematically_bad() {
  std::vector<std::string> all;
  const std::vector<std::string> wrong = {"", "*", ")", ",", "(", "w", "1..", "u v", "@", "sin", "foo(u)", "u +"};
  for (const std::string sign : {"+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!="}) {
    for (const std::string& operand : wrong) {
      const bool becomes_a_sign = (operand.empty() || operand == "u +") && (sign == "+" || sign == "-");
      if (!becomes_a_sign) all.push_back(operand + " " + sign + " u");
      all.push_back("u " + sign + " " + operand);
    }
  }
  for (const FunctionEntry& entry : expression_functions()) {
    const std::string name(entry.name);
    for (const std::string& operand : wrong) all.push_back(name + "(" + operand + ")");
    all.insert(all.end(), {name, name + "(", name + "u", name + "(u", name + "(u,u,u,u)", name + "()", name + " + u"});
  }
  return all;
}

TEST(BadExpressions, ByTheHundredAreEachRefusedWithPlaceAndSentence) {
  const std::vector<std::string> all = systematically_bad();
  ASSERT_GT(all.size(), 400U);
  for (const std::string& rhs : all) {
    const ExpressionError error = refusal(rhs, 2);
    EXPECT_LE(error.offset(), rhs.size()) << rhs;
    EXPECT_THAT(error.what(), HasSubstr(" ")) << rhs;
  }
}

TEST(BadExpressions, MutatedAtRandomAreTakenOrRefusedInWords) {
  const std::vector<std::string> seeds = {"nu*dxx(u) - u*dx(u)",
                                          "where(u < v, sin(pi*x)*t, u^2/(1 + v^2)) - 1.5e-3*lap(u)",
                                          "max(min(u, v), abs(-u))*exp(-(x - 0.5)^2/0.01)", "dx(u*dx(v)) + tanh(3)*u"};
  const std::string letters = "uvxytnpisd()+-*/^<>=!,. 0123456789e\xc3\xff\n\t";
  std::uint64_t state = 1;
  const auto below = [&](std::size_t limit) {
    state += split_mix_step;
    return static_cast<std::size_t>(split_mix(state) % limit);
  };
  int num_refused = 0, num_taken = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string rhs = seeds[below(seeds.size())];
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      const std::size_t at = below(rhs.size() + 1);
      const std::size_t kind = below(3);
      if (kind == 0) rhs.insert(at, 1, letters[below(letters.size())]);
      if (kind == 1) rhs.erase(at, below(5));
      if (kind == 2) rhs.insert(at, seeds[below(seeds.size())].substr(below(20), below(20)));
    }
    try {
      check_expressions(read_equations(testing::equation_parameters(problem_with(rhs, 2))));
      ++num_taken;
    } catch (const ExpressionError& error) {
      ++num_refused;
      ASSERT_EQ(error.name(), "u.rhs") << rhs;
      ASSERT_LE(error.offset(), rhs.size()) << rhs;
      ASSERT_THAT(error.what(), HasSubstr(" ")) << rhs;
    }
  }
  EXPECT_GT(num_refused, 5000);
  EXPECT_GT(num_taken, 1000);
}

TEST(BadExpressions, OfInitialStatesAreRefusedAsWell) {
  const auto sentence = [](const std::string& initial) {
    auto given = problem_with("0", 1);
    given[2].second = initial;
    try {
      check_expressions(read_equations(testing::equation_parameters(given)));
    } catch (const ExpressionError& error) {
      EXPECT_EQ(error.name(), "u.initial");
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(sentence("v"), HasSubstr("'v' is an unknown"));
  EXPECT_THAT(sentence("sin(t)"), HasSubstr("'t' has no meaning in an initial state"));
  EXPECT_THAT(sentence("dx(x)"), HasSubstr("an initial state is not differentiated"));
  EXPECT_THAT(sentence("nu/zero"), HasSubstr("division by 0"));
}

struct BadKey {
  std::string what;
  std::vector<NamedValue> given;
  std::string key;
  std::string sentence;
};

class BadKeys : public ::testing::TestWithParam<BadKey> {};

TEST_P(BadKeys, AreRefusedByName) {
  try {
    check_expressions(read_equations(testing::equation_parameters(GetParam().given)));
    ADD_FAILURE() << "taken";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), GetParam().key);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().sentence));
  }
}

std::vector<NamedValue> with(const NamedValue& value) { return joined(problem_with("u", 1), {value}); }
std::vector<NamedValue> without(const std::string& key) {
  std::vector<NamedValue> given = problem_with("u", 1);
  std::erase_if(given, [&](const NamedValue& value) { return value.first == key; });
  return given;
}
std::vector<NamedValue> on(const std::vector<NamedValue>& mesh) { return joined(problem_with("u", 0), mesh); }
ParameterValue text(const char* words) { return std::string(words); }

INSTANTIATE_TEST_SUITE_P(
    Keys, BadKeys,
    ::testing::Values(
        BadKey{"NoEquations", {}, "name", "there are no equations"},
        BadKey{"UnknownKey", with({"u.intial", 1.0}), "u.intial", "unknown key 'u.intial': did you mean 'initial'?"},
        BadKey{"UnknownAxisKey", with({"mesh.x.point", std::int64_t{5}}), "mesh.x.point", "did you mean 'points'?"},
        BadKey{"UnknownAxis", with({"mesh.z.from", 0.0}), "mesh.z.from", "unknown axis 'z'"},
        BadKey{"PlainKey", with({"viscosity", 0.1}), "viscosity", "unknown key 'viscosity'"},
        BadKey{"NoRhs", without("u.rhs"), "u.rhs", "[problem.u] has no 'rhs'"},
        BadKey{"UnknownStiff", with({"u.stif", 0.0}), "u.stif", "did you mean 'stiff'"},
        BadKey{"NoInitial", without("v.initial"), "v.initial", "[problem.v] has no 'initial'"},
        BadKey{"NoPoints", without("mesh.x.points"), "mesh.x.points", "[problem.mesh.x] has no 'points'"},
        BadKey{"NoBoundary", without("mesh.x.boundary"), "mesh.x", "says nothing of its ends"},
        BadKey{"TwoPoints", with({"mesh.x.points", std::int64_t{2}}), "mesh.x.points", "must be an integer ≥ 3"},
        BadKey{"NoLength", with({"mesh.x.to", -1.0}), "mesh.x.to", "must be a number > from = -1"},
        BadKey{"TwoBoundaries", with({"mesh.x.neumann", 0.0}), "mesh.x.boundary", "must be left out"},
        BadKey{"UnknownBoundary", with({"mesh.x.boundary", text("wall")}), "mesh.x.boundary",
               "must be one of periodic"},
        BadKey{"UnknownNodes", with({"mesh.x.nodes", text("points")}), "mesh.x.nodes", "one of ends, period, inner"},
        BadKey{"InnerPeriodic", with({"mesh.x.nodes", text("inner")}), "mesh.x.nodes", "must be ends, period or cells"},
        BadKey{"ValuesAtEnds", on(joined(axis("x", 0.0, 1.0, 9, "dirichlet", 0.0), {{"mesh.x.nodes", text("ends")}})),
               "mesh.x.nodes", "must be inner or cells where u has values given"},
        BadKey{"SlopesBetween", on(joined(axis("x", 0.0, 1.0, 9, "neumann", 0.0), {{"mesh.x.nodes", text("inner")}})),
               "mesh.x.nodes", "must be ends or cells where u has slopes given"},
        BadKey{"YAlone", on(axis("y", 0.0, 1.0, 9, "neumann", 0.0)), "mesh.y", "has no x"},
        BadKey{"TooMany",
               on(joined(axis("x", 0.0, 1.0, 1000000, "neumann", 0.0), axis("y", 0.0, 1.0, 1000000, "neumann", 0.0))),
               "mesh", "unknowns: must be at most 1e8"},
        BadKey{"BadPair", on(axis("x", 0.0, 1.0, 9, "dirichlet", text("[0, 1, 2]"))), "mesh.x.dirichlet",
               "must be a number or [low, high]"},
        BadKey{"BadBounds", with({"u.bounds", text("[1, 1]")}), "u.bounds", "must be [lowest, highest]"},
        BadKey{"BoundaryWithoutMesh", joined(problem_with("u", 0), {{"u.neumann", 0.0}}), "u", "without a mesh"},
        BadKey{"NameOfAFunction", with({"parameters.sin", 1.0}), "parameters.sin", "it is a function"},
        BadKey{"NameOfAPlace", with({"parameters.x", 1.0}), "parameters.x", "it is a coordinate"},
        BadKey{"NameOfTime", with({"parameters.t", 1.0}), "parameters.t", "it is the time"},
        BadKey{"NameOfAField", with({"parameters.u", 1.0}), "u", "it is a parameter"},
        BadKey{"NoName", with({"parameters.2a", 1.0}), "parameters.2a", "begins with no digit"},
        BadKey{"NameWithABlank", joined(problem_with("u", 0), {{"a b.initial", 0.0}, {"a b.rhs", 0.0}}), "a b",
               "begins with no digit"},
        BadKey{"MissingField", with({"fields", text("u")}), "fields", "must name each of these once: u, v"},
        BadKey{"FieldTwice", with({"fields", text("u, u, v")}), "fields", "must name each of these once"}),
    [](const auto& tested) { return tested.param.what; });

}  // namespace
}  // namespace forerun
