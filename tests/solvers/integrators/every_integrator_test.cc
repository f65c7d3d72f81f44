#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "core/base/errors.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const IntegratorEntry& entry : integrator_registry()) all.push_back(entry.name);
  return all;
}

/// What every integrator of the registry promises, on every kind of equation that it takes.
class EveryIntegrator : public testing::TestWithParam<std::string> {
 protected:
  const IntegratorEntry& entry_ = find_integrator(GetParam());

  std::vector<std::string> problems() const {
    if (entry_.needs == IntegratorNeeds::linear) return {"heat", "transport", "wave"};
    if (entry_.needs == IntegratorNeeds::stiff_part) {
      return {"burgers", "diffusion_reaction", "heat", "heat_2d", "allen_cahn", "brusselator_2d", "van_der_pol"};
    }
    if (entry_.name == "pod") return {"burgers", "diffusion_reaction", "heat"};
    return {"lorenz", "hopf", "burgers", "diffusion_reaction", "heat"};
  }
  SolverSpec spec() const {
    SolverSpec spec = entry_.adaptive ? SolverSpec(entry_.name, 1e-6) : SolverSpec(entry_.name, 40);
    if (entry_.name == "random_features") spec = SolverSpec(entry_.name, 4);        // a step is a least-squares problem
    if (entry_.name == "spectral") spec.options.set("modes", std::int64_t{10000});  // as fine as what they are of
    if (entry_.name == "pod" || entry_.name == "pinn") {                            // likewise
      spec.options.set("basis_size", std::int64_t{10000});
      spec.options.set("snapshots_end", 0.02);
    }
    return spec;
  }
};

TEST_P(EveryIntegrator, ObeysTheLawsOfPropagators) {
  for (const std::string& name : problems()) {
    const auto problem = make_problem(name);
    const double begin = problem->default_begin();
    const TimeGrid grid(begin, begin + 0.01, 5);
    States states(problem->dimension(), 5);
    for (Index n = 0; n < 5; ++n) states.col(n) = problem->initial_state() * (1.0 + 0.01 * static_cast<double>(n));
    conformance::expect_propagator_laws(*problem->make_propagator(spec()), grid, states);
  }
}

TEST_P(EveryIntegrator, ComesNearerToTheSolutionTheFinerItIs) {
  for (const std::string& name : problems()) {
    const auto problem = make_problem(name);
    const StateNorm norm(problem->bounds());
    const double begin = problem->default_begin();
    const Slice slice{0, begin, begin + 0.02};
    const auto at_end = [&](const SolverSpec& solver) {
      State end(problem->dimension());
      problem->make_propagator(solver)->propagate(slice, problem->initial_state(), end);
      return end;
    };
    const State exact = at_end({"rk8", 400});
    const double error = norm.distance(at_end(spec()), exact);
    EXPECT_LT(error, 2e-3) << name;
    if (error < (entry_.adaptive ? 1e-8 : 1e-11)) continue;  // chance, or rounding
    EXPECT_LT(norm.distance(at_end(with_fineness(spec(), 4 * fineness(spec()))), exact), error) << name;
  }
}

TEST_P(EveryIntegrator, SaysWhenTheStateIsNoState) {
  const auto problem = make_problem("heat");
  const State bad = State::Constant(problem->dimension(), std::numeric_limits<double>::infinity());
  State out(problem->dimension());
  try {
    problem->make_propagator(spec())->propagate({0, 2.0, 3.0}, bad, out);
    FAIL() << "went unnoticed";
  } catch (const PropagationError& error) {
    EXPECT_EQ(error.time(), 2.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryIntegrator, testing::ValuesIn(names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forerun
