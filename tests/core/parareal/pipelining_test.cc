// Fine solves of the next iteration begin while the sweep of this one still runs.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

constexpr Index kSlices = 32;

/// The non-linear pair, slowly: so that each slice is a task of its own.
FunctionPropagator slow_fine(std::atomic<Index>& calls) {
  return FunctionPropagator(2, [&calls](const Slice& slice, const StateView& in, StateOut out) {
    ++calls;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    testing::nonlinear_pair(40).propagate(slice, in, out);
  });
}

TEST(Pipelining, FineWorkBeginsBeforeTheSweepHasEnded) {
  const TimeGrid grid(0.0, 6.0, kSlices);
  const State initial = testing::vector({1.0, -0.5});
  std::atomic<Index> fine_calls = 0;
  const FunctionPropagator fine = slow_fine(fine_calls);
  std::atomic<Index> sweeps = 0;
  std::atomic<bool> begun = false;
  const FunctionPropagator coarse(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    testing::nonlinear_pair(1).propagate(slice, in, out);
    if (slice.index != kSlices - 1 || ++sweeps != 2) return;
    // The last slice of the first corrected sweep; the first iteration has called F for every slice.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (fine_calls <= kSlices && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    begun = fine_calls > kSlices;
  });
  PararealOptions options;
  options.tolerance = 0.0;
  options.max_iterations = 2;
  solve_parareal({grid, initial, coarse, fine}, options, *make_tbb_executor(2));
  EXPECT_TRUE(begun);
}

TEST(Pipelining, NoFineSolveIsMadeThatTheIterationWouldNotMakeAnyway) {
  const TimeGrid grid(0.0, 6.0, kSlices);
  const State initial = testing::vector({1.0, -0.5});
  for (const StoppingRule rule : {StoppingRule::published, StoppingRule::estimate}) {
    for (const double tolerance : {0.0, 1e-9, 1e-6, 1e-3}) {
      PararealOptions options;
      options.tolerance = tolerance;
      options.stopping = rule;
      std::atomic<Index> serial_calls = 0;
      const RunRecord serial = solve_parareal({grid, initial, testing::nonlinear_pair(4), slow_fine(serial_calls)},
                                              options, *make_serial_executor());
      std::atomic<Index> calls = 0;
      const RunRecord record =
          solve_parareal({grid, initial, testing::nonlinear_pair(4), slow_fine(calls)}, options, *make_tbb_executor(3));
      EXPECT_EQ(calls, serial_calls);
      EXPECT_EQ(record.boundaries, serial.boundaries);
      EXPECT_EQ(record.num_iterations(), serial.num_iterations());
    }
  }
}

TEST(Pipelining, ARunThatEndsWithWorkUnderWayLeavesNoneBehind) {
  const TimeGrid grid(0.0, 6.0, kSlices);
  const State initial = testing::vector({1.0, -0.5});
  std::atomic<Index> calls = 0;
  const FunctionPropagator fine = slow_fine(calls);
  // Told to stop in the second sweep's last slice but one, when fine solves of the third are under way.
  std::stop_source stop;
  std::atomic<Index> sweeps = 0;
  const FunctionPropagator coarse(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (slice.index == kSlices - 2 && ++sweeps == 3) stop.request_stop();
    testing::nonlinear_pair(1).propagate(slice, in, out);
  });
  PararealOptions options;
  options.tolerance = 0.0;
  options.stop = stop.get_token();
  const RunRecord record = solve_parareal({grid, initial, coarse, fine}, options, *make_tbb_executor(2));
  EXPECT_EQ(record.termination, Termination::interrupted);
  EXPECT_EQ(record.num_iterations(), 1);
  const Index before = calls;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_EQ(calls, before);
}

TEST(Pipelining, AFailureIsThatOfTheLowestSliceHoweverEarlyOthersRan) {
  const TimeGrid grid(0.0, 6.0, kSlices);
  const State initial = testing::vector({1.0, -0.5});
  const auto coarse = testing::nonlinear_pair(2);
  const States first_iterate = solve_serial(grid, initial, coarse).boundaries;
  // Fails in some slices where the start is not that of the first iteration: for good where the start is exact.
  const FunctionPropagator fine(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    testing::nonlinear_pair(40).propagate(slice, in, out);
    if (slice.index % 5 == 2 && in != first_iterate.col(slice.index)) throw PropagationError(slice.begin, "no way");
  });
  for (const int num_threads : {1, 2, 4}) {
    PararealOptions options;
    options.tolerance = 0.0;
    const RunRecord record = solve_parareal({grid, initial, coarse, fine}, options, *make_tbb_executor(num_threads));
    ASSERT_TRUE(record.failure);
    EXPECT_EQ(record.failure->slice, 2);
    EXPECT_EQ(record.failure->iteration, 3);
    EXPECT_EQ(record.num_iterations(), 2) << "the iteration before is complete";
  }
}

}  // namespace
}  // namespace forerun
