#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <unsupported/Eigen/MatrixFunctions>

#include "core/base/errors.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/exponential/exponential_action.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/expressions/make_equations.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using Matrix = Eigen::MatrixXd;

AffineSystem system_of(const OdeProblem& problem) {
  AffineSystem system;
  const State zero = State::Zero(problem.dimension());
  problem.jacobian()->evaluate(0.0, zero, system.matrix);
  if (!problem.is_linear()) system.constant = derivative(problem, zero);
  return system;
}

Matrix dense(const SparseMatrix& matrix) {
  Matrix result = Matrix::Zero(matrix.dimension(), matrix.dimension());
  for (Index column = 0; column < matrix.dimension(); ++column) {
    for (int entry = matrix.pattern->begin(column); entry < matrix.pattern->end(column); ++entry) {
      result(matrix.pattern->row(entry), column) = matrix.value(entry);
    }
  }
  return result;
}

/// By the exponential of the matrix that has the constant beside it.
State exactly(const AffineSystem& system, double length, const State& state) {
  const Index d = state.size();
  Matrix generator = Matrix::Zero(d + 1, d + 1);
  generator.topLeftCorner(d, d) = length * dense(system.matrix);
  if (system.has_constant()) generator.topRightCorner(d, 1) = length * system.constant;
  State extended(d + 1);
  extended << state, 1.0;
  return (generator.exp() * extended).head(d);
}

struct Case {
  std::string name;
  std::unique_ptr<OdeProblem> problem;
  double length;
  std::vector<ExponentialForm> forms;
};

std::vector<Case> cases() {
  using enum ExponentialForm;
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  std::vector<Case> all;
  all.push_back({"heat",
                 make_problem("heat", {{"points", number(60)}, {"profile", std::string("hat")}}),
                 0.3,
                 {dense, rational, polynomial, chebyshev}});
  all.push_back({"heat, not stiff",
                 make_problem("heat", {{"points", number(60)}, {"profile", std::string("hat")}}),
                 1e-3,
                 {dense, rational, polynomial, chebyshev}});
  all.push_back({"heat in the plane",
                 make_problem("heat_2d", {{"points", number(9)}}),
                 0.2,
                 {dense, rational, polynomial, chebyshev}});
  all.push_back({"transport", make_problem("transport", {{"points", number(50)}}), 0.7, {dense, polynomial, rational}});
  all.push_back({"wave", make_problem("wave", {{"points", number(30)}}), 0.9, {dense, polynomial, rational}});
  all.push_back(
      {"growth", make_problem("dahlquist", {{"real", 2.0}, {"imag", 5.0}}), 1.5, {dense, rational, polynomial}});
  all.push_back({"rod with warm ends",
                 testing::make_equations(testing::joined(
                     testing::axis("x", 0.0, 1.0, 50, "dirichlet", std::string("[0.5, 1]")),
                     {{"u.initial", std::string("x")}, {"u.rhs", std::string("0.1*dxx(u) + sin(pi*x)")}})),
                 0.4,
                 {dense, rational, polynomial}});
  return all;
}

/// Root mean square of scaled components, which the tolerance is for.
double error_of(const OdeProblem& problem, const State& a, const State& b) {
  return (a - b).cwiseProduct(error_weights(problem.bounds())).norm() / std::sqrt(static_cast<double>(a.size()));
}

TEST(ExponentialAction, IsThatOfTheDenseExponentialToItsTolerance) {
  for (const Case& tested : cases()) {
    const AffineSystem system = system_of(*tested.problem);
    State initial = tested.problem->initial_state();
    // Rough as well, so that no component is missing.
    for (Index i = 0; i < initial.size(); ++i) initial[i] += 0.3 * std::sin(1.0 + 1.7 * static_cast<double>(i * i));
    const State expected = exactly(system, tested.length, initial);
    const State weights = error_weights(tested.problem->bounds());
    for (const ExponentialForm form : tested.forms) {
      for (const double tolerance : {1e-4, 1e-8, 1e-11}) {
        const auto action = make_exponential_action(system, weights, tolerance, form);
        EXPECT_EQ(action->form(), form);
        State state = initial;
        EXPECT_GT(action->apply(tested.length, state), 0.0);
        EXPECT_LT(error_of(*tested.problem, state, expected), 2.0 * tolerance)
            << tested.name << ", form " << static_cast<int>(form);
      }
    }
  }
}

/// exp((s + t) A) = exp(s A) exp(t A), for lengths that are nowhere near each other.
TEST(ExponentialAction, OfTwoTimesIsThatOfTheirSum) {
  for (const Case& tested : cases()) {
    const auto action =
        make_exponential_action(system_of(*tested.problem), error_weights(tested.problem->bounds()), 1e-11);
    State once = tested.problem->initial_state(), twice = once;
    action->apply(tested.length, once);
    action->apply(0.01 * tested.length, twice);
    action->apply(0.99 * tested.length, twice);
    EXPECT_LT(error_of(*tested.problem, once, twice), 1e-10) << tested.name;
  }
}

TEST(ExponentialAction, TakesTheFormThatSuitsTheMatrix) {
  const auto form = [](const OdeProblem& problem) {
    return make_exponential_action(system_of(problem), error_weights(problem.bounds()), 1e-8)->form();
  };
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  EXPECT_EQ(form(*make_problem("heat")), ExponentialForm::dense);
  EXPECT_EQ(form(*make_problem("heat", {{"points", number(1000)}})), ExponentialForm::rational);
  EXPECT_EQ(form(*make_problem("heat_2d", {{"points", number(60)}})), ExponentialForm::chebyshev);
  const std::vector<NamedValue> stirred =
      testing::joined(testing::joined(testing::axis("x", 0.0, 1.0, 20, "dirichlet", 0.0),
                                      testing::axis("y", 0.0, 1.0, 20, "dirichlet", 0.0)),
                      {{"u.initial", std::string("x*y")}, {"u.rhs", std::string("0.1*lap(u) + (y - 0.5)*dx(u)")}});
  EXPECT_EQ(form(*testing::make_equations(stirred)), ExponentialForm::rational);
  EXPECT_EQ(form(*make_problem("transport", {{"points", number(300)}})), ExponentialForm::polynomial);
  EXPECT_EQ(form(*make_problem("wave", {{"points", number(300)}})), ExponentialForm::polynomial);
}

TEST(Exponential, LetsModesOfHeatDecayExactlyAtTheirRatesHoweverManyPoints) {
  for (const std::int64_t points : {50, 400, 5000}) {
    const auto heat = make_problem("heat", {{"points", points}, {"mode", std::int64_t{3}}});
    const double n = static_cast<double>(points) + 1.0;
    const double rate = 0.1 * 4.0 * n * n * std::pow(std::sin(3.0 * std::numbers::pi / (2.0 * n)), 2);
    const State u = propagate(*heat, {"exponential", 1e-9}, heat->initial_state(), 0.5);
    EXPECT_LT((u - std::exp(-0.5 * rate) * heat->initial_state()).lpNorm<Eigen::Infinity>(), 3e-9) << points;
  }
  const auto plate = make_problem("heat_2d", {{"points", std::int64_t{120}}});
  const double n = 121.0, rate = 0.1 * 8.0 * n * n * std::pow(std::sin(std::numbers::pi / (2.0 * n)), 2);
  const State u = propagate(*plate, {"exponential", 1e-9}, plate->initial_state(), 0.05);
  EXPECT_LT((u - std::exp(-0.05 * rate) * plate->initial_state()).lpNorm<Eigen::Infinity>(), 3e-9);
}

TEST(Exponential, KeepsTheEnergyOfAWave) {
  const auto wave = make_problem("wave", {{"points", std::int64_t{300}}});
  const auto energy = [](const State& state) {
    const Index p = state.size() / 2;
    const double n = static_cast<double>(p) + 1.0;
    double sum = state.tail(p).squaredNorm();
    for (Index i = 0; i <= p; ++i) {
      const double step = (i < p ? state[i] : 0.0) - (i > 0 ? state[i - 1] : 0.0);
      sum += n * n * step * step;
    }
    return sum;
  };
  const State end = propagate(*wave, {"exponential", 1e-10}, wave->initial_state(), 0.8);
  EXPECT_GT((end - wave->initial_state()).norm(), 1.0);
  EXPECT_NEAR(energy(end) / energy(wave->initial_state()), 1.0, 1e-8);
}

/// What many slices share is made while they ask for it.
TEST(Exponential, ObeysTheLawsOfPropagatorsInEveryForm) {
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  std::vector<std::unique_ptr<OdeProblem>> problems;
  problems.push_back(make_problem("heat"));
  problems.push_back(make_problem("heat", {{"points", number(500)}}));
  problems.push_back(make_problem("transport", {{"points", number(300)}}));
  problems.push_back(make_problem("heat_2d", {{"points", number(60)}}));
  for (const auto& problem : problems) {
    const TimeGrid grid(0.1, 0.13, 6);
    States states(problem->dimension(), 6);
    for (Index n = 0; n < 6; ++n) states.col(n) = problem->initial_state() * (1.0 + 0.01 * static_cast<double>(n));
    conformance::expect_propagator_laws(*problem->make_propagator({"exponential", 1e-8}), grid, states);
  }
}

TEST(Exponential, WorksAsMuchForStiffHeatAsForHeat) {
  const auto work = [](std::int64_t points) {
    const auto heat = make_problem("heat", {{"points", points}, {"profile", std::string("hat")}});
    return heat->make_propagator({"exponential", 1e-8})->work({0, 0.0, 0.1}, heat->initial_state());
  };
  EXPECT_LT(work(8000), 1.5 * work(500));
}

TEST(Exponential, StandsStillWhereNothingMoves) {
  for (const std::int64_t points : {50, 500}) {
    const auto heat = make_problem("heat", {{"points", points}});
    const State zero = State::Zero(points);
    EXPECT_EQ(propagate(*heat, {"exponential", 1e-6}, zero, 1.0), zero);
  }
}

TEST(Exponential, RefusesWhatIsNotLinear) {
  try {
    make_problem("burgers")->make_propagator({"exponential", 1e-6});
    FAIL() << "taken";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), "method");
    EXPECT_THAT(error.what(), ::testing::HasSubstr("needs a linear equation, which burgers is not"));
  }
}

TEST(Exponential, SaysWhereSolutionsGrowBeyondAllNumbers) {
  const auto growth = make_problem("dahlquist", {{"real", 1e4}});
  State out(1);
  try {
    growth->make_propagator({"exponential", 1e-6})->propagate({2, 1.0, 2.0}, growth->initial_state(), out);
    FAIL() << "went unnoticed";
  } catch (const PropagationError& error) {
    EXPECT_EQ(error.time(), 1.0);
  }
}

}  // namespace
}  // namespace forerun
