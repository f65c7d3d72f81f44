#include "solvers/integrators/stability.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using Complex = std::complex<double>;

TEST(StabilityFunction, IsTheExponentialToTheMethodsOrder) {
  const struct {
    const char* method;
    int order;
  } methods[] = {{"rk1", 1}, {"rk2", 2}, {"rk4", 4}, {"rk8", 8}};
  for (const auto& [method, order] : methods) {
    const auto error = [&, name = method](double size) {
      const Complex z = size * Complex(-0.6, 0.8);
      return std::abs(*stability_function(name, z) - std::exp(z));
    };
    EXPECT_NEAR(std::log2(error(0.4) / error(0.2)), order + 1, 0.2) << method;
  }
  EXPECT_FALSE(stability_function("backward_euler", -1.0));
  EXPECT_FALSE(stability_function("dopri5", -1.0));
  EXPECT_FALSE(stability_function("rk3", -1.0));
}

TEST(StableSteps, AreThoseOfTheRealAxisForTheHeatEquation) {
  const auto heat = make_problem("heat");
  const auto eigenvalues = outer_eigenvalues(*heat, 0.0, heat->initial_state());
  double radius = 0.0;
  for (const Complex& lambda : eigenvalues) {
    radius = std::max(radius, std::abs(lambda));
    EXPECT_LT(std::abs(lambda.imag()), 1e-3 * radius + 1e-6);
  }
  const Slice slice{0, 0.0, 100.0 / radius};
  // |1 + z|^m ≤ 2 lets a mode at the edge pass it by little: 50 steps are the limit of z = −2.
  EXPECT_NEAR(static_cast<double>(*stable_steps(*heat, "rk1", slice, heat->initial_state())), 50.0, 1.0);
  EXPECT_NEAR(static_cast<double>(*stable_steps(*heat, "rk4", slice, heat->initial_state())), 100.0 / 2.785, 1.0);
}

TEST(SpectralRadius, IsThatOfDiffusionWhetherTheJacobianIsFullOrNot) {
  for (const std::string mass : {"free", "conserved"}) {
    const auto problem = make_problem("allen_cahn", {{"points", std::int64_t{200}}, {"eps", 0.1}, {"mass", mass}});
    const double diffusion = 100.0;  // ε²/dx²: modes from point to point are damped by four times as much
    const double radius = spectral_radius(*problem, 0.0, problem->initial_state());
    EXPECT_GE(radius, 4.0 * diffusion) << mass;
    EXPECT_LE(radius, 1.15 * 4.0 * diffusion) << mass;
  }
}

/// With that many steps the solver carries a small disturbance on without blowing it up, with half of them it does not.
TEST(StableSteps, SeparateWhatBlowsUpFromWhatDoesNot) {
  for (const char* name : {"heat", "fitzhugh_nagumo", "burgers"}) {
    const auto problem = make_problem(name);
    const double end = name == std::string("heat") ? 0.5 : 10.0;
    const Slice slice{0, 0.0, end};
    const State state = problem->initial_state();
    const Index steps = *stable_steps(*problem, "rk1", slice, state);
    ASSERT_GT(steps, 1) << name;
    const auto size_after = [&](Index m) {
      State out(state.size());
      State in = state;
      for (Index i = 0; i < in.size(); ++i) in[i] += 1e-3 * std::sin(2.0 * static_cast<double>(i));
      try {
        problem->make_propagator({"rk1", m})->propagate(slice, in, out);
      } catch (const PropagationError&) {
        return std::numeric_limits<double>::infinity();
      }
      return out.cwiseAbs().maxCoeff();
    };
    EXPECT_LT(size_after(2 * steps), 10.0) << name;
    EXPECT_GT(size_after(std::max<Index>(1, steps / 4)), 10.0) << name;
  }
}

}  // namespace
}  // namespace forerun
