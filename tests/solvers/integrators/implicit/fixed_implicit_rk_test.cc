#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stop_token>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

std::vector<std::string> fixed_methods() {
  std::vector<std::string> names;
  for (const ImplicitMethod& method : implicit_methods()) {
    if (!method.is_adaptive()) names.emplace_back(method.name);
  }
  return names;
}

class FixedImplicitRkTest : public testing::TestWithParam<std::string> {};

TEST_P(FixedImplicitRkTest, ObeysTheLawsOfPropagators) {
  for (const char* name : {"lorenz", "burgers", "diffusion_reaction", "heat", "van_der_pol", "allen_cahn", "heat_2d"}) {
    const auto problem = make_problem(name);
    const TimeGrid grid(0.1, 0.6, 5);
    States states(problem->dimension(), 5);
    for (Index n = 0; n < 5; ++n) states.col(n) = problem->initial_state() * (1.0 + 0.01 * static_cast<double>(n));
    conformance::expect_propagator_laws(*problem->make_propagator({GetParam(), 4}), grid, states);
  }
}

/// The heat equation of twelve points, not known to be linear.
struct Rod : SystemEquation<12> {
  static constexpr std::string_view name = "rod";
  State initial_state() const { return State::Zero(12); }
  StateBounds bounds() const { return uniform_bounds(12, -1.0, 1.0); }
  double conduction = 0.1 * 13.0 * 13.0;
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar&, const Scalar* u, Scalar* du) const {
    for (Index i = 0; i < 12; ++i) {
      const Scalar left = i > 0 ? u[i - 1] : 0.0 * u[i];
      const Scalar right = i < 11 ? u[i + 1] : 0.0 * u[i];
      du[i] = conduction * (left - 2.0 * u[i] + right);
    }
  }
};

TEST_P(FixedImplicitRkTest, SolvesLinearAndNonlinearStepsAlike) {
  const auto heat = make_problem("heat", {{"points", std::int64_t{12}}});
  const EquationProblem<Rod> rod{Rod()};
  const State start = heat->initial_state() + 0.3 * State::Unit(12, 4);
  const State linear = propagate(*heat, {GetParam(), 5}, start, 1.0);
  const State nonlinear = propagate(rod, {GetParam(), 5}, start, 1.0);
  EXPECT_LT((linear - nonlinear).norm(), 1e-12);
}

/// u' = −√(u − 1) u, say: cannot be evaluated below 1.
struct Cliff : SystemEquation<1> {
  static constexpr std::string_view name = "cliff";
  State initial_state() const { return State::Constant(1, 1.5); }
  StateBounds bounds() const { return uniform_bounds(1, 0.0, 2.0); }
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar&, const Scalar* u, Scalar* du) const {
    du[0] = -each_lane(u[0], [](double x) { return std::sqrt(x - 1.0) + 1.0; });
  }
};

TEST_P(FixedImplicitRkTest, NeverPassesOverAnIterationThatDoesNotConverge) {
  const EquationProblem<Cliff> cliff{Cliff()};
  const auto propagator = cliff.make_propagator({GetParam(), 4});
  State result(1);
  try {
    propagator->propagate({3, 10.0, 14.0}, cliff.initial_state(), result);
    FAIL() << "a step without a solution was made: " << result;
  } catch (const PropagationError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("Newton's iteration did not converge"));
    EXPECT_THAT(error.what(), testing::HasSubstr("of 4, between t = 1"));
    EXPECT_GE(error.time(), 10.0);
    EXPECT_LT(error.time(), 12.0);
  }
  // What failed leaves no trace.
  State after(1), fresh(1);
  propagator->propagate({0, 0.0, 0.1}, cliff.initial_state(), after);
  cliff.make_propagator({GetParam(), 4})->propagate({0, 0.0, 0.1}, cliff.initial_state(), fresh);
  EXPECT_EQ(after, fresh);
}

TEST_P(FixedImplicitRkTest, StopsWhenItIsNoLongerWanted) {
  const auto problem = make_problem("burgers");
  const auto propagator = problem->make_propagator({GetParam(), 10});
  std::stop_source source;
  const std::stop_token token = source.get_token();
  const StopScope scope(token);
  source.request_stop();
  State result(problem->dimension());
  EXPECT_THROW(propagator->propagate({0, 0.0, 1.0}, problem->initial_state(), result), StopRequested);
}

TEST_P(FixedImplicitRkTest, CrossesAStiffSliceInAFewSteps) {
  // From the fast reaction's equilibrium on; an explicit method needs some 10⁵ steps.
  const auto robertson = make_problem("robertson");
  const State start = propagate(*robertson, {"radau5", 1e-9}, robertson->initial_state(), 1.0);
  const State end = propagate(*robertson, {GetParam(), 20}, start, 40.0);
  const State reference = propagate(*robertson, {"radau5", 1e-12}, start, 40.0);
  EXPECT_LT((end - reference).norm(), 2e-2);
  EXPECT_NEAR(end.sum(), 1.0, 1e-10) << "mass is conserved";
}

INSTANTIATE_TEST_SUITE_P(Methods, FixedImplicitRkTest, testing::ValuesIn(fixed_methods()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forerun
