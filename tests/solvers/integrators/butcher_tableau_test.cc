#include "solvers/integrators/butcher_tableau.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "solvers/integrators/implicit/implicit_tableau.h"

namespace forerun {
namespace {

/// A rooted tree: what is left of it when the root goes is a multiset of smaller ones. A method has order p exactly
/// when
///
///   Σ_i b_i Φ_i(τ) = 1/γ(τ)   for every tree τ with at most p nodes,
///
/// with elementary weights Φ_i(τ) = Π_children Σ_j a_ij Φ_j(child) and density γ(τ) = nodes(τ) Π_children γ(child).
/// Source: Butcher, Numerical Methods for Ordinary Differential Equations (2016), ch. 3.
struct RootedTree {
  int num_nodes = 1;
  double density = 1.0;
  std::vector<const RootedTree*> children;
};

/// All rooted trees with up to `largest` nodes; element n − 1 holds those with n.
std::vector<std::vector<RootedTree>> rooted_trees(int largest) {
  std::vector<std::vector<RootedTree>> trees(static_cast<std::size_t>(largest));
  trees[0].push_back({});
  for (int n = 2; n <= largest; ++n) {
    std::vector<const RootedTree*> smaller;
    for (int m = 1; m < n; ++m) {
      for (const RootedTree& tree : trees[static_cast<std::size_t>(m) - 1]) smaller.push_back(&tree);
    }
    // Children in the order of `smaller`, so that each multiset is met once.
    RootedTree growing{n, static_cast<double>(n), {}};
    const std::function<void(std::size_t, int)> add_children = [&](std::size_t first, int nodes_left) {
      if (nodes_left == 0) trees[static_cast<std::size_t>(n) - 1].push_back(growing);
      for (std::size_t i = first; i < smaller.size() && smaller[i]->num_nodes <= nodes_left; ++i) {
        const double density = growing.density;
        growing.children.push_back(smaller[i]);
        growing.density *= smaller[i]->density;
        add_children(i, nodes_left - smaller[i]->num_nodes);
        growing.children.pop_back();
        growing.density = density;
      }
    };
    add_children(0, n - 1);
  }
  return trees;
}

template <class Tableau>
std::array<double, Tableau::num_stages> elementary_weights(const RootedTree& tree) {
  std::array<double, Tableau::num_stages> weights;
  weights.fill(1.0);
  for (const RootedTree* child : tree.children) {
    const auto of_child = elementary_weights<Tableau>(*child);
    for (std::size_t i = 0; i < Tableau::num_stages; ++i) {
      weights[i] *= std::inner_product(of_child.begin(), of_child.end(), Tableau::a[i].begin(), 0.0);
    }
  }
  return weights;
}

/// By how much the condition of `tree` is missed.
template <class Tableau>
double defect(const RootedTree& tree) {
  const auto weights = elementary_weights<Tableau>(tree);
  return std::abs(std::inner_product(weights.begin(), weights.end(), Tableau::b.begin(), 0.0) - 1.0 / tree.density);
}

/// The solution that the error estimate of `DormandPrince5` compares with.
struct EmbeddedInDormandPrince5 : DormandPrince5 {
  static constexpr int order = 4;
  static constexpr std::array<double, 7> b = [] {
    std::array<double, 7> weights = DormandPrince5::b;
    for (std::size_t j = 0; j < weights.size(); ++j) weights[j] -= e[j];
    return weights;
  }();
};

/// The solution that the error estimate of `Esdirk43` compares with.
struct EmbeddedInEsdirk43 : Esdirk43 {
  static constexpr int order = 3;
  static constexpr std::array<double, 6> b = [] {
    std::array<double, 6> weights = Esdirk43::b;
    for (std::size_t j = 0; j < weights.size(); ++j) weights[j] -= e[j];
    return weights;
  }();
};

template <class Tableau>
class ButcherTableauTest : public testing::Test {};
using Tableaux =
    testing::Types<Rk1, Rk2, Rk4, Rk8, DormandPrince5, EmbeddedInDormandPrince5, BackwardEuler, CrankNicolson, Sdirk2,
                   RadauIia2, RadauIia3, LobattoIiic2, Esdirk43, EmbeddedInEsdirk43>;
TYPED_TEST_SUITE(ButcherTableauTest, Tableaux);

template <class Tableau>
class ExplicitTableauTest : public testing::Test {};
using OnlyExplicit = testing::Types<Rk1, Rk2, Rk4, Rk8, DormandPrince5>;
TYPED_TEST_SUITE(ExplicitTableauTest, OnlyExplicit);

template <class Tableau>
class ImplicitTableauTest : public testing::Test {};
using OnlyImplicit =
    testing::Types<BackwardEuler, CrankNicolson, Sdirk2, RadauIia2, RadauIia3, LobattoIiic2, Radau5, Esdirk43>;
TYPED_TEST_SUITE(ImplicitTableauTest, OnlyImplicit);

TEST(RootedTreesTest, AreAsManyAsCayleyCounted) {
  const std::vector<std::size_t> counts{1, 1, 2, 4, 9, 20, 48, 115, 286};
  const auto trees = rooted_trees(9);
  for (std::size_t i = 0; i < counts.size(); ++i) EXPECT_EQ(trees[i].size(), counts[i]) << i + 1 << " nodes";
}

TYPED_TEST(ButcherTableauTest, FulfilsEveryConditionUpToItsOrder) {
  for (const auto& same_size : rooted_trees(TypeParam::order)) {
    for (const RootedTree& tree : same_size) EXPECT_LT(defect<TypeParam>(tree), 1e-14) << tree.num_nodes << " nodes";
  }
}

TYPED_TEST(ButcherTableauTest, ClaimsNoLessThanItsOrder) {
  const auto trees = rooted_trees(TypeParam::order + 1);
  double largest = 0.0;
  for (const RootedTree& tree : trees.back()) {
    largest = std::max(largest, defect<TypeParam>(tree));
  }
  EXPECT_GT(largest, 1e-6);
}

TYPED_TEST(ButcherTableauTest, HasAbscissaeAsRowSums) {
  for (std::size_t i = 0; i < TypeParam::num_stages; ++i) {
    EXPECT_NEAR(std::accumulate(TypeParam::a[i].begin(), TypeParam::a[i].end(), 0.0), TypeParam::c[i], 1e-14);
  }
}

TYPED_TEST(ExplicitTableauTest, NeedsOnlyStagesBefore) {
  for (std::size_t i = 0; i < TypeParam::num_stages; ++i) {
    for (std::size_t j = i; j < TypeParam::num_stages; ++j) EXPECT_EQ(TypeParam::a[i][j], 0.0) << i << ", " << j;
  }
}

TYPED_TEST(ImplicitTableauTest, EndsInItsLastStage) {
  EXPECT_EQ(TypeParam::a.back(), TypeParam::b);
  EXPECT_EQ(TypeParam::c.back(), 1.0);
}

TEST(DormandPrince5Test, EvaluatesItsLastStageAtTheNewState) {
  EXPECT_EQ(DormandPrince5::a.back(), DormandPrince5::b);
  EXPECT_EQ(DormandPrince5::c.back(), 1.0);
}

}  // namespace
}  // namespace forerun
