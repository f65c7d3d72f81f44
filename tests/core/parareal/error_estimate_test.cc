#include "core/parareal/error_estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::WorkedPropagator;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Above what the estimate adds for rounding.
constexpr double kRounding = 1e-13;
/// Of states beside which changes of 1 are small.
constexpr double kSize = 10.0;

/// One corrected sweep; `increments` belong to U[n+1].
void sweep(ErrorEstimate& estimate, std::size_t first, const std::vector<double>& increments,
           const std::vector<double>& carried) {
  estimate.begin_sweep(static_cast<Index>(first), increments);
  for (std::size_t n = first; n < increments.size(); ++n) {
    estimate.advance(static_cast<Index>(n), n > first ? increments[n - 1] : 0.0, carried[n], increments[n]);
  }
  estimate.end_sweep(*std::max_element(increments.begin() + static_cast<Index>(first), increments.end()));
  estimate.project(static_cast<Index>(first));
}

/// `changes` of the fine values: left out, they are not known.
void observe(ErrorEstimate& estimate, Index first, const std::vector<double>& jumps, std::vector<double> changes = {}) {
  changes.resize(jumps.size(), kInfinity);
  estimate.observe_jumps(first, jumps, changes, std::vector<char>(jumps.size(), 0));
}

TEST(ErrorEstimate, SaysNothingBeforeAContractionWasSeen) {
  ErrorEstimate estimate(3, 2.0);
  observe(estimate, 0, {1.0, 1.0, 1.0});
  sweep(estimate, 0, {0.1, 0.1, 0.1}, {0.0, 0.1, 0.1});
  EXPECT_FALSE(estimate.knows_contraction());
  EXPECT_EQ(estimate.errors()[0], 0.0) << "the first slice is exact";
  EXPECT_EQ(estimate.errors()[1], kInfinity);
  EXPECT_EQ(estimate.consequences()[2], kInfinity);
}

TEST(ErrorEstimate, IsTheRecursionOfTheHeader) {
  ErrorEstimate estimate(4, 2.0);
  estimate.set_size(kSize);
  sweep(estimate, 0, {0.5, 1.0, 0.25, 9.0}, {0.0, 0.5, 0.5, 0.5});
  observe(estimate, 1, {7.0, 0.01, 0.1, 0.05});  // starts changed by 0.5, 1.0, 0.25
  ASSERT_TRUE(estimate.knows_contraction());
  sweep(estimate, 1, {0.0, 0.2, 0.1, 0.4}, {0.0, 0.0, 0.6, 0.3});
  const double contraction = 0.1 / 1.0;
  const double growth_3 = 0.3 / 0.1;
  const double error_2 = 2.0 * contraction * 0.2;
  const double growth_of_fine = growth_3 + contraction;
  const double error_3 = growth_of_fine * error_2 + 2.0 * contraction * 0.1;
  EXPECT_EQ(estimate.errors()[1], 0.0);
  EXPECT_NEAR(estimate.errors()[2], error_2, kRounding);
  EXPECT_NEAR(estimate.errors()[3], error_3, kRounding);
  EXPECT_EQ(estimate.consequences()[1], 0.0);
  EXPECT_NEAR(estimate.consequences()[2], error_2 * growth_of_fine, kRounding);
  EXPECT_NEAR(estimate.consequences()[3], error_3, kRounding);
}

TEST(ErrorEstimate, CarriesErrorsOnAsTheFineSolverCarriesChanges) {
  ErrorEstimate estimate(4, 2.0);
  estimate.set_size(kSize);
  sweep(estimate, 0, {0.5, 1.0, 0.25, 9.0}, {0.0, 0.5, 0.5, 0.5});
  observe(estimate, 1, {7.0, 0.01, 0.1, 0.05}, {0.0, 2.0, 3.0, 0.125});  // starts changed by 0.5, 1.0, 0.25
  sweep(estimate, 1, {0.0, 0.2, 0.1, 0.4}, {0.0, 0.0, 0.3, 0.09});
  const double contraction = 0.1 / 1.0;
  const double growth_of_fine = 0.125 / 0.25;
  EXPECT_NEAR(estimate.errors()[3], growth_of_fine * estimate.errors()[2] + 2.0 * contraction * 0.1, kRounding);
  observe(estimate, 1, {0.0, 0.01, 0.1, 0.05}, {0.0, 0.0, 0.0, 0.0});
  sweep(estimate, 1, {0.0, 0.2, 0.1, 0.4}, {0.0, 0.0, 0.0, 0.0});
  EXPECT_NEAR(estimate.consequences()[2], std::max(estimate.errors()[2], estimate.errors()[2] * 0.6 * 0.5), kRounding)
      << "remembered by six tenths";
}

TEST(ErrorEstimate, ACorrectionThatCarriesMoreThanTheFineSolverWouldLeavesAJump) {
  ErrorEstimate estimate(4, 2.0);
  estimate.set_size(kSize);
  sweep(estimate, 0, {0.5, 1.0, 0.25, 9.0}, {0.0, 0.5, 0.5, 0.5});
  observe(estimate, 1, {7.0, 0.01, 0.1, 0.05}, {0.0, 2.0, 3.0, 0.125});
  sweep(estimate, 1, {0.0, 0.2, 0.1, 0.4}, {0.0, 0.0, 0.3, 30.0});
  const double growth_of_fine = 0.125 / 0.25;
  EXPECT_NEAR(estimate.errors()[3], growth_of_fine * estimate.errors()[2] + 30.0 - 2.0 * growth_of_fine * 0.1,
              kRounding);
}

TEST(ErrorEstimate, NothingIsLearnedFromAnIterateThatWasNowhere) {
  ErrorEstimate estimate(3, 2.0);
  sweep(estimate, 0, {0.05, 0.05, 0.05}, {0.0, 0.05, 0.05});
  observe(estimate, 0, {0.0, 0.02, 0.02});  // a contraction of 0.4
  estimate.set_size(1.0);
  sweep(estimate, 0, {1e100, 1e100, 1e100}, {0.0, 1e100, 1e100});
  observe(estimate, 0, {0.0, 0.5, 0.5}, {0.0, 1e99, 1e99});
  sweep(estimate, 0, {0.0, 0.25, 0.25}, {0.0, 0.0, 0.0});
  EXPECT_NEAR(estimate.errors()[2], 2.0 * 0.5 * 0.25, kRounding) << "a contraction of 0.5, not of 5e-101";
}

/// The change of what the coarse solver has most wrong says nothing of what it has a little wrong.
TEST(ErrorEstimate, AFirstContractionFromFarOffDoesNotCount) {
  for (const double increment : {0.05, 0.5}) {
    ErrorEstimate estimate(3, 2.0);
    sweep(estimate, 0, {increment, increment, increment}, {0.0, increment, increment});
    observe(estimate, 0, {0.0, 1e-9, 1e-9}, {0.0, increment, increment});
    sweep(estimate, 0, {0.0, 1e-9, 1e-9}, {0.0, 0.0, 1e-9});
    EXPECT_EQ(estimate.knows_contraction(), increment < 0.1);
    EXPECT_EQ(estimate.largest_error() < 1.0, increment < 0.1);
    observe(estimate, 0, {0.0, 1e-12, 1e-12}, {0.0, 1e-9, 1e-9});
    sweep(estimate, 0, {0.0, 1e-12, 1e-12}, {0.0, 0.0, 1e-12});
    EXPECT_LT(estimate.largest_error(), 1e-9) << "of the next sweep it does";
  }
}

TEST(ErrorEstimate, EvenRoundingIsNoneWhileAnUnstableSolverMayMakeMuchOfIt) {
  ErrorEstimate estimate(2, 2.0);
  sweep(estimate, 0, {1e-16, 2.0}, {0.0, 2.0});
  EXPECT_EQ(estimate.errors()[1], kInfinity);
  ErrorEstimate at_rest(2, 2.0);
  sweep(at_rest, 0, {1e-16, 1e-16}, {0.0, 1e-16});
  EXPECT_LE(at_rest.consequences()[1], 5e-16) << "no more than four times what has moved";
}

/// Three slices that have seen contractions of 0.3 and then 0.1 climb to a level that is so far from the old one.
ErrorEstimate climbed(double difference) {
  ErrorEstimate estimate(3, 1.0);
  estimate.set_size(kSize);
  sweep(estimate, 0, {1.0, 1.0, 1.0}, {0.0, 1.0, 1.0});
  observe(estimate, 0, {0.0, 0.3, 0.3});
  sweep(estimate, 0, {0.1, 0.1, 0.1}, {0.0, 0.1, 0.1});
  observe(estimate, 0, {0.0, 0.01, 0.01});
  estimate.climb(0, 3);
  EXPECT_EQ(estimate.errors()[2], kInfinity);
  observe(estimate, 0, {difference, difference, difference});  // not a contraction
  sweep(estimate, 0, {0.1, 0.2, 0.2}, {0.0, 0.1, 0.2});
  return estimate;
}

TEST(ErrorEstimate, ANewLevelRemembersContractions) {
  EXPECT_NEAR(climbed(1e-2).errors()[1], (0.1 + 20.0 * 1e-2 / kSize) * 0.1, kRounding);
  EXPECT_NEAR(climbed(0.5).errors()[1], (0.1 + 20.0 * 0.5 / kSize) * 0.1, kRounding)
      << "more than any that was seen, where the levels are so far from each other";
}

/// Changes are doubled by every slice, and no jump is ever seen: what is left is rounding.
TEST(ErrorEstimate, AnUnstableProblemMakesMuchOfRounding) {
  constexpr std::size_t slices = 36;
  std::vector<double> increments(slices);
  for (std::size_t n = 0; n < slices; ++n) increments[n] = 1e-12 * std::ldexp(1.0, static_cast<int>(n));
  std::vector<double> carried(slices, 0.0);
  std::copy(increments.begin() + 1, increments.end(), carried.begin() + 1);
  ErrorEstimate estimate(slices, 20.0);
  for (int i = 0; i < 2; ++i) {
    observe(estimate, 0, std::vector<double>(slices, 0.0), carried);
    sweep(estimate, 0, increments, carried);
  }
  const double doubled = 2e-15 * std::ldexp(1.0, static_cast<int>(slices) - 2);
  EXPECT_GT(estimate.consequences().back(), doubled);
  EXPECT_LT(estimate.consequences().back(), 4.0 * doubled);

  for (int i = 0; i < 4; ++i) sweep(estimate, 0, std::vector<double>(slices, 1e-16), carried);
  EXPECT_LT(estimate.consequences().back(), 1e-15) << "it would have shown";
}

TEST(ErrorEstimate, NoErrorIsClaimedToBeSmallerThanWhatIncrementsHaveShown) {
  ErrorEstimate estimate(2, 1.0);
  const std::vector<double> carried = {0.0, 0.0};
  sweep(estimate, 0, {0.0, 1.0}, carried);
  EXPECT_EQ(estimate.smallest_credible(), 0.0) << "nothing has been reduced yet";
  sweep(estimate, 0, {0.0, 0.5}, carried);
  EXPECT_DOUBLE_EQ(estimate.smallest_credible(), 0.5 * 3.0 * 0.5);
  sweep(estimate, 0, {0.0, 0.05}, carried);
  EXPECT_DOUBLE_EQ(estimate.smallest_credible(), 0.05 * 3.0 * 0.5) << "the reduction before was worse";
  sweep(estimate, 0, {0.0, 0.005}, carried);
  EXPECT_DOUBLE_EQ(estimate.smallest_credible(), 0.005 * 3.0 * 0.1);
  sweep(estimate, 0, {0.0, 0.02}, carried);
  EXPECT_DOUBLE_EQ(estimate.smallest_credible(), 0.02 * 4.0) << "noise: never more than four times the increment";
  estimate.climb(0, 2);
  sweep(estimate, 0, {0.0, 0.01}, carried);
  EXPECT_DOUBLE_EQ(estimate.smallest_credible(), 0.04) << "on a new level the last reductions of the old one count";
  estimate.climb(0, 2);
  sweep(estimate, 0, {0.0, 5.0}, carried);
  EXPECT_DOUBLE_EQ(estimate.smallest_credible(), 20.0) << "and on the one after it";
}

TEST(ErrorEstimate, ExpectsWhatTheLastContractionsAndGrowthsWillLeave) {
  ErrorEstimate estimate(4, 20.0);
  EXPECT_DOUBLE_EQ(estimate.expected_error(0, {0.0, 1e-3, 2e-3, 1e-3}), 20.0 * 2e-3 * 2e-3) << "nothing seen yet";
  EXPECT_DOUBLE_EQ(estimate.expected_error(0, {0.0, 0.5, 0.1, 0.1}), 0.5) << "large discrepancies tell nothing";
  estimate.set_size(kSize);
  sweep(estimate, 0, {1.0, 1.0, 1.0, 1.0}, {0.0, 0.5, 2.0, 1.0});
  const std::vector<double> jumps = {0.0, 0.04, 0.03, 0.02};
  observe(estimate, 1, jumps);
  const double contraction = 0.04;
  const double increment_3 = 0.03 + 2.0 * 0.04;  // slice 2 starts changed by 0.04 and doubles it
  const double error_3 = contraction * 0.04;
  const double error_4 = 1.0 * error_3 + contraction * increment_3;
  EXPECT_DOUBLE_EQ(estimate.expected_error(1, jumps), error_4) << "no safety factor";
}

/// States that are 0 everywhere, say, have no size to divide by.
TEST(ErrorEstimate, WhatIsNotKnownIsNotSmall) {
  ErrorEstimate estimate(3, 2.0);
  sweep(estimate, 0, {0.05, 0.05, 0.05}, {0.0, 0.05, 0.05});
  observe(estimate, 0, {0.0, 0.01, 0.01});
  estimate.begin_sweep(0, {0.0, 0.0, 0.0});
  EXPECT_EQ(estimate.advance(0, 0.0, std::nan(""), 0.1), 0.0);
  EXPECT_EQ(estimate.advance(1, std::nan(""), std::nan(""), 0.1), kInfinity);
  EXPECT_EQ(estimate.advance(2, 0.0, 0.0, 0.0), kInfinity);
  estimate.end_sweep(0.1);
  EXPECT_EQ(estimate.largest_error(), kInfinity);
}

TEST(ErrorEstimate, MeasuredJumpsAndGrowthsVouchForTheIterateBefore) {
  ErrorEstimate estimate(3, 20.0);
  const std::vector<double> carried = {0.0, 1.0, 1.0};
  sweep(estimate, 0, {0.4, 0.4, 0.4}, carried);
  observe(estimate, 0, {0.0, 0.1, 0.2}, {0.0, 0.2, 0.8});
  sweep(estimate, 1, {0.0, 0.2, 0.1}, carried);
  EXPECT_EQ(estimate.verified_error(), kInfinity) << "reduced once";
  observe(estimate, 1, {0.0, 0.05, 0.02}, {0.0, 0.1, 0.3});  // starts changed by 0, 0.2
  sweep(estimate, 1, {0.0, 0.1, 0.05}, carried);
  const double growth = std::max(0.3 / 0.2, 0.6 * 0.8 / 0.4);
  EXPECT_DOUBLE_EQ(estimate.verified_error(), 1.4 * (growth * 0.05 + 0.02));
  estimate.climb(2, 1);
  observe(estimate, 1, {0.0, 0.05, 0.02}, {0.0, 0.1, 0.3});
  EXPECT_EQ(estimate.verified_error(), kInfinity) << "a jump to another solver's value is none";
}

/// From the second iteration on, wherever errors are above rounding.
void expect_bound(const RunRecord& record, const std::string& what) {
  for (const IterationRecord& iteration : record.iterations) {
    if (iteration.iteration < 2 || *iteration.error < 1e-12) continue;
    EXPECT_GE(iteration.estimated_error, *iteration.error) << what << ", iteration " << iteration.iteration;
  }
}

TEST(ErrorEstimate, BoundsTheTrueErrorOfLinearAndNonLinearProblems) {
  const TimeGrid grid(0.0, 5.0, 20);
  const auto executor = make_serial_executor();
  PararealOptions options;
  options.tolerance = 0.0;
  const auto check = [&](const State& initial, const Propagator& coarse, const Propagator& fine,
                         const std::string& what) {
    const States serial = solve_serial(grid, initial, fine).boundaries;
    expect_bound(solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor), what);
  };
  for (const double lambda : {0.3, -0.1, -1.0, -5.0, -30.0}) {
    check(testing::vector({1.0}), testing::backward_euler(lambda, 1), testing::backward_euler(lambda, 50),
          "lambda " + std::to_string(lambda));
  }
  for (const int steps : {1, 2, 4, 16}) {
    check(testing::vector({1.0, -0.5}), testing::nonlinear_pair(steps), testing::nonlinear_pair(400),
          std::to_string(steps) + " coarse steps");
  }
}

TEST(ErrorEstimate, SparesTheConfirmingSweepAndKeepsTheTolerance) {
  const TimeGrid grid(0.0, 6.0, 24);
  const State initial = testing::vector({1.0, -0.5});
  const auto fine = testing::nonlinear_pair(400);
  const auto coarse = testing::nonlinear_pair(16);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  const auto executor = make_serial_executor();
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    PararealOptions options;
    options.tolerance = tolerance;
    options.stopping = StoppingRule::published;
    const RunRecord published = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
    options.stopping = StoppingRule::estimate;
    const RunRecord estimated = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
    ASSERT_TRUE(published.converged() && estimated.converged());
    EXPECT_LE(estimated.num_iterations(), published.num_iterations());
    EXPECT_LT(*estimated.error(), tolerance);
  }
}

TEST(ErrorEstimate, KeepsTheToleranceWhereSmallIncrementsHideLargeErrors) {
  // u' = u: what is frozen early grows by e^9 until the end.
  const TimeGrid grid(0.0, 9.0, 24);
  const State initial = testing::vector({1.0});
  const auto fine = testing::backward_euler(1.0, 200);
  const auto coarse = testing::backward_euler(1.0, 8);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  const auto executor = make_serial_executor();
  PararealOptions options;
  options.tolerance = 1e-6;
  options.norm = StateNorm(StateBounds{testing::vector({-1.0}), testing::vector({1.0})});
  options.stopping = StoppingRule::published;
  const RunRecord published = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
  EXPECT_GT(*published.error(), options.tolerance);
  EXPECT_GE(published.iterations.back().estimated_error, *published.error()) << "the record says so";
  EXPECT_EQ(published.termination, Termination::unconfirmed);
  ASSERT_FALSE(published.warnings.empty());
  EXPECT_NE(published.warnings.front().find("estimated error"), std::string::npos);
  options.stopping = StoppingRule::estimate;
  const RunRecord estimated = solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *executor);
  ASSERT_TRUE(estimated.converged());
  EXPECT_LE(*estimated.error(), options.tolerance);
}

TEST(ErrorEstimate, FreezesNothingBeforeItHasSeenAContraction) {
  // u' = u to e^16, from a coarse solver so near to the fine one that the first increments of the front are small.
  const TimeGrid grid(0.0, 16.0, 32);
  const State initial = testing::vector({1.0});
  const WorkedPropagator fine{testing::backward_euler(1.0, 200), 200.0};
  const WorkedPropagator nearly_fine{testing::backward_euler(1.0, 150), 150.0};
  const States serial = solve_serial(grid, initial, fine).boundaries;
  PararealOptions options;
  options.stopping = StoppingRule::estimate;
  options.norm = StateNorm(StateBounds{testing::vector({-1e4}), testing::vector({1e4})});
  options.tolerance = 1e-6;  // of 10⁷ at the end
  for (const FidelityLadder& ladder : {FidelityLadder(fine), FidelityLadder({&nearly_fine, &fine})}) {
    const RunRecord record =
        solve_parareal({grid, initial, nearly_fine, ladder, nullptr, &serial}, options, *make_serial_executor());
    ASSERT_TRUE(record.converged());
    EXPECT_LE(*record.error(), options.tolerance);
  }
}

TEST(ErrorEstimate, WhereNothingChangesOneSweepIsEnough) {
  const TimeGrid grid(0.0, 6.0, 24);
  const auto fine = testing::nonlinear_pair(50);
  PararealOptions options;
  options.stopping = StoppingRule::estimate;
  const RunRecord record =
      solve_parareal({grid, testing::vector({1.0, -0.5}), fine, fine}, options, *make_serial_executor());
  ASSERT_TRUE(record.converged());
  EXPECT_EQ(record.num_iterations(), 1);
}

}  // namespace
}  // namespace forerun
