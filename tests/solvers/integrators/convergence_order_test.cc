#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "solvers/equations/equation_problem.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

/// u' = u (1 − u) cos t, u(0) = ½: nonlinear, depends on time, and u(t) = 1/(1 + exp(−sin t)).
struct SeasonalGrowth : SystemEquation<1> {
  static constexpr std::string_view name = "seasonal_growth";

  State initial_state() const { return State::Constant(1, 0.5); }
  StateBounds bounds() const { return uniform_bounds(1, 0.0, 1.0); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    du[0] = u[0] * (1.0 - u[0]) * each_lane(t, [](double time) { return std::cos(time); });
  }
};

struct MethodCase {
  std::string method;
  double order;
  Index steps;         ///< of the scalar equation; where the error is neither rounding nor pre-asymptotic
  Index system_steps;  ///< the same for the system
};

void PrintTo(const MethodCase& method_case, std::ostream* out) { *out << method_case.method; }

class ConvergenceOrderTest : public testing::TestWithParam<MethodCase> {};

double slope(double error, double error_with_twice_the_steps) { return std::log2(error / error_with_twice_the_steps); }

TEST_P(ConvergenceOrderTest, ShowsInTheErrorAgainstAnExactSolutionThatDependsOnTime) {
  const auto [method, order, steps, system_steps] = GetParam();
  const EquationProblem<SeasonalGrowth> problem{SeasonalGrowth()};
  const double end = 4.6;
  const double exact = 1.0 / (1.0 + std::exp(-std::sin(end)));
  const auto error = [&](Index count) {
    return std::abs(propagate(problem, {method, count}, problem.initial_state(), end)[0] - exact);
  };
  EXPECT_NEAR(slope(error(steps), error(2 * steps)), order, 0.2);
}

TEST_P(ConvergenceOrderTest, ShowsInACoupledNonlinearSystem) {
  const auto [method, order, steps, system_steps] = GetParam();
  const auto problem = make_problem("lorenz");
  const double end = 0.5;
  const State exact = propagate(*problem, {"rk8", 4096}, problem->initial_state(), end);
  const auto error = [&](Index count) {
    return (propagate(*problem, {method, count}, problem->initial_state(), end) - exact).norm();
  };
  EXPECT_NEAR(slope(error(system_steps), error(2 * system_steps)), order, 0.2);
}

INSTANTIATE_TEST_SUITE_P(Methods, ConvergenceOrderTest,
                         testing::Values(MethodCase{"rk1", 1.0, 1000, 4000}, MethodCase{"rk2", 2.0, 200, 800},
                                         MethodCase{"rk4", 4.0, 40, 160}, MethodCase{"rk8", 8.0, 16, 48}),
                         [](const auto& test) { return test.param.method; });

}  // namespace
}  // namespace forerun
