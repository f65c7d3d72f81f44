// A run lives wherever serial stepping lives. A small part of what survival_scan draws.
#include <gtest/gtest.h>

#include "tests/apps/survival/survival_cases.h"

namespace forerun::testing {
namespace {

class SurvivalOf : public ::testing::TestWithParam<std::string> {};

TEST_P(SurvivalOf, RunsEndWithTheSerialAnswerWhereverThereIsOne) {
  int num_lived = 0;
  for (std::uint64_t i = 0; i < 8; ++i) {
    const SurvivalCase drawn = draw_survival_case(GetParam(), 2, i);
    const Survival survival = run_survival_case(drawn);
    EXPECT_EQ(survival.message, "") << drawn.configuration;
    num_lived += survival.outcome == Survival::Outcome::lived ? 1 : 0;
  }
  EXPECT_GE(num_lived, 2) << "most cases say nothing: serial stepping fails as well";
}

TEST_P(SurvivalOf, PlansAreMadeWhereverThereIsASerialAnswer) {
  const SurvivalCase drawn = draw_survival_case(GetParam(), 2, 0);
  EXPECT_EQ(plan_survival_case(drawn).message, "") << drawn.configuration;
}

INSTANTIATE_TEST_SUITE_P(Equations, SurvivalOf, ::testing::ValuesIn(survival_equations()),
                         [](const auto& tested) { return tested.param; });

TEST(Survival, OfAnUnstableCoarseSolverThatThrowsTheStateFarOff) {
  SurvivalCase far_off;
  far_off.configuration = R"([problem]
name = "fitzhugh_nagumo"
[time]
end = 40.0
slices = 4
[fine]
method = "rk4"
steps = 80
[coarse]
method = "rk1"
steps = 1
)";
  const Survival survival = run_survival_case(far_off);
  EXPECT_EQ(survival.outcome, Survival::Outcome::lived) << survival.message;
}

}  // namespace
}  // namespace forerun::testing
