// Equations written as expressions are the built-in ones, number by number.
#include <gtest/gtest.h>

#include <functional>

#include "core/base/time_grid.h"
#include "core/base/uniform_noise.h"
#include "solvers/simd/lanes.h"
#include "tests/solvers/expressions/make_equations.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using testing::axis;
using testing::joined;
using testing::make_equations;

std::string text(const char* words) { return words; }

std::unique_ptr<OdeProblem> burgers_equations(Index points) {
  return make_equations(joined(axis("x", -1.0, 1.0, points, "boundary", text("periodic")),
                               {{"parameters.nu", 0.01},
                                {"u.initial", text("0.5*(cos(4.5*pi*x) + 1)")},
                                {"u.rhs", text("nu*dxx(u) - u*dx(u)")},
                                {"u.bounds", text("[0, 1]")}}));
}

std::unique_ptr<OdeProblem> lorenz_equations() {
  return make_equations({{"parameters.sigma", 10.0},
                         {"parameters.rho", 28.0},
                         {"parameters.beta", 8.0 / 3.0},
                         {"x.initial", -15.0},
                         {"x.rhs", text("sigma*(y - x)")},
                         {"y.initial", -15.0},
                         {"y.rhs", text("x*(rho - z) - y")},
                         {"z.initial", 20.0},
                         {"z.rhs", text("x*y - beta*z")}});
}

std::unique_ptr<OdeProblem> fitzhugh_nagumo_equations() {
  return make_equations({{"parameters.a", 0.2},
                         {"parameters.b", 0.2},
                         {"parameters.c", 3.0},
                         {"x.initial", -1.0},
                         {"x.rhs", text("c*(x - x^3/3 + y)")},
                         {"y.initial", 1.0},
                         {"y.rhs", text("-(x - a + b*y)/c")}});
}

std::unique_ptr<OdeProblem> diffusion_reaction_equations(Index cells) {
  std::vector<NamedValue> given =
      joined(axis("x", -1.0, 1.0, cells, "neumann", 0.0), axis("y", -1.0, 1.0, cells, "neumann", 0.0));
  given = joined(given, {{"mesh.x.nodes", text("cells")},
                         {"mesh.y.nodes", text("cells")},
                         {"parameters.Du", 1e-3},
                         {"parameters.Dv", 5e-3},
                         {"parameters.kappa", 5e-3},
                         {"u.initial", 0.0},
                         {"u.rhs", text("u - u^3 - kappa - v + Du*lap(u)")},
                         {"v.initial", 0.0},
                         {"v.rhs", text("u - v + Dv*lap(v)")}});
  return make_equations(given);
}

std::unique_ptr<OdeProblem> heat_equations(Index points) {
  return make_equations(joined(axis("x", 0.0, 1.0, points, "dirichlet", 0.0),
                               {{"u.initial", text("sin(pi*x)")}, {"u.rhs", text("0.1*dxx(u)")}}));
}

std::unique_ptr<OdeProblem> transport_equations(Index points) {
  return make_equations(
      joined(axis("x", 0.0, 1.0, points, "boundary", text("periodic")),
             {{"mesh.x.nodes", text("period")}, {"u.initial", text("sin(2*pi*x)")}, {"u.rhs", text("-dx(u)")}}));
}

struct Pair {
  std::string name;
  std::function<std::unique_ptr<OdeProblem>()> built_in;
  std::function<std::unique_ptr<OdeProblem>()> equations;
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.name; }

std::vector<Pair> pairs() {
  const auto number = [](Index n) { return ParameterValue(std::int64_t{n}); };
  return {{"Burgers",
           [=] {
             return make_problem("burgers", {{"points", number(128)}});
           },
           [] { return burgers_equations(128); }},
          {"BurgersWithOddPoints",
           [=] {
             return make_problem("burgers", {{"points", number(301)}});
           },
           [] { return burgers_equations(301); }},
          {"Lorenz", [] { return make_problem("lorenz"); }, lorenz_equations},
          {"FitzhughNagumo", [] { return make_problem("fitzhugh_nagumo"); }, fitzhugh_nagumo_equations},
          {"DiffusionReaction",
           [=] {
             return make_problem("diffusion_reaction", {{"cells", number(19)}});
           },
           [] { return diffusion_reaction_equations(19); }},
          {"Heat",
           [=] {
             return make_problem("heat", {{"points", number(99)}});
           },
           [] { return heat_equations(99); }},
          {"Transport",
           [=] {
             return make_problem("transport", {{"points", number(20)}});
           },
           [] { return transport_equations(20); }}};
}

class BuiltInEquations : public ::testing::TestWithParam<Pair> {
 protected:
  std::unique_ptr<OdeProblem> built_in_ = GetParam().built_in();
  std::unique_ptr<OdeProblem> equations_ = GetParam().equations();
};

State random_state(const StateBounds& bounds, std::uint64_t seed) {
  UniformNoise noise(seed);
  State state(bounds.lower.size());
  for (Index i = 0; i < state.size(); ++i) {
    state[i] = bounds.lower[i] + noise.next() * (bounds.upper[i] - bounds.lower[i]);
  }
  return state;
}

Eigen::MatrixXd jacobian_at(const OdeProblem& problem, const State& state) {
  SparseMatrix values;
  problem.jacobian()->evaluate(0.0, state, values);
  Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(state.size(), state.size());
  for (Index column = 0; column < state.size(); ++column) {
    for (int entry = values.pattern->begin(column); entry < values.pattern->end(column); ++entry) {
      dense(values.pattern->row(entry), column) = values.value(entry);
    }
  }
  return dense;
}

TEST_P(BuiltInEquations, HaveTheSameJacobianToRounding) {
  const State state = random_state(built_in_->bounds(), 3);
  const Eigen::MatrixXd expected = jacobian_at(*built_in_, state);
  EXPECT_LT((jacobian_at(*equations_, state) - expected).norm(), 1e-13 * expected.norm());
}

TEST_P(BuiltInEquations, HaveTheSameRightHandSideToRounding) {
  ASSERT_EQ(equations_->dimension(), built_in_->dimension());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const State state = random_state(built_in_->bounds(), seed);
    const State expected = derivative(*built_in_, state);
    const State found = derivative(*equations_, state);
    EXPECT_LT((found - expected).lpNorm<Eigen::Infinity>(), 1e-14 * expected.lpNorm<Eigen::Infinity>());
  }
}

TEST_P(BuiltInEquations, EndASliceInTheSameStateToRounding) {
  const State initial = random_state(built_in_->bounds(), 1);
  const State expected = propagate(*built_in_, {"rk4", 5}, initial, 1e-3);
  const State found = propagate(*equations_, {"rk4", 5}, initial, 1e-3);
  EXPECT_LT((found - expected).lpNorm<Eigen::Infinity>(), 1e-14 * expected.lpNorm<Eigen::Infinity>());
}

TEST_P(BuiltInEquations, LookTheSame) {
  const StateLayout expected = built_in_->layout(), found = equations_->layout();
  EXPECT_EQ(found.dimension(), expected.dimension());
  EXPECT_EQ(found.fields, expected.fields);
  ASSERT_EQ(found.axes.size(), expected.axes.size());
  for (std::size_t a = 0; a < found.axes.size(); ++a) {
    EXPECT_EQ(found.axes[a].name, expected.axes[a].name);
    EXPECT_EQ(found.axes[a].points, expected.axes[a].points);
    EXPECT_NEAR(found.axes[a].begin, expected.axes[a].begin, 1e-15);
    EXPECT_NEAR(found.axes[a].end, expected.axes[a].end, 1e-15);
  }
}

INSTANTIATE_TEST_SUITE_P(AsExpressions, BuiltInEquations, ::testing::ValuesIn(pairs()),
                         [](const auto& tested) { return tested.param.name; });

TEST(ExpressionEquations, BeginAsTheBuiltInOnesDo) {
  for (const Pair& pair : pairs()) {
    if (pair.name == "DiffusionReaction" || pair.name == "BurgersWithOddPoints") continue;  // from noise; the same
    const State difference = pair.built_in()->initial_state() - pair.equations()->initial_state();
    EXPECT_LT(difference.lpNorm<Eigen::Infinity>(), 1e-14) << pair.name;
  }
}

TEST(ExpressionEquations, StateBoundsOrTakeThemFromTheInitialState) {
  const auto burgers = burgers_equations(128);
  EXPECT_EQ(burgers->bounds().lower, State::Zero(128));
  EXPECT_EQ(burgers->bounds().upper, State::Ones(128));
  EXPECT_EQ(burgers->range().upper, State::Ones(128));
  const auto lorenz = lorenz_equations();
  EXPECT_EQ(lorenz->bounds().lower, State({{-30.0, -30.0, 0.0}}));
  EXPECT_EQ(lorenz->bounds().upper, State({{0.0, 0.0, 40.0}}));
  EXPECT_FALSE(lorenz->range().upper.allFinite()) << "nobody has said where solutions stay";
}

class ExpressionSystemLanes : public ::testing::TestWithParam<std::string> {};

TEST_P(ExpressionSystemLanes, GiveTheBitsOfOneSliceAtATimeForAnyNumberOfSlices) {
  const auto problem = make_equations(
      {{"a.initial", 0.5},
       {"a.rhs", text("sin(b) + cos(a*t) - tan(0.1*a) + exp(-a^2) + where(a < b, a, 2*b) + min(a, b)*max(a, 0.3)")},
       {"b.initial", 0.7},
       {"b.rhs", text("log(1 + a^2) + sqrt(abs(b)) - tanh(b) + abs(a - b)^1.5 - 3/(1 + b^2) + (a >= b) + t*t")}});
  const auto propagator = problem->make_propagator({GetParam(), 3});
  EXPECT_EQ(propagator->block_size(), num_lanes<Lanes>);
  constexpr Index most = 2 * num_lanes<Lanes> + 3;
  const TimeGrid grid(0.1, 0.9, most);
  for (Index count = 0; count <= most; ++count) {
    States in(2, count), block(2, count);
    for (Index j = 0; j < count; ++j) in.col(j) = problem->initial_state() * (1.0 + 0.05 * static_cast<double>(j % 7));
    propagator->propagate_block(grid.slices(0, count), in, block);
    for (Index j = 0; j < count; ++j) {
      State single(2);
      propagator->propagate(grid.slice(j), in.col(j), single);
      ASSERT_TRUE(single.allFinite());
      ASSERT_EQ(block.col(j), single) << "slice " << j << " of " << count;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, ExpressionSystemLanes, ::testing::Values("rk1", "rk2", "rk4", "rk8"));

}  // namespace
}  // namespace forerun
