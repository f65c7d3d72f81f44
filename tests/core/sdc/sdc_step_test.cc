#include "core/sdc/sdc_step.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <tuple>

#include "core/base/errors.h"
#include "tests/core/sdc/split_growth.h"

namespace forerun {
namespace {

using testing::Parts;
using testing::SplitGrowth;

const State kStart{{1.0, 0.5}};

State solved(const SplitEquation& equation, const SdcMethod& method, Index steps, Index sweeps, double end) {
  SdcStep step(equation, method);
  State state = kStart;
  const double length = end / static_cast<double>(steps);
  for (Index n = 0; n < steps; ++n) {
    step.place(end * static_cast<double>(n) / static_cast<double>(steps), length);
    step.start() = state;
    step.spread();
    for (Index k = 0; k < sweeps; ++k) step.sweep();
    step.end(state);
  }
  return state;
}

const State& exact_end() {
  static const State exact = solved(SplitGrowth(Parts::all_explicit), SdcMethod(NodeFamily::gauss, 8), 40, 40, 1.0);
  return exact;
}

struct OrderCase {
  Parts parts;
  NodeFamily family;
  Index nodes;
  ImplicitCorrection correction;
};

class SdcOrder : public ::testing::TestWithParam<OrderCase> {};

TEST_P(SdcOrder, GrowsByOneASweepUpToTheOrderOfTheNodes) {
  const auto [parts, family, nodes, correction] = GetParam();
  const SplitGrowth equation(parts);
  const SdcMethod method(family, nodes, correction);
  const int of_nodes = method.collocation.order();
  // Nodes that do not have the end reach it by one integration more.
  const int of_end = method.collocation.has_end() ? 0 : 1;
  for (int sweeps = 1; sweeps <= of_nodes + 1; ++sweeps) {
    const auto error = [&](Index steps) { return (solved(equation, method, steps, sweeps, 1.0) - exact_end()).norm(); };
    const int order = std::min(sweeps + of_end, of_nodes);
    const Index steps = order == 1 ? 1000 : order == 2 ? 400 : order == 3 ? 300 : order == 4 ? 120 : 60;
    EXPECT_NEAR(std::log2(error(steps) / error(2 * steps)), order, 0.2) << sweeps << " sweeps";
  }
}

std::vector<OrderCase> order_cases() {
  std::vector<OrderCase> cases;
  for (const auto& [family, nodes] :
       {std::pair{NodeFamily::radau, Index{2}}, std::pair{NodeFamily::radau, Index{3}},
        std::pair{NodeFamily::lobatto, Index{3}}, std::pair{NodeFamily::gauss, Index{2}}}) {
    cases.push_back({Parts::all_explicit, family, nodes, ImplicitCorrection::lu});
    for (const ImplicitCorrection correction : {ImplicitCorrection::lu, ImplicitCorrection::euler}) {
      cases.push_back({Parts::all_implicit, family, nodes, correction});
      cases.push_back({Parts::imex, family, nodes, correction});
    }
  }
  return cases;
}

std::string name_of(const ::testing::TestParamInfo<OrderCase>& info) {
  constexpr std::array parts{"explicit", "implicit", "imex"};
  constexpr std::array families{"gauss", "radau", "lobatto"};
  const OrderCase& tried = info.param;
  return std::string(parts[static_cast<std::size_t>(tried.parts)]) + "_" +
         families[static_cast<std::size_t>(tried.family)] + std::to_string(tried.nodes) +
         (tried.correction == ImplicitCorrection::lu ? "_lu" : "_euler");
}

INSTANTIATE_TEST_SUITE_P(Sweepers, SdcOrder, ::testing::ValuesIn(order_cases()), name_of);

class SdcFixedPoint : public ::testing::TestWithParam<std::tuple<Parts, NodeFamily>> {
 protected:
  const SplitGrowth equation_{std::get<0>(GetParam())};
  const SdcMethod method_{std::get<1>(GetParam()), 4};
};

TEST_P(SdcFixedPoint, IsTheCollocationSolution) {
  SdcStep step(equation_, method_);
  step.place(0.3, 0.1);
  step.start() = kStart;
  step.spread();
  for (int k = 0; k < 60; ++k) step.sweep();
  EXPECT_LT(step.residual(StateNorm()), 1e-15);
  // By what defines it, in numbers of its own.
  for (Index m = 0; m < 4; ++m) {
    State wanted = kStart;
    for (Index j = 0; j < 4; ++j) {
      State slope(2);
      SplitGrowth(Parts::all_explicit).evaluate_explicit(step.node_time(j), step.values().col(j), slope);
      wanted += 0.1 * method_.collocation.integrals(m, j) * slope;
    }
    EXPECT_LT((wanted - step.values().col(m)).norm(), 2e-15) << m;
  }
}

TEST_P(SdcFixedPoint, FollowsTheForcingOfAnotherLevel) {
  SdcStep step(equation_, method_);
  step.place(0.3, 0.1);
  step.start() = kStart;
  step.forcing().setConstant(0.01);
  if (method_.collocation.has_begin()) step.forcing().col(0).setZero();
  step.spread();
  for (int k = 0; k < 60; ++k) step.sweep();
  States integrals;
  step.integrate(integrals);
  const States wanted = integrals + step.forcing() + kStart.replicate(1, 4);
  EXPECT_LT((wanted - step.values()).norm(), 2e-15);
}

TEST_P(SdcFixedPoint, IsLeftWhereItIsByASweep) {
  SdcStep step(equation_, method_);
  step.place(0.0, 0.25);
  step.start() = kStart;
  step.spread();
  for (int k = 0; k < 60; ++k) step.sweep();
  const States before = step.values();
  step.sweep();
  EXPECT_LT((step.values() - before).norm(), 1e-15);
}

TEST_P(SdcFixedPoint, IsReachedByTheSameBitsWhateverTheStepDidBefore) {
  SdcStep used(equation_, method_);
  used.place(0.0, 1.0);
  used.start() = 3.0 * kStart;
  used.forcing().setOnes();
  used.spread();
  used.sweep();
  SdcStep fresh(equation_, method_);
  for (SdcStep* step : {&used, &fresh}) {
    step->place(0.1, 0.2);
    step->start() = kStart;
    step->spread();
    for (int k = 0; k < 3; ++k) step->sweep();
  }
  EXPECT_EQ(used.values(), fresh.values());
}

INSTANTIATE_TEST_SUITE_P(Sweepers, SdcFixedPoint,
                         ::testing::Combine(::testing::Values(Parts::all_explicit, Parts::all_implicit, Parts::imex),
                                            ::testing::Values(NodeFamily::gauss, NodeFamily::radau,
                                                              NodeFamily::lobatto)));

TEST(SdcStepTest, PredictsByEulersStepsFromNodeToNode) {
  const SplitGrowth equation(Parts::all_explicit);
  const SdcMethod method(NodeFamily::lobatto, 4);
  SdcStep step(equation, method);
  step.place(0.3, 0.2);
  step.start() = kStart;
  step.predict();
  State state = kStart;
  for (Index m = 0; m < 4; ++m) {
    EXPECT_LT((step.values().col(m) - state).norm(), 1e-15) << m;
    if (m == 3) break;
    State slope(2);
    equation.evaluate_explicit(step.node_time(m), state, slope);
    state += (step.node_time(m + 1) - step.node_time(m)) * slope;
  }
}

/// An implicit part that cannot be solved for.
class Unsolvable final : public SplitEquation {
 public:
  Index dimension() const override { return 1; }
  bool has_explicit_part() const override { return false; }
  bool has_implicit_part() const override { return true; }
  void evaluate_explicit(double, const StateView&, StateOut) const override {}
  void evaluate_implicit(double, const StateView& u, StateOut slope) const override { slope = u; }
  bool solve_implicit(double, double, const StateView&, StateOut) const override { return false; }
};

TEST(SdcStepTest, SaysWhereANodesEquationCannotBeSolved) {
  const Unsolvable equation;
  const SdcMethod method(NodeFamily::radau, 2);
  SdcStep step(equation, method);
  step.place(2.0, 0.5);
  step.start() = State::Ones(1);
  step.spread();
  try {
    step.sweep();
    FAIL() << "went unnoticed";
  } catch (const PropagationError& error) {
    EXPECT_EQ(error.time(), 2.0);
    EXPECT_NE(std::string(error.what()).find("node 1 of 2"), std::string::npos);
  }
}

}  // namespace
}  // namespace forerun
