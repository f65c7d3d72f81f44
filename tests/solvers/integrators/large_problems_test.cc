#include <gtest/gtest.h>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// Where systems are solved by iteration, methods of every kind come to the same state.
TEST(LargeProblems, OfAHundredThousandComponentsAreSolvedAlikeByEveryKindOfMethod) {
  const auto problem = make_problem("diffusion_reaction", {{"cells", std::int64_t{235}}});
  ASSERT_EQ(problem->dimension(), 110450);
  const State initial = problem->initial_state();
  const State expected = propagate(*problem, {"rkc", 1e-6}, initial, 0.002);
  for (const SolverSpec& spec : {SolverSpec("sdirk2", 4), SolverSpec("ars343", 2), SolverSpec("esdirk43", 1e-4)}) {
    EXPECT_LT((propagate(*problem, spec, initial, 0.002) - expected).lpNorm<Eigen::Infinity>(), 1e-3) << to_text(spec);
  }
}

/// A symmetric matrix, so by conjugate gradients, and by a series.
TEST(LargeProblems, OfHeatAreSolvedByIterationsAndBySeriesAlike) {
  const auto plate = make_problem("heat_2d", {{"points", std::int64_t{280}}, {"profile", std::string("parabola")}});
  const State initial = plate->initial_state();
  const State expected = propagate(*plate, {"exponential", 1e-9}, initial, 0.01);
  EXPECT_LT((propagate(*plate, {"radau2", 2}, initial, 0.01) - expected).lpNorm<Eigen::Infinity>(), 1e-4);
  EXPECT_LT((propagate(*plate, {"sdirk2", 4}, initial, 0.01) - expected).lpNorm<Eigen::Infinity>(), 1e-4);
}

}  // namespace
}  // namespace forerun
