#include <gtest/gtest.h>

#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

struct StiffReference {
  std::string problem;
  double end;
  State state;
};

/// Van der Pol's and the Oregonator's are those of the Test Set for IVP Solvers (Mazzia, Magherini 2008; van der Pol's
/// with time and velocity unscaled); Robertson's are by collocation at seven Radau nodes in 30 digits, good to 10⁻¹².
std::vector<StiffReference> references() {
  return {{"van_der_pol", 2000.0, State{{1.706167732170483, -0.8928097010247975e-3}}},
          {"robertson", 40.0, State{{0.715827068719405, 9.18553476455778e-6, 0.284163745745831}}},
          {"robertson", 1e4, State{{0.1073004285378, 4.80016697257e-7, 0.8926990914455}}},
          {"oregonator", 360.0, State{{1.000814870318523, 1228.178521549917, 132.0554942846706}}}};
}

class StiffReferencesTest : public testing::TestWithParam<std::string> {};

TEST_P(StiffReferencesTest, AreReachedToAboutTheTolerance) {
  for (const StiffReference& reference : references()) {
    const auto problem = make_problem(reference.problem);
    for (const double tolerance : {1e-6, 1e-8, 1e-10}) {
      const State end = propagate(*problem, {GetParam(), tolerance}, problem->initial_state(), reference.end);
      const double error = StateNorm(problem->bounds()).distance(end, reference.state);
      EXPECT_LT(error, 1e3 * tolerance) << reference.problem << " to " << tolerance;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, StiffReferencesTest, testing::Values("esdirk43", "radau5"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forerun
