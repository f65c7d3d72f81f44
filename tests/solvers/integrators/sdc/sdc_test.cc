#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "core/base/errors.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using Complex = std::complex<double>;

SolverSpec sdc(const std::string& method, Index steps, std::int64_t nodes, std::int64_t sweeps,
               const std::string& quadrature = "radau") {
  SolverSpec spec(method, steps);
  spec.options.set("nodes", nodes);
  spec.options.set("sweeps", sweeps);
  spec.options.set("quadrature", quadrature);
  return spec;
}

TEST(Sdc, IsRadausMethodAfterManySweeps) {
  for (const char* name : {"van_der_pol", "burgers", "heat", "allen_cahn"}) {
    const auto problem = make_problem(name);
    const StateNorm norm(problem->bounds());
    for (const std::int64_t nodes : {2, 3}) {
      const State radau = propagate(*problem, {"radau" + std::to_string(nodes), 20}, problem->initial_state(), 0.02);
      for (const char* method : {"sdc_implicit", "sdc_imex"}) {
        const State found = propagate(*problem, sdc(method, 20, nodes, 40), problem->initial_state(), 0.02);
        EXPECT_LT(norm.distance(found, radau), 1e-10) << method << ", " << name << ", " << nodes;
      }
    }
  }
}

TEST(Sdc, IsTheSameCollocationHoweverTheEquationIsSplit) {
  const auto problem = make_problem("burgers", {{"points", std::int64_t{32}}});
  const StateNorm norm(problem->bounds());
  for (const char* quadrature : {"gauss", "lobatto"}) {
    const auto end = [&](const char* method) {
      return propagate(*problem, sdc(method, 16, 4, 40, quadrature), problem->initial_state(), 0.1);
    };
    EXPECT_LT(norm.distance(end("sdc_imex"), end("sdc_explicit")), 1e-12);
    EXPECT_LT(norm.distance(end("sdc_implicit"), end("sdc_explicit")), 1e-12);
  }
}

/// What a step multiplies a mode u' = z u by, read off the equation that is one.
Complex growth(const SolverSpec& spec, Complex z) {
  const auto line = make_problem("dahlquist", {{"real", z.real()}, {"imag", z.imag()}});
  const State in = State::Unit(line->dimension(), 0);  // a real number where z is one
  const State out = propagate(*line, spec, in, 1.0);
  return {out[0], out.size() > 1 ? out[1] : 0.0};
}

TEST(ImplicitSdc, DampsWhateverDecaysRatherThanTurnsHoweverStiff) {
  const SolverSpec spec("sdc_implicit", 1);
  for (double size = 1e-3; size < 1e7; size *= 1.3) {
    for (int turn = 0; turn <= 20; ++turn) {
      const Complex z = std::polar(size, std::numbers::pi * (1.0 - 0.44 * turn / 20.0));
      EXPECT_LE(std::abs(growth(spec, z)), 1.0) << z.real() << " " << z.imag();
    }
  }
  EXPECT_LT(std::abs(growth(spec, -1e7)), 1e-3);
}

TEST(SdcWithTheStiffPartImplicit, TakesStepsThatExplicitSweepsCannot) {
  const auto problem = make_problem("heat", {{"points", std::int64_t{255}}});
  const State imex = propagate(*problem, sdc("sdc_imex", 4, 3, 5), problem->initial_state(), 0.5);
  const State fine = propagate(*problem, {"radau3", 64}, problem->initial_state(), 0.5);
  EXPECT_LT((imex - fine).lpNorm<Eigen::Infinity>(), 1e-5);
  EXPECT_GT(propagate(*problem, sdc("sdc_explicit", 4, 3, 5), problem->initial_state(), 0.5).norm(), 1e6);
}

TEST(Sdc, RefusesNodesThatItsFamilyHasNotAndPartsThatTheEquationHasNot) {
  const auto lorenz = make_problem("lorenz");
  const auto refused = [&](const SolverSpec& spec) {
    try {
      lorenz->make_propagator(spec);
    } catch (const ParameterError& error) {
      return error.name() + "; " + error.what();
    }
    return std::string("taken");
  };
  EXPECT_THAT(refused(sdc("sdc_explicit", 1, 1, 1, "lobatto")),
              testing::HasSubstr("nodes; nodes = 1: must be from 2 to 16, with nodes at both ends"));
  EXPECT_THAT(refused(sdc("sdc_imex", 1, 3, 1)), testing::HasSubstr("needs a stiff part"));
}

}  // namespace
}  // namespace forerun
