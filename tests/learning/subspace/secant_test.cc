#include <gtest/gtest.h>

#include "learning/subspace/secant_corrector.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

constexpr Index kDimension = 3;

Slice slice_at(Index n) { return {n, 0.5 * static_cast<double>(n), 0.5 * static_cast<double>(n + 1)}; }

/// An affine discrepancy of its own for each slice.
State discrepancy(Index slice, const State& u) {
  const auto seed = static_cast<std::uint64_t>(slice);
  return random_matrix(kDimension, kDimension, 100 + seed) * u + random_matrix(kDimension, 1, 200 + seed);
}

class Secant : public testing::Test {
 protected:
  void append(Index slice, const State& state, Index iteration) {
    harvest_.append(state, discrepancy(slice, state), std::vector<Slice>{slice_at(slice)}, {iteration});
  }

  State value(const Correction& correction, const Slice& slice, const State& state) const {
    State out(kDimension);
    correction.evaluate(slice, state, State(), out);
    return out;
  }

  const std::unique_ptr<SliceExecutor> executor_ = make_serial_executor();
  const std::unique_ptr<Corrector> corrector_ = make_secant_corrector({}, unit_bounds(kDimension));
  Harvest harvest_{kDimension};
};

TEST_F(Secant, OneStateOfASliceGivesAConstantWhichIsClassic) {
  append(0, random_matrix(kDimension, 1, 1), 1);
  const auto correction = corrector_->fit(harvest_, *executor_);
  EXPECT_EQ(value(*correction, slice_at(0), random_matrix(kDimension, 1, 2)),
            value(*correction, slice_at(0), random_matrix(kDimension, 1, 3)));
}

TEST_F(Secant, AffineDiscrepanciesAreExactOnceEachSliceHasOneStateMoreThanComponents) {
  std::unique_ptr<const LearnedCorrection> correction;
  for (Index k = 1; k <= kDimension + 1; ++k) {
    for (Index n = 0; n < 4; ++n) append(n, random_matrix(kDimension, 1, static_cast<std::uint64_t>(10 * k + n)), k);
    correction = corrector_->fit(harvest_, *executor_);
  }
  for (Index n = 0; n < 4; ++n) {
    const State state = random_matrix(kDimension, 1, 7);
    EXPECT_LT((value(*correction, slice_at(n), state) - discrepancy(n, state)).norm(), 1e-11) << "slice " << n;
  }
}

TEST_F(Secant, TheNewestDifferencesCountFirst) {
  // A parabola: the secant through the newest two states, not the one to the oldest.
  const auto corrector = make_secant_corrector({}, unit_bounds(1));
  Harvest harvest(1);
  for (const double u : {0.9, 0.2, 0.1})
    harvest.append(State{{u}}, State{{u * u}}, std::vector<Slice>{slice_at(0)}, {harvest.size() + 1});
  const auto correction = corrector->fit(harvest, *executor_);
  State out(1);
  correction->evaluate(slice_at(0), State{{0.0}}, State(), out);
  EXPECT_NEAR(out[0], 0.01 - 0.1 * 0.3, 1e-14);
}

TEST_F(Secant, ARepeatedStateAndOneThatDiffersByRoundingAddNothing) {
  const State state = random_matrix(kDimension, 1, 1), other = random_matrix(kDimension, 1, 2);
  append(0, other, 1);
  append(0, state, 2);
  const auto expected = corrector_->fit(harvest_, *executor_);
  const State query = random_matrix(kDimension, 1, 3), before = value(*expected, slice_at(0), query);
  append(0, (1.0 + 1e-15) * state, 3);
  append(0, state, 4);
  const auto correction = corrector_->fit(harvest_, *executor_);
  EXPECT_LT((value(*correction, slice_at(0), query) - before).norm(), 1e-12);
}

TEST_F(Secant, WhatWasLearnedServesItsSliceAlone) {
  append(2, random_matrix(kDimension, 1, 1), 1);
  const auto correction = corrector_->fit(harvest_, *executor_);
  const State state = random_matrix(kDimension, 1, 2), zero = State::Zero(kDimension);
  EXPECT_NE(value(*correction, slice_at(2), state), zero);
  EXPECT_EQ(value(*correction, slice_at(3), state), zero);
  EXPECT_EQ(value(*correction, {2, 7.0, 7.5}, state), zero) << "the same index at another time";
}

TEST_F(Secant, AHarvestThatDoesNotKnowItsIntervalsIsNotUsed) {
  const State state = random_matrix(kDimension, 1, 1);
  harvest_.append(state, state, std::vector<Index>{0}, {1});
  const auto correction = corrector_->fit(harvest_, *executor_);
  EXPECT_EQ(value(*correction, slice_at(0), state), State(State::Zero(kDimension)));
}

TEST_F(Secant, RefusesARankBelowOne) {
  EXPECT_THROW(make_secant_corrector({.rank = 0, .printed = {}}, unit_bounds(1)), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
