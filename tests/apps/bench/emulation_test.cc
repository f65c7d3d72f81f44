// Solvers that are waited for, and the workers that wait.
#include "apps/forerun/bench/emulation.h"

#include <gtest/gtest.h>

#include "core/base/stopwatch.h"
#include "tests/conformance/executor_laws.h"

namespace forerun {
namespace {

const std::unique_ptr<SliceExecutor> kReal = make_tbb_executor(2);

struct Emulated {
  std::atomic<int> num_real = 0;
  std::shared_ptr<const FunctionPropagator> solver = std::make_shared<FunctionPropagator>(
      1, FunctionPropagator::Function([this](const Slice&, const StateView& in, StateOut out) {
        ++num_real;
        out = 2.0 * in;
      }));
  std::shared_ptr<RecordedSolves> solves = std::make_shared<RecordedSolves>();
  const RecordingPropagator recording{solver, solves};

  EmulatedPropagator emulated(double seconds) const { return {solver, solves, seconds}; }
};

State propagated(const Propagator& propagator, Index slice, double start) {
  State out(1);
  propagator.propagate({slice, 0.0, 1.0}, State::Constant(1, start), out);
  return out;
}

TEST(Emulation, GivesWhatWasRecordedAfterItsTimeAndComputesNothing) {
  Emulated e;
  for (Index n = 0; n < 3; ++n) propagated(e.recording, n, 1.0 + static_cast<double>(n));
  ASSERT_EQ(e.num_real, 3);
  const EmulatedPropagator emulated = e.emulated(0.01);
  for (Index n = 0; n < 3; ++n) {
    const Stopwatch watch;
    EXPECT_EQ(propagated(emulated, n, 1.0 + static_cast<double>(n))[0], 2.0 + 2.0 * static_cast<double>(n));
    EXPECT_GE(watch.seconds(), 0.01);
  }
  EXPECT_EQ(e.num_real, 3);
  EXPECT_EQ(emulated.num_unknown(), 0);
}

TEST(Emulation, WhatIsUnknownOrTooShortToWaitForIsComputed) {
  Emulated e;
  propagated(e.recording, 0, 1.0);
  const EmulatedPropagator emulated = e.emulated(0.01);
  EXPECT_EQ(propagated(emulated, 0, 7.0)[0], 14.0) << "from another state";
  EXPECT_EQ(propagated(emulated, 1, 1.0)[0], 2.0) << "on another slice";
  EXPECT_EQ(emulated.num_unknown(), 2);
  const EmulatedPropagator cheap = e.emulated(1e-6);
  EXPECT_EQ(propagated(cheap, 0, 1.0)[0], 2.0);
  EXPECT_EQ(cheap.num_unknown(), 0);
  EXPECT_EQ(e.num_real, 4);
}

TEST(Emulation, WorkersWaitAtTheSameTime) {
  Emulated e;
  for (Index n = 0; n < 32; ++n) propagated(e.recording, n, 1.0);
  const EmulatedPropagator emulated = e.emulated(0.02);
  const auto executor = make_emulated_executor(32, *kReal);
  const Stopwatch watch;
  const auto stream = executor->open_stream(32, [&](Index n) { propagated(emulated, n, 1.0); });
  for (Index n = 0; n < 32; ++n) stream->add(n);
  stream->wait();
  EXPECT_GE(watch.seconds(), 0.02);
  const Stopwatch again;
  executor->for_each(32, [&](Index n) { propagated(emulated, n, 1.0); });
  EXPECT_GE(again.seconds(), 0.02) << "made up for at the end";
  EXPECT_EQ(e.num_real, 32);
}

}  // namespace

namespace conformance {

INSTANTIATE_TEST_SUITE_P(
    Emulated, ExecutorLaw,
    ::testing::Values(ExecutorCase{"ThreeWorkers", [] { return make_emulated_executor(3, *kReal); }},
                      ExecutorCase{"ManyWorkers", [] { return make_emulated_executor(40, *kReal); }}),
    executor_case_name);

}  // namespace conformance
}  // namespace forerun
