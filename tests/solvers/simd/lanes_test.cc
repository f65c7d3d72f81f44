#include "solvers/simd/lanes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/time_grid.h"
#include "solvers/integrators/integrator_needs.h"
#include "solvers/integrators/reduced/reduced_equation.h"
#include "solvers/integrators/stability.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

struct LaneCase {
  std::string problem;
  std::string method;
};

void PrintTo(const LaneCase& lane_case, std::ostream* out) { *out << lane_case.problem << ", " << lane_case.method; }

/// Three explicit steps do not cross a slice of it.
bool is_stiff(const std::string& problem) {
  return problem == "van_der_pol" || problem == "robertson" || problem == "oregonator";
}

/// A small member of the family, so that the whole table runs in a moment.
std::unique_ptr<OdeProblem> small_problem(const std::string& name) {
  if (name == "burgers") return make_problem(name, {{"points", std::int64_t{19}}});
  if (name == "heat_2d") return make_problem(name, {{"points", std::int64_t{5}}});
  if (name == "allen_cahn_2d") return make_problem(name, {{"cells", std::int64_t{5}}});
  if (name == "heat") return make_problem(name, {{"points", std::int64_t{11}}});
  if (name == "diffusion_reaction") return make_problem(name, {{"cells", std::int64_t{5}}});
  if (name == "interchange") return make_problem(name, {{"cells", std::int64_t{5}}});
  if (name == "brusselator_3d") return make_problem(name, {{"cells", std::int64_t{3}}});
  if (name == "brusselator_2d") return make_problem(name, {{"cells", std::int64_t{5}}});
  if (name == "shallow_water")
    return make_problem(name, {{"points_x", std::int64_t{7}}, {"points_y", std::int64_t{5}}});
  return make_problem(name);
}

std::vector<LaneCase> all_cases() {
  std::vector<LaneCase> cases;
  for (const ProblemEntry& entry : problem_registry()) {
    if (entry.open) continue;  // tests/solvers/expressions
    const auto problem = small_problem(entry.name);
    for (const IntegratorEntry& integrator : integrator_registry()) {
      if (integrator.adaptive) continue;  // no two slices take the same steps
      if (integrator.name == "pod" && !is_reducible(*problem)) continue;
      if (!is_stiff(entry.name) && meets_needs(*problem, integrator)) cases.push_back({entry.name, integrator.name});
    }
  }
  return cases;
}

/// Different states, as the slices of a run have them.
States nearby_states(const State& state, Index count) {
  States states(state.size(), count);
  for (Index j = 0; j < count; ++j) states.col(j) = state * (1.0 + 0.01 * static_cast<double>(j % 5));
  return states;
}

class LanesTest : public testing::TestWithParam<LaneCase> {};

TEST_P(LanesTest, GiveTheBitsOfOneSliceAtATimeForAnyNumberOfSlices) {
  const auto problem = small_problem(GetParam().problem);
  const auto propagator = problem->make_propagator({GetParam().method, 3});
  constexpr Index most = 2 * num_lanes<Lanes> + 3;
  const TimeGrid grid(0.1, 0.3, most);
  for (Index count = 0; count <= most; ++count) {
    const States in = nearby_states(problem->initial_state(), count);
    States block(in.rows(), count);
    propagator->propagate_block(grid.slices(0, count), in, block);
    for (Index j = 0; j < count; ++j) {
      State single(in.rows());
      propagator->propagate(grid.slice(j), in.col(j), single);
      ASSERT_TRUE(single.allFinite());
      ASSERT_EQ(block.col(j), single) << "slice " << j << " of " << count;
    }
  }
}

TEST_P(LanesTest, AreUsedWhereTheyPay) {
  const auto problem = small_problem(GetParam().problem);
  const auto propagator = problem->make_propagator({GetParam().method, 1});
  const bool is_explicit_system = problem->dimension() <= 4 && stability_function(GetParam().method, 0.0).has_value();
  EXPECT_EQ(propagator->block_size(), is_explicit_system ? num_lanes<Lanes> : 1);
}

INSTANTIATE_TEST_SUITE_P(ProblemsAndMethods, LanesTest, testing::ValuesIn(all_cases()),
                         [](const auto& test) { return test.param.problem + "_" + test.param.method; });

}  // namespace
}  // namespace forerun
