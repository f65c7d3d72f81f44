// A run that was cut off goes on where it was, and ends with the bits it would have ended with.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/parareal/parareal.h"
#include "tests/core/temporary_directory.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::CountingPropagator;
using testing::WildTrainer;
using testing::without_seconds;

constexpr Index kSlices = 10;
constexpr Digest128 kIdentity{1, 2};

/// Requests a stop while it crosses a slice: the `limit`-th of all it is asked for.
class StoppingPropagator final : public Propagator {
 public:
  StoppingPropagator(const Propagator& inner, Index limit) : inner_(inner), limit_(limit) {}
  Index dimension() const override { return inner_.dimension(); }
  double work_per_slice() const override { return inner_.work_per_slice(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    if (++calls_ == limit_) stop_.request_stop();
    inner_.propagate(slice, in, out);
  }
  Index calls() const { return calls_; }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  const Propagator& inner_;
  const Index limit_;
  mutable std::atomic<Index> calls_ = 0;
  mutable std::stop_source stop_;
};

enum class Model { none, wild };

struct Part {
  RunRecord record;
  Index fine_calls = 0;
  Index coarse_calls = 0;
};

class ResumedRun : public ::testing::TestWithParam<std::tuple<Model, int>> {
 protected:
  /// One part of a run, stopped at a call of the fine or the coarse solver; 0: never.
  Part run(Index fine_limit, Index coarse_limit, SolveLog* log) const {
    const auto [model, num_threads] = GetParam();
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    const StoppingPropagator fine(fine_, fine_limit);
    const StoppingPropagator coarse(coarse_, coarse_limit);
    PararealOptions options;
    options.tolerance = 1e-9;
    options.stop = fine_limit > 0 ? fine.token() : coarse.token();
    WildTrainer trainer(1e-3);
    PararealProblem problem{grid_, initial_, coarse, fine, model == Model::wild ? &trainer : nullptr};
    problem.log = log;
    Part part{solve_parareal(problem, options, *executor)};
    part.fine_calls = fine.calls();
    part.coarse_calls = coarse.calls();
    return part;
  }

  /// Files are synced to disk: as few as each test can do with.
  Part logged(const TemporaryDirectory& directory, Index fine_limit, Index coarse_limit,
              double period_seconds = 1e9) const {
    SolveLogOptions options_of_log = SolveLogOptions::everything();
    options_of_log.period_seconds = period_seconds;
    SolveLog log(directory / "log", kIdentity, options_of_log);
    return run(fine_limit, coarse_limit, &log);
  }

  const TimeGrid grid_{0.5, 5.5, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(60);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(4);
};

TEST_P(ResumedRun, EndsAsTheUninterruptedOneWhereverItWasStoppedAndRepeatsNoSolve) {
  const Part whole = run(0, 0, nullptr);
  ASSERT_TRUE(whole.record.converged());
  for (Index limit = 1; limit <= whole.fine_calls; limit += 3) {
    const TemporaryDirectory directory;
    const Part first = logged(directory, limit, 0);
    const Part second = logged(directory, 0, 0);
    EXPECT_EQ(without_seconds(second.record), without_seconds(whole.record)) << "stopped in fine solve " << limit;
    EXPECT_EQ(first.fine_calls + second.fine_calls, whole.fine_calls) << "stopped in fine solve " << limit;
    EXPECT_EQ(first.coarse_calls + second.coarse_calls, whole.coarse_calls) << "stopped in fine solve " << limit;
  }
}

TEST_P(ResumedRun, EndsAsTheUninterruptedOneStoppedWithinAnySweepOfTheCoarseSolver) {
  const Part whole = run(0, 0, nullptr);
  for (Index limit = 1; limit <= whole.coarse_calls; limit += 3) {
    const TemporaryDirectory directory;
    const Part first = logged(directory, 0, limit);
    const Part second = logged(directory, 0, 0);
    EXPECT_EQ(without_seconds(second.record), without_seconds(whole.record)) << "stopped in coarse solve " << limit;
    EXPECT_EQ(first.fine_calls + second.fine_calls, whole.fine_calls) << "stopped in coarse solve " << limit;
  }
}

TEST_P(ResumedRun, MayBeStoppedAgainAndAgain) {
  const Part whole = run(0, 0, nullptr);
  const TemporaryDirectory directory;
  Index fine_calls = 0;
  int parts = 0;
  Part part;
  do {
    part = logged(directory, 7, 0);
    fine_calls += part.fine_calls;
    ASSERT_LT(++parts, 100);
  } while (part.record.termination == Termination::interrupted);
  EXPECT_GT(parts, 3);
  EXPECT_EQ(without_seconds(part.record), without_seconds(whole.record));
  EXPECT_EQ(fine_calls, whole.fine_calls);
}

TEST_P(ResumedRun, GoesOnFromTheLastFileAfterItWasKilled) {
  const Part whole = run(0, 0, nullptr);
  const TemporaryDirectory directory;
  logged(directory, 0, 0, 0.0);
  // What a kill leaves: the files that were complete by then, the first k of them.
  const auto count = static_cast<int>(std::distance(std::filesystem::directory_iterator(directory / "log"), {}));
  ASSERT_GE(count, 3);
  for (int k = count; k > 0; --k) {
    std::filesystem::remove(directory / "log" / ("solves-00000" + std::to_string(k)));
    const TemporaryDirectory copy;
    std::filesystem::copy(directory / "log", copy / "log");
    EXPECT_EQ(without_seconds(logged(copy, 0, 0).record), without_seconds(whole.record)) << k - 1 << " files";
  }
}

TEST_P(ResumedRun, WithALogThatIsFullStillEndsAsTheUninterruptedOne) {
  const Part whole = run(0, 0, nullptr);
  const TemporaryDirectory directory;
  logged(directory, 0, 0);
  const Part again = logged(directory, 0, 0);
  EXPECT_EQ(without_seconds(again.record), without_seconds(whole.record));
  EXPECT_EQ(again.fine_calls, 0);
  EXPECT_EQ(again.coarse_calls, 0);
}

INSTANTIATE_TEST_SUITE_P(ModelsAndThreads, ResumedRun,
                         ::testing::Combine(::testing::Values(Model::none, Model::wild), ::testing::Values(1, 2, 4)));

/// A ladder of three, so that levels are measured and slices climb between two parts of the run.
TEST(ResumedRunOnALadder, EndsAsTheUninterruptedOneWhereverItWasStopped) {
  const TimeGrid grid(0.0, 8.0, 16);
  const State initial = testing::vector({1.0, -0.5});
  const testing::WorkedPropagator low(testing::nonlinear_pair(8), 8.0);
  const testing::WorkedPropagator middle(testing::nonlinear_pair(40), 40.0);
  const testing::WorkedPropagator top(testing::nonlinear_pair(200), 200.0);
  const FunctionPropagator coarse = testing::nonlinear_pair(4);
  const auto run = [&](StoppingRule rule, Index limit, SolveLog* log) {
    const auto executor = make_tbb_executor(2);
    const StoppingPropagator stopping_low(low, limit);
    const StoppingPropagator stopping_middle(middle, limit);
    const StoppingPropagator stopping_top(top, limit);
    PararealOptions options;
    options.stopping = rule;
    options.stop = limit % 3 == 0   ? stopping_low.token()
                   : limit % 3 == 1 ? stopping_middle.token()
                                    : stopping_top.token();
    WildTrainer trainer(1e-6);
    PararealProblem problem{grid, initial, coarse, FidelityLadder({&stopping_low, &stopping_middle, &stopping_top}),
                            &trainer};
    problem.log = log;
    return Part{solve_parareal(problem, options, *executor),
                stopping_low.calls() + stopping_middle.calls() + stopping_top.calls()};
  };
  for (const StoppingRule rule : {StoppingRule::published, StoppingRule::estimate}) {
    const Part whole = run(rule, 0, nullptr);
    ASSERT_TRUE(whole.record.converged());
    ASSERT_GT(whole.record.iterations.back().level(), 1);
    for (Index limit = 1; limit <= 30; limit += 2) {
      const TemporaryDirectory directory;
      const auto logged = [&](Index at) {
        SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
        return run(rule, at, &log);
      };
      const Part first = logged(limit);
      const Part second = logged(0);
      EXPECT_EQ(without_seconds(second.record), without_seconds(whole.record)) << "stopped at call " << limit;
      EXPECT_LE(first.fine_calls + second.fine_calls, whole.fine_calls + 8) << "measured levels may be crossed again";
    }
  }
}

TEST(ResumedRunSeconds, AreThoseOfTheFirstTimeAndTheTimeLimitCountsAllParts) {
  const TemporaryDirectory directory;
  const TimeGrid grid(0.0, 5.0, kSlices);
  const State initial = testing::vector({1.0, -0.5});
  const FunctionPropagator fine = testing::nonlinear_pair(2000);
  const FunctionPropagator coarse = testing::nonlinear_pair(4);
  const auto executor = make_serial_executor();
  const auto run = [&](Index iterations, double max_seconds) {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    PararealOptions options;
    options.tolerance = 0.0;
    options.max_iterations = iterations;
    options.max_seconds = max_seconds;
    PararealProblem problem{grid, initial, coarse, fine};
    problem.log = &log;
    return solve_parareal(problem, options, *executor);
  };
  const RunRecord first = run(3, 1e9);
  const RunRecord second = run(5, 1e9);
  ASSERT_EQ(second.num_iterations(), 5);
  EXPECT_EQ(second.initial_seconds.total, first.initial_seconds.total);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(second.iterations[k].seconds.total, first.iterations[k].seconds.total);
    EXPECT_EQ(second.iterations[k].slice_fine_seconds(), first.iterations[k].slice_fine_seconds());
  }
  EXPECT_GE(second.seconds.total, first.seconds.total);
  // With all five known, a limit is reached where it would have been then.
  const double third = first.initial_seconds.total + first.iterations[0].seconds.total +
                       first.iterations[1].seconds.total + first.iterations[2].seconds.total;
  const RunRecord limited = run(0, third);
  EXPECT_EQ(limited.termination, Termination::time_limit);
  EXPECT_EQ(limited.num_iterations(), 3);
}

}  // namespace
}  // namespace forerun
