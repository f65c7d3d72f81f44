#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

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
  /// Any part will do, the better one that depends on time and is not linear.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    du[0] = -u[0] * u[0] * each_lane(t, [](double time) { return std::cos(time); });
  }
};

/// The equations of Lorenz (1963), the linear ones of their terms being the stiff part.
struct SplitLorenz : SystemEquation<3> {
  static constexpr std::string_view name = "split_lorenz";

  State initial_state() const { return State{{-15.0, -15.0, 20.0}}; }
  StateBounds bounds() const { return uniform_bounds(3, -50.0, 50.0); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = 10.0 * (u[1] - u[0]);
    du[1] = u[0] * (28.0 - u[2]) - u[1];
    du[2] = u[0] * u[1] - 8.0 / 3.0 * u[2];
  }
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = 10.0 * (u[1] - u[0]);
    du[1] = 28.0 * u[0] - u[1];
    du[2] = -8.0 / 3.0 * u[2];
  }
};

/// Where the error of a method of this order is neither rounding nor pre-asymptotic.
struct Steps {
  Index scalar;
  Index system;
};

Steps steps_for(int order) {
  const std::map<int, Steps> known = {{1, {1000, 4000}}, {2, {200, 800}}, {3, {80, 320}},
                                      {4, {40, 160}},    {5, {30, 100}},  {8, {16, 48}}};
  return known.at(order);
}

/// Every integrator of equal steps that takes any equation.
std::vector<std::string> methods_of_equal_steps() {
  std::vector<std::string> names;
  for (const IntegratorEntry& entry : integrator_registry()) {
    if (!entry.adaptive && entry.order > 0) names.push_back(entry.name);
  }
  return names;
}

class ConvergenceOrderTest : public testing::TestWithParam<std::string> {
 protected:
  std::string method_ = GetParam();
  int order_ = find_integrator(GetParam()).order;
  Steps steps_ = steps_for(order_);
};

double slope(double error, double error_with_twice_the_steps) { return std::log2(error / error_with_twice_the_steps); }

TEST_P(ConvergenceOrderTest, ShowsInTheErrorAgainstAnExactSolutionThatDependsOnTime) {
  const EquationProblem<SeasonalGrowth> problem{SeasonalGrowth()};
  const double end = 4.6;
  const double exact = 1.0 / (1.0 + std::exp(-std::sin(end)));
  const auto error = [&](Index count) {
    return std::abs(propagate(problem, {method_, count}, problem.initial_state(), end)[0] - exact);
  };
  EXPECT_NEAR(slope(error(steps_.scalar), error(2 * steps_.scalar)), order_, 0.2);
}

TEST_P(ConvergenceOrderTest, ShowsInACoupledNonlinearSystem) {
  const EquationProblem<SplitLorenz> problem{SplitLorenz()};
  const double end = 0.5;
  const State exact = propagate(problem, {"rk8", 4096}, problem.initial_state(), end);
  const auto error = [&](Index count) {
    return (propagate(problem, {method_, count}, problem.initial_state(), end) - exact).norm();
  };
  EXPECT_NEAR(slope(error(steps_.system), error(2 * steps_.system)), order_, 0.2);
}

INSTANTIATE_TEST_SUITE_P(Methods, ConvergenceOrderTest, testing::ValuesIn(methods_of_equal_steps()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forerun
