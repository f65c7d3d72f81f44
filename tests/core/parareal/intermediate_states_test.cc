#include "core/parareal/intermediate_states.h"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "core/base/errors.h"
#include "core/execution/held_boundaries.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"
#include "tests/core/thread_communicator.h"

namespace forerun {
namespace {

/// u' = −u and v' = 2 v, exactly: what is found at a time must not depend on how it was reached.
const FunctionPropagator kExact(2, [](const Slice& slice, const StateView& in) {
  return State(testing::vector({std::exp(-slice.length()) * in[0], std::exp(2.0 * slice.length()) * in[1]}));
});

class IntermediateStatesLaws : public ::testing::Test {
 protected:
  IntermediateStates at(const std::vector<double>& times, const std::vector<Index>& components = {},
                        int num_threads = 2) const {
    const auto executor = make_tbb_executor(num_threads);
    const PartSolver solver = [](double) -> const Propagator& { return kExact; };
    return intermediate_states(times, components, grid_, boundaries_, solver, *executor);
  }

  const TimeGrid grid_{1.0, 3.0, 8};
  const States boundaries_ = solve_serial(grid_, testing::vector({1.0, 1.0}), kExact).boundaries;
};

TEST_F(IntermediateStatesLaws, StatesAreThoseOfTheSolutionAtTheirTimes) {
  const std::vector<double> times = {1.0, 1.01, 1.1, 1.2, 1.26, 2.5, 2.9, 2.99, 3.0};
  const IntermediateStates found = at(times);
  ASSERT_EQ(found.states.cols(), 9);
  for (std::size_t j = 0; j < times.size(); ++j) {
    EXPECT_NEAR(found.states(0, static_cast<Index>(j)), std::exp(1.0 - times[j]), 1e-14);
    EXPECT_NEAR(found.states(1, static_cast<Index>(j)) / std::exp(2.0 * (times[j] - 1.0)), 1.0, 1e-14);
  }
}

TEST_F(IntermediateStatesLaws, BoundariesAreGivenToTheBitAndCostNothing) {
  std::vector<double> times;
  for (Index n = 0; n <= 8; ++n) times.push_back(grid_.boundary(n));
  const IntermediateStates found = at(times);
  EXPECT_EQ(found.states, boundaries_);
  EXPECT_EQ(found.fine_passes, 0.0);
  for (double& time : times) time = std::min(3.0, std::nextafter(time, 4.0));
  EXPECT_EQ(at(times).states, boundaries_) << "times beside boundaries by a rounding error";
}

TEST_F(IntermediateStatesLaws, WhatIsCrossedEndsWithTheLastTimeOfASlice) {
  EXPECT_NEAR(at({1.1, 1.2, 2.55}).fine_passes, (0.2 + 0.05) / 2.0, 1e-14);
}

TEST_F(IntermediateStatesLaws, ThoseOfProcessesAreTogetherThoseOfOneAndEachCrossesWhatLiesInItsSlices) {
  const std::vector<double> times = {1.0, 1.01, 1.1, 1.25, 1.26, 2.0, 2.1, 2.2, 2.5, 2.9, 2.99, 3.0};
  const IntermediateStates all = at(times);
  for (const int size : {2, 3, 4}) {
    for (const Index num_windows : {Index{1}, Index{2}}) {
      testing::ThreadProcesses processes(size);
      std::mutex mutex;
      States together = States::Zero(2, all.states.cols());
      Index num_parts = 0, num_columns_of_all = 0;
      processes.run([&](TimeCommunicator& communicator) {
        const std::vector<ColumnBlock> held = held_boundaries(&communicator, 8, num_windows);
        States mine(2, num_columns(held));
        for (const auto& [first, count, column] : held)
          mine.middleCols(column, count) = boundaries_.middleCols(first, count);
        Index parts = 0;
        const PartSolver solver = [&](double) -> const Propagator& { return ++parts, kExact; };
        const IntermediateStates found =
            intermediate_states(times, {}, grid_, mine, solver, *make_serial_executor(), held);
        EXPECT_EQ(found.fine_passes, all.fine_passes);
        const std::lock_guard lock(mutex);
        num_parts += parts;
        num_columns_of_all += found.states.cols();
        for (const auto& [first, count, column] : found.columns)
          together.middleCols(first, count) = found.states.middleCols(column, count);
      });
      EXPECT_EQ(together, all.states) << size << " processes";
      EXPECT_EQ(num_columns_of_all, all.states.cols());
      EXPECT_EQ(num_parts, 7);
    }
  }
}

TEST_F(IntermediateStatesLaws, PartsAreAskedForByTheirShareOfASlice) {
  std::vector<double> shares;
  const PartSolver solver = [&](double share) -> const Propagator& {
    shares.push_back(share);
    return kExact;
  };
  intermediate_states(std::vector{1.05, 1.2, 2.0, 2.125}, {}, grid_, boundaries_, solver, *make_serial_executor());
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_NEAR(shares[0], 0.2, 1e-14);
  EXPECT_NEAR(shares[1], 0.6, 1e-14);
  EXPECT_NEAR(shares[2], 0.5, 1e-14);
}

TEST_F(IntermediateStatesLaws, OnlyTheComponentsAskedForAreKeptInTheirOrder) {
  const std::vector<double> times = {1.0, 1.3, 2.9};
  const States all = at(times).states;
  const States kept = at(times, {1, 0, 1}).states;
  ASSERT_EQ(kept.rows(), 3);
  EXPECT_EQ(kept.row(0), all.row(1));
  EXPECT_EQ(kept.row(1), all.row(0));
  EXPECT_EQ(kept.row(2), all.row(1));
}

TEST_F(IntermediateStatesLaws, ThreadsChangeNoBit) {
  std::vector<double> times;
  for (int j = 0; j <= 100; ++j) times.push_back(1.0 + 0.02 * j);
  times.back() = 3.0;
  EXPECT_EQ(at(times, {}, 1).states, at(times, {}, 4).states);
}

TEST_F(IntermediateStatesLaws, TimesOffTheGridOrOutOfOrderAreRefused) {
  EXPECT_THROW(at({0.9}), std::invalid_argument);
  EXPECT_THROW(at({3.1}), std::invalid_argument);
  EXPECT_THROW(at({1.5, 1.5}), std::invalid_argument);
  EXPECT_THROW(at({2.0, 1.5}), std::invalid_argument);
  EXPECT_THROW(at({std::nan("")}), std::invalid_argument);
  EXPECT_EQ(at({}).states.cols(), 0);
}

TEST_F(IntermediateStatesLaws, APartThatCannotBeCrossedIsToldByItsSlice) {
  const FunctionPropagator failing(2, [](const Slice& slice, const StateView& in) -> State {
    if (slice.index >= 2) throw PropagationError(slice.begin, "no further");
    return in;
  });
  const PartSolver solver = [&](double) -> const Propagator& { return failing; };
  const auto executor = make_tbb_executor(2);
  try {
    intermediate_states(std::vector{1.1, 1.6, 2.1}, {}, grid_, boundaries_, solver, *executor);
    FAIL();
  } catch (const SliceError& error) {
    EXPECT_EQ(error.failure.slice, 2);
  }
}

}  // namespace
}  // namespace forerun
