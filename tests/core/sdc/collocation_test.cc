#include "core/sdc/collocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "core/base/errors.h"

namespace forerun {
namespace {

std::vector<Collocation> all_collocations() {
  std::vector<Collocation> all;
  for (const NodeFamily family : {NodeFamily::gauss, NodeFamily::radau, NodeFamily::lobatto}) {
    for (Index m = family == NodeFamily::lobatto ? 2 : 1; m <= 16; ++m) all.push_back(make_collocation(family, m));
  }
  return all;
}

TEST(CollocationNodes, AreThePublishedOnes) {
  const auto nodes = [](NodeFamily family, Index m) { return make_collocation(family, m).nodes; };
  const double root = std::sqrt(6.0);
  EXPECT_TRUE(nodes(NodeFamily::radau, 3).isApprox(State{{(4.0 - root) / 10.0, (4.0 + root) / 10.0, 1.0}}, 1e-15));
  EXPECT_TRUE(
      nodes(NodeFamily::gauss, 2).isApprox(State{{0.5 - std::sqrt(3.0) / 6.0, 0.5 + std::sqrt(3.0) / 6.0}}, 1e-15));
  const double far = std::sqrt(3.0 / 7.0) / 2.0;
  EXPECT_TRUE(nodes(NodeFamily::lobatto, 5).isApprox(State{{0.0, 0.5 - far, 0.5, 0.5 + far, 1.0}}, 1e-15));
  EXPECT_EQ(nodes(NodeFamily::radau, 1), State{{1.0}});
  EXPECT_EQ(nodes(NodeFamily::gauss, 1), State{{0.5}});
}

TEST(CollocationNodes, AscendWithinTheStepAndHaveTheEndsOfTheirFamily) {
  for (const Collocation& collocation : all_collocations()) {
    const State& nodes = collocation.nodes;
    for (Index m = 1; m < nodes.size(); ++m) EXPECT_LT(nodes[m - 1], nodes[m]);
    EXPECT_EQ(nodes[0] == 0.0, collocation.has_begin());
    EXPECT_EQ(nodes[nodes.size() - 1] == 1.0, collocation.has_end());
    EXPECT_GE(nodes[0], 0.0);
    EXPECT_LE(nodes[nodes.size() - 1], 1.0);
  }
}

TEST(Collocation, IntegratesPolynomialsToTheOrderOfItsNodesAndNoFurther) {
  for (const Collocation& collocation : all_collocations()) {
    const auto error_of_power = [&](int power) {
      return std::abs(collocation.weights.dot(State(collocation.nodes.array().pow(power))) - 1.0 / (power + 1));
    };
    for (int power = 0; power < collocation.order(); ++power) EXPECT_LT(error_of_power(power), 2e-14) << power;
    if (collocation.num_nodes() <= 8) {
      EXPECT_GT(error_of_power(collocation.order()), 1e-12);
    }
  }
}

TEST(Collocation, IntegratesItsPolynomialsUpToEachNode) {
  for (const Collocation& collocation : all_collocations()) {
    const State& nodes = collocation.nodes;
    for (int power = 0; power < nodes.size(); ++power) {
      const State found = collocation.integrals * State(nodes.array().pow(power));
      const State exact = nodes.array().pow(power + 1) / (power + 1);
      EXPECT_LT((found - exact).lpNorm<Eigen::Infinity>(), 2e-13) << power << " of " << nodes.size();
    }
    if (collocation.has_end()) {
      EXPECT_LT((collocation.integrals.row(nodes.size() - 1).transpose() - collocation.weights).norm(), 1e-14);
    }
  }
}

TEST(SweepWeights, ReachEachNodeAndLookBackOnly) {
  for (const Collocation& collocation : all_collocations()) {
    const State ones = State::Ones(collocation.num_nodes());
    const States implicit_euler = implicit_euler_weights(collocation);
    const States explicit_euler = explicit_euler_weights(collocation);
    EXPECT_LT((implicit_euler * ones - collocation.nodes).norm(), 1e-14);
    EXPECT_LT((explicit_euler * ones - (collocation.nodes - collocation.nodes[0] * ones)).norm(), 1e-14);
    for (const States& weights : {implicit_euler, explicit_euler, implicit_lu_weights(collocation)}) {
      EXPECT_TRUE(weights.isLowerTriangular(0.0));
    }
    EXPECT_EQ(explicit_euler.diagonal().norm(), 0.0);
  }
}

/// In the limit of great stiffness a sweep multiplies errors by I − (Q^I)⁻¹ Q, whose M-th power is nothing.
TEST(SweepWeights, OfTheLuTrickEndStiffErrorsAfterAsManySweepsAsNodes) {
  for (const Collocation& collocation : all_collocations()) {
    const Index first = collocation.has_begin() ? 1 : 0;
    const Index size = collocation.num_nodes() - first;
    if (size > 6) continue;  // powers of rounding
    const States weights = implicit_lu_weights(collocation).bottomRightCorner(size, size);
    const States left =
        States::Identity(size, size) - weights.inverse() * collocation.integrals.bottomRightCorner(size, size);
    States power = left;
    for (Index k = 1; k < size; ++k) power = power * left;
    EXPECT_LT(power.norm(), 1e-11) << size;
  }
}

TEST(LagrangeInterpolation, ReproducesPolynomialsAndTakesSharedPointsAsTheyAre) {
  const State from = make_collocation(NodeFamily::lobatto, 5).nodes;
  const State to{{0.0, 0.1, 0.5, 0.77, 1.0}};
  const States weights = lagrange_interpolation(from, to);
  for (int power = 0; power < 5; ++power) {
    EXPECT_LT((weights * State(from.array().pow(power)) - State(to.array().pow(power))).norm(), 1e-14);
  }
  EXPECT_EQ(weights.row(0), State::Unit(5, 0).transpose());
  EXPECT_EQ(weights.row(4), State::Unit(5, 4).transpose());
}

TEST(Collocation, RefusesNumbersOfNodesThatItsFamilyHasNot) {
  for (const auto& [family, nodes] : {std::pair{NodeFamily::gauss, Index{0}}, std::pair{NodeFamily::lobatto, Index{1}},
                                      std::pair{NodeFamily::radau, Index{17}}}) {
    try {
      make_collocation(family, nodes);
      ADD_FAILURE() << nodes;
    } catch (const ParameterError& error) {
      EXPECT_EQ(error.name(), "nodes");
      EXPECT_THAT(error.what(), testing::HasSubstr("nodes = " + std::to_string(nodes) + ": must be from "));
    }
  }
}

}  // namespace
}  // namespace forerun
