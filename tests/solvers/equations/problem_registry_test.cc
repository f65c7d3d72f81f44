#include "solvers/equations/problem_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/errors.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

TEST(ProblemRegistryTest, IsSortedAndComplete) {
  std::vector<std::string> names;
  for (const ProblemEntry& entry : problem_registry()) names.push_back(entry.name);
  EXPECT_THAT(names,
              testing::ElementsAre("allen_cahn", "allen_cahn_2d", "brusselator", "brusselator_2d", "brusselator_3d",
                                   "burgers", "dahlquist", "diffusion_reaction", "double_pendulum", "equations",
                                   "fitzhugh_nagumo", "heat", "heat_2d", "hopf", "interchange", "lorenz", "oregonator",
                                   "robertson", "rossler", "shallow_water", "transport", "van_der_pol", "wave"));
}

TEST(ProblemRegistryTest, DescribesEveryParameterAndAcceptsItsDefault) {
  for (const ProblemEntry& entry : problem_registry()) {
    Parameters parameters(entry.parameters);
    EXPECT_FALSE(entry.equation.empty()) << entry.name;
    if (entry.open) {
      EXPECT_FALSE(entry.open->patterns.empty());
    }
    for (const ParameterSpec& spec : entry.parameters) {
      EXPECT_FALSE(spec.description.empty()) << entry.name << "." << spec.name;
      EXPECT_NO_THROW(parameters.set(spec.name, spec.default_value)) << entry.name << "." << spec.name;
    }
  }
}

TEST(ProblemRegistryTest, MakesProblemsWhosePartsFitTogether) {
  for (const ProblemEntry& entry : problem_registry()) {
    if (entry.open) continue;  // nothing is there before somebody writes it down
    const auto problem = make_problem(entry.name);
    const State initial = problem->initial_state();
    const StateBounds bounds = problem->bounds();
    EXPECT_EQ(problem->name(), entry.name);
    EXPECT_EQ(initial.size(), problem->dimension()) << entry.name;
    EXPECT_EQ(bounds.lower.size(), problem->dimension()) << entry.name;
    EXPECT_TRUE((bounds.lower.array() < bounds.upper.array()).all()) << entry.name;
    EXPECT_NO_THROW(StateNorm{bounds}) << entry.name;
    EXPECT_EQ(problem->layout().dimension(), problem->dimension()) << entry.name;
    EXPECT_TRUE(derivative(*problem, initial).allFinite()) << entry.name;
    EXPECT_EQ(problem->make_propagator({"rk4", 1})->dimension(), problem->dimension()) << entry.name;
  }
}

TEST(ProblemRegistryTest, RefusesValuesThatBreakTheRules) {
  EXPECT_THROW(make_problem("burgers", {{"points", std::int64_t{2}}}), ParameterError);
  EXPECT_THROW(make_problem("burgers", {{"viscosity", 0.0}}), ParameterError);
  EXPECT_THROW(make_problem("burgers", {{"viscosity", -0.01}}), ParameterError);
  EXPECT_THROW(make_problem("diffusion_reaction", {{"cells", std::int64_t{1}}}), ParameterError);
  EXPECT_THROW(make_problem("heat", {{"profile", std::string("cosine")}}), ParameterError);
  EXPECT_THROW(make_problem("lorenz", {{"viscosity", 1.0}}), ParameterError);
}

TEST(ProblemRegistryTest, SuggestsTheProblemThatWasMeant) {
  try {
    find_problem("burger");
    FAIL() << "an unknown problem was found";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), "name");
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'burgers'?"));
  }
}

TEST(IntegratorRegistryTest, ListsWhatTheProblemsOffer) {
  const auto heat = make_problem("heat");
  for (const IntegratorEntry& entry : integrator_registry()) {
    EXPECT_EQ(is_adaptive(entry.name), entry.adaptive);
    const SolverSpec spec = with_fineness(SolverSpec(entry.name), 2);
    const double work = heat->make_propagator(spec)->work_per_slice();
    if (entry.stages > 0) {
      EXPECT_EQ(work, 2.0 * entry.stages) << entry.name;
    } else {
      EXPECT_GT(work, 0.0) << entry.name;
    }
  }
}

}  // namespace
}  // namespace forerun
