#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/subspace/krylov_corrector.h"
#include "learning/training/harvesting_trainer.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

constexpr Index kDimension = 12;

const std::unique_ptr<SliceExecutor>& serial() {
  static const std::unique_ptr<SliceExecutor> executor = make_serial_executor();
  return executor;
}

/// δ(u) = A u + b.
State affine(const State& u) {
  return random_matrix(kDimension, kDimension, 5) * u + State(random_matrix(kDimension, 1, 6));
}

/// `count` samples of δ on an affine space of `rank` dimensions.
Harvest affine_harvest(Index rank, Index count) {
  const States states = (random_matrix(kDimension, rank, 1) * random_matrix(rank, count, 2)).colwise() +
                        State(random_matrix(kDimension, 1, 3));
  States discrepancies(kDimension, count);
  for (Index j = 0; j < count; ++j) discrepancies.col(j) = affine(states.col(j));
  Harvest harvest(kDimension);
  harvest.append(states, discrepancies, std::vector<Index>(static_cast<std::size_t>(count), 0),
                 std::vector<Index>(static_cast<std::size_t>(count), 1));
  return harvest;
}

State predict(const Harvest& harvest, const State& state, const KrylovOptions& options = {}) {
  const auto corrector = make_krylov_corrector(options, unit_bounds(kDimension));
  State out(kDimension);
  corrector->fit(harvest, *serial())->evaluate({}, state, State(), out);
  return out;
}

TEST(Krylov, AnAffineDiscrepancyIsExactOnTheHullOfTheHarvest) {
  const Harvest harvest = affine_harvest(4, 9);
  const State inside = harvest.states() * State::LinSpaced(9, -1.0, 1.0 + 2.0 / 9.0);  // weights that sum to 1
  EXPECT_LT((predict(harvest, inside) - affine(inside)).norm(), 1e-12);
}

TEST(Krylov, WhatIsOrthogonalToTheHarvestDoesNotCount) {
  const Harvest harvest = affine_harvest(4, 9);
  const States states = harvest.states();
  const State inside = states.col(3);
  const States directions = (states.rightCols(8).colwise() - State(states.col(0)));
  const States kernel = directions.transpose().fullPivLu().kernel();
  EXPECT_LT((predict(harvest, inside + kernel.col(0)) - affine(inside)).norm(), 1e-12);
}

TEST(Krylov, NoiseBelowTheToleranceAddsNoDirection) {
  Harvest harvest = affine_harvest(3, 6);
  // The last state leaves the hull by less than the tolerance, with a discrepancy that would explode.
  State off = harvest.states().col(2);
  off[0] += 1e-10;
  harvest.append(off, State::Constant(kDimension, 1e3), {0}, {2});
  KrylovOptions options;
  options.tolerance = 1e-8;
  const State inside = harvest.states().col(1);
  EXPECT_LT((predict(harvest, inside, options) - affine(inside)).norm(), 1e-11);
}

TEST(Krylov, TheRankIsLimitedToTheLargestDirections) {
  Harvest harvest(2);
  States states(2, 3);
  states << 0.0, 1.0, 0.0, 0.0, 0.0, 0.1;
  harvest.append(states, states, {0, 1, 2}, {1, 1, 1});
  KrylovOptions options;
  options.rank = 1;
  const auto corrector = make_krylov_corrector(options, unit_bounds(2));
  State out(2);
  corrector->fit(harvest, *serial())->evaluate({}, State{{0.5, 0.5}}, State(), out);
  EXPECT_LT((out - State{{0.5, 0.0}}).norm(), 1e-15);
}

TEST(Krylov, ASingleSampleIsAConstant) {
  const Harvest harvest = affine_harvest(2, 1);
  EXPECT_EQ(predict(harvest, random_matrix(kDimension, 1, 9)), State(harvest.discrepancies().col(0)));
}

TEST(Krylov, RefusesOptionsThatMeanNothing) {
  EXPECT_THROW(make_krylov_corrector({.tolerance = 0.0, .printed = {}}, unit_bounds(2)), std::invalid_argument);
  EXPECT_THROW(make_krylov_corrector({.rank = 0, .printed = {}}, unit_bounds(2)), std::invalid_argument);
}

/// `steps` steps of backward Euler for u' = A u, as a matrix.
States backward_euler(const States& matrix, double length, Index steps) {
  const States identity = States::Identity(matrix.rows(), matrix.cols());
  const States step = (identity - length / static_cast<double>(steps) * matrix).inverse();
  States result = identity;
  for (Index i = 0; i < steps; ++i) result = step * result;
  return result;
}

/// Errors against serial fine by iteration, T = 4, N = 16, F 20 steps and G 1.
std::vector<double> errors_by_iteration(const States& matrix, const State& initial, const StateBounds& bounds) {
  const TimeGrid grid(0.0, 4.0, 16);
  const auto solver = [&](Index steps) {
    return FunctionPropagator(matrix.rows(),
                              [map = backward_euler(matrix, grid.slice_length(), steps)](
                                  const Slice& /*slice*/, const StateView& in, StateOut out) { out = map * in; });
  };
  const FunctionPropagator fine = solver(20), coarse = solver(1);
  const SerialSolution reference = solve_serial(grid, initial, fine);
  HarvestingTrainer trainer([&] { return make_krylov_corrector({}, bounds); },
                            {.problem = "linear", .dimension = matrix.rows()});
  PararealOptions options;
  options.tolerance = 0.0;
  options.max_iterations = 3;
  options.norm = StateNorm(bounds);
  options.bounds = bounds;
  const RunRecord record =
      solve_parareal({grid, initial, coarse, fine, &trainer, &reference.boundaries}, options, *serial());
  std::vector<double> errors;
  for (const IterationRecord& iteration : record.iterations) errors.push_back(*iteration.error);
  return errors;
}

TEST(Krylov, TransportOfOneSineIsExactAfterOneIteration) {
  constexpr Index points = 20;
  States matrix = States::Zero(points, points);
  for (Index i = 0; i < points; ++i) {
    matrix(i, (i + points - 1) % points) = 0.5 * points;
    matrix(i, (i + 1) % points) = -0.5 * points;
  }
  const State x = State::LinSpaced(points, 0.0, 0.95);
  const State initial = (2.0 * std::numbers::pi * x.array()).sin();
  const std::vector<double> errors = errors_by_iteration(matrix, initial, unit_bounds(points));
  EXPECT_LT(errors.at(0), 1e-12);
}

TEST(Krylov, TheWaveIsFoundByTheThirdIteration) {
  constexpr Index points = 20;
  States matrix = States::Zero(2 * points, 2 * points);
  matrix.topRightCorner(points, points).setIdentity();
  for (Index i = 0; i < points; ++i) {
    matrix(points + i, i) = -2.0 * 21.0 * 21.0;
    if (i > 0) matrix(points + i, i - 1) = 21.0 * 21.0;
    if (i + 1 < points) matrix(points + i, i + 1) = 21.0 * 21.0;
  }
  const State x = State::LinSpaced(points, 1.0, points) / 21.0;
  State initial = State::Zero(2 * points);
  initial.head(points) = 4.0 * x.array() * (1.0 - x.array());
  StateBounds bounds = unit_bounds(2 * points);
  bounds.lower.tail(points).setConstant(-4.0);
  bounds.upper.tail(points).setConstant(4.0);
  const std::vector<double> errors = errors_by_iteration(matrix, initial, bounds);
  EXPECT_GT(errors.at(0), 1e-7);
  EXPECT_LT(errors.at(2), 1e-7);
}

}  // namespace
}  // namespace forerun
