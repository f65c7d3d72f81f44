#include "solvers/integrators/tangent/solver_tangent.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>

#include "core/base/errors.h"
#include "core/base/uniform_noise.h"
#include "solvers/equations/linear_part.h"
#include "solvers/integrators/spectral/spectral_map.h"
#include "solvers/integrators/tangent/tangent_modes.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

std::shared_ptr<const OdeProblem> burgers() { return make_problem("burgers", {{"points", std::int64_t{40}}}); }

const Slice kSlice{0, 0.3, 0.4};
constexpr auto kDifference = TangentModesFinder::Of::difference;

States drawn(Index rows, Index columns, std::uint64_t seed) {
  UniformNoise noise(seed);
  States result(rows, columns);
  for (double& value : result.reshaped()) value = 2.0 * noise.next() - 1.0;
  return result;
}

/// Central differences of fourth order.
State derivative(const Propagator& solver, const Slice& slice, const State& state, const State& direction) {
  const auto at = [&](double shift) {
    State out(state.size());
    solver.propagate(slice, state + shift * direction, out);
    return out;
  };
  constexpr double step = 1e-3;
  return (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
}

struct TangentCase {
  std::string problem;
  SolverSpec solver;
  double error;  ///< relative to the product
};

class Tangent : public testing::TestWithParam<TangentCase> {};

TEST_P(Tangent, IsTheDerivativeOfTheSolver) {
  const auto& [name, spec, error] = GetParam();
  const std::shared_ptr<const OdeProblem> problem = make_problem(name, {});
  const auto solver = problem->make_propagator(spec);
  const auto tangent = make_solver_tangent(problem, spec, *solver);
  const State state = problem->initial_state();
  const States columns = drawn(state.size(), 3, 7);
  const States products = tangent->about(kSlice, state)->apply(columns);
  for (Index j = 0; j < columns.cols(); ++j) {
    const State expected = derivative(*solver, kSlice, state, columns.col(j));
    EXPECT_LE((products.col(j) - expected).norm(), error * expected.norm()) << "column " << j;
  }
}

TEST_P(Tangent, HasItsTransposedWhereItSaysSo) {
  const auto& [name, spec, error] = GetParam();
  const std::shared_ptr<const OdeProblem> problem = make_problem(name, {});
  const auto solver = problem->make_propagator(spec);
  const auto tangent = make_solver_tangent(problem, spec, *solver);
  const auto map = tangent->about(kSlice, problem->initial_state());
  const States u = drawn(problem->dimension(), 3, 8), v = drawn(problem->dimension(), 3, 9);
  const States there = v.transpose() * map->apply(u), back = map->apply_transposed(v).transpose() * u;
  const bool is_exact = map->transposed() == LinearMap::Transposed::exactly;
  EXPECT_LE((there - back).norm(), (is_exact ? 1e-12 : 0.5) * u.norm() * v.norm());
}

INSTANTIATE_TEST_SUITE_P(
    Solvers, Tangent,
    testing::Values(TangentCase{"burgers", {"rk1", 40}, 1e-9}, TangentCase{"burgers", {"rk4", 20}, 1e-9},
                    TangentCase{"burgers", {"rk8", 10}, 1e-9}, TangentCase{"lorenz", {"rk4", 20}, 1e-9},
                    TangentCase{"burgers", {"sdirk2", 4}, 1e-5}, TangentCase{"allen_cahn", {"radau5", 1e-9}, 1e-3},
                    TangentCase{"heat", {"crank_nicolson", 4}, 1e-9}, TangentCase{"heat", {"radau2", 4}, 1e-9}),
    [](const testing::TestParamInfo<TangentCase>& tested) {
      return tested.param.problem + "_" + tested.param.solver.method;
    });

TEST(SolverTangent, ThrowsWhereTheSliceIsNotCrossed) {
  const auto problem = burgers();
  const SolverSpec spec("rk1", 2);
  const auto solver = problem->make_propagator(spec);
  const State wild = State::LinSpaced(problem->dimension(), -1e200, 1e200);
  EXPECT_THROW(make_solver_tangent(problem, spec, *solver)->about({0, 0.0, 1.0}, wild), PropagationError);
}

TEST(SolverTangent, OfASolverWithoutAnEquationHasNoTransposed) {
  const auto problem = burgers();
  const auto solver = problem->make_propagator(SolverSpec("rk4", 20));
  const auto tangent = make_difference_tangent(nullptr, *solver, 1e-15);
  const auto map = tangent->about(kSlice, problem->initial_state());
  EXPECT_EQ(map->transposed(), LinearMap::Transposed::unknown);
  EXPECT_THROW(map->apply_transposed(States::Zero(problem->dimension(), 1)), std::logic_error);
}

/// Two solvers of Burgers' equation, linearised about its initial state.
struct TwoSolvers {
  std::shared_ptr<const OdeProblem> problem = burgers();
  SolverSpec fine{"rk4", 40}, coarse{"rk1", 8};
  std::unique_ptr<Propagator> fine_solver = problem->make_propagator(fine);
  std::unique_ptr<Propagator> coarse_solver = problem->make_propagator(coarse);
  State state = problem->initial_state();

  States matrix(const SolverSpec& spec) const {
    const auto tangent = make_explicit_tangent(problem, spec);
    return tangent->about(kSlice, state)->apply(States::Identity(40, 40));
  }
  TwoTangents finder() const {
    return {make_explicit_tangent(problem, fine), make_explicit_tangent(problem, coarse), *coarse_solver, 160.0};
  }
  TangentModes find(Index modes) const { return finder().find(kSlice, state, modes, kDifference); }
  /// Of what the fine tangent does, the largest value that is left outside of the directions.
  double left_out(const TangentModes& found) const {
    const States fine_matrix = matrix(fine);
    const States rest = fine_matrix - fine_matrix * found.right * found.right.transpose();
    return Eigen::JacobiSVD<States>(rest).singularValues()[0];
  }
  /// The difference itself on the directions.
  void expect_products(const TangentModes& found, double error) const {
    const States within = (matrix(fine) - matrix(coarse)) * found.right;
    EXPECT_LE((within - found.left).norm(), error * within.norm());
  }
};

TEST(TangentModes, LeaveOutLittleMoreThanTheNextSingularValueOfTheFineTangent) {
  const TwoSolvers two;
  const State values = Eigen::JacobiSVD<States>(two.matrix(two.fine)).singularValues();
  for (const Index modes : {1, 4, 12, 30}) {
    const TangentModes found = two.find(modes);
    ASSERT_EQ(found.right.cols(), modes);
    EXPECT_LE(two.left_out(found), 1.2 * values[modes]) << modes << " modes";
    two.expect_products(found, 1e-12);
  }
}

TEST(TangentModes, OfTheFineSolverAloneLeaveTheCoarseOneOut) {
  const TwoSolvers two;
  const TangentModes found = two.finder().find(kSlice, two.state, 4, TangentModesFinder::Of::fine);
  EXPECT_EQ(found.right, two.find(4).right);
  EXPECT_LE((two.matrix(two.fine) * found.right - found.left).norm(), 1e-12 * found.left.norm());
}

TEST(TangentModes, AreTheWholeDifferenceWhereTheyAreAsManyAsComponents) {
  const TwoSolvers two;
  const TangentModes found = two.find(40);
  EXPECT_EQ(found.left * found.right.transpose(), two.matrix(two.fine) - two.matrix(two.coarse));
}

/// With a transposed that is known roughly or not at all only directions are worse.
TEST(TangentModes, AreFoundWithoutATransposed) {
  const TwoSolvers two;
  const State values = Eigen::JacobiSVD<States>(two.matrix(two.fine)).singularValues();
  const std::shared_ptr<const OdeProblem> known[] = {two.problem, nullptr};
  for (const auto& problem : known) {
    const TwoTangents modes(make_difference_tangent(problem, *two.fine_solver, 1e-15),
                            make_difference_tangent(problem, *two.coarse_solver, 1e-15), *two.coarse_solver, 160.0);
    const TangentModes found = modes.find(kSlice, two.state, 12, kDifference);
    EXPECT_LE(two.left_out(found), 1.5 * values[12]);
    two.expect_products(found, 1e-5);
  }
}

/// In front of no coarse solver at all, G = b.
TEST(TangentModes, OfALinearEquationAreThoseOfTheSpectralCoarseSolver) {
  const std::shared_ptr<const OdeProblem> heat = make_problem("heat", {{"points", std::int64_t{60}}});
  const SolverSpec fine("radau2", 8);
  const Slice slice{0, 0.0, 0.1};
  const auto solver = heat->make_propagator(fine);
  const SpectralMap spectral = find_spectral_map(*solver, *make_linear_part(*heat)->make_propagator(fine),
                                                 *make_transposed_linear_part(*heat)->make_propagator(fine), slice, 6);
  SolverSpec nothing("spectral", std::int64_t{8});
  nothing.options.set("modes_of", std::string("radau2"));
  nothing.options.set("modes", std::int64_t{0});
  const auto coarse = heat->make_propagator(nothing);
  const TwoTangents modes(make_solver_tangent(heat, fine, *solver), make_solver_tangent(heat, nothing, *coarse),
                          *coarse, 16.0);
  const TangentModes found = modes.find(slice, State::Ones(60), 6, kDifference);
  const States expected = spectral.left * spectral.right.transpose();
  EXPECT_LE((found.left * found.right.transpose() - expected).norm(), 1e-6 * expected.norm());
}

}  // namespace
}  // namespace forerun
