#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/mgrit/mgrit.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::CountingPropagator;
using testing::without_seconds;

/// C-points of every iteration, and what the record says of it.
class Watching final : public IterationObserver {
 public:
  explicit Watching(Index stride) : stride_(stride) {}
  void on_start(Index, const States& states) override { keep(states); }
  void on_iteration(const IterationRecord& record, const States& states) override {
    keep(states);
    jumps.push_back(record.jump);
    increments.push_back(record.increment);
  }
  void on_fine_progress(Index, Index done, Index total) override { complete += done == total ? 1 : 0; }
  std::vector<States> points;
  std::vector<double> jumps;
  std::vector<double> increments;
  std::atomic<Index> complete = 0;

 private:
  void keep(const States& states) {
    States kept(states.rows(), (states.cols() - 1) / stride_ + 1);
    for (Index j = 0; j < kept.cols(); ++j) kept.col(j) = states.col(j * stride_);
    points.push_back(kept);
  }
  Index stride_;
};

/// What is said to be exact is.
class FrontsAgainstSerial final : public IterationObserver {
 public:
  explicit FrontsAgainstSerial(const States& serial) : serial_(serial) {}
  void on_iteration(const IterationRecord& record, const States& states) override {
    EXPECT_EQ(states.leftCols(record.exact_front + 1), serial_.leftCols(record.exact_front + 1));
    found.push_back(record.exact_front);
  }
  std::vector<Index> found;

 private:
  const States& serial_;
};

/// As `nonlinear_pair`, crossing several slices side by side where it is asked to.
class PairInBlocks final : public Propagator {
 public:
  explicit PairInBlocks(int steps) : inner_(testing::nonlinear_pair(steps)) {}
  Index dimension() const override { return 2; }
  Index block_size() const override { return 3; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    inner_.propagate(slice, in, out);
  }

 private:
  FunctionPropagator inner_;
};

class MgritLaws : public ::testing::Test {
 protected:
  static constexpr Index kSlices = 48;

  static MgritOptions options(Index coarsening, Index max_levels, Relaxation relaxation) {
    MgritOptions options;
    options.coarsening = coarsening;
    options.max_levels = max_levels;
    options.relaxation = relaxation;
    options.min_coarse_slices = 1;
    options.tolerance = 0.0;
    return options;
  }

  RunRecord solve(const MgritOptions& options, int num_threads = 1, IterationObserver* observer = nullptr) const {
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    return solve_mgrit({grid_, initial_, fine_, {&coarse_}, &serial_}, options, *executor, observer);
  }

  const TimeGrid grid_{0.5, 6.5, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(60);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(4);
  const States serial_ = solve_serial(grid_, initial_, fine_).boundaries;
};

TEST_F(MgritLaws, TwoGridsAndFRelaxationAreClassicPararealBitForBit) {
  for (const Index m : {Index{2}, Index{4}, Index{12}}) {
    const TimeGrid coarse_grid(0.5, 6.5, kSlices / m);
    const FunctionPropagator fine(2, [&](const Slice& slice, const StateView& in, StateOut out) {
      State state = in;
      State next(2);
      for (Index i = 0; i < m; ++i, state = next) {
        fine_.propagate(grid_.slice(slice.index * m + i), state, next);
      }
      out = state;
    });
    const auto executor = make_serial_executor();
    Watching parareal(1);
    Watching mgrit(m);
    PararealOptions classic;
    classic.tolerance = 0.0;
    classic.norm = StateNorm(StateBounds{testing::vector({-1.0, -1.0}), testing::vector({1.0, 1.0})});
    solve_parareal({coarse_grid, initial_, coarse_, fine}, classic, *executor, &parareal);
    MgritOptions two_grids = options(m, 2, Relaxation::f);
    two_grids.norm = classic.norm;
    solve_mgrit({grid_, initial_, fine_, {&coarse_}}, two_grids, *executor, &mgrit);
    ASSERT_EQ(mgrit.points.size(), parareal.points.size());
    for (std::size_t k = 0; k < mgrit.points.size(); ++k) EXPECT_EQ(mgrit.points[k], parareal.points[k]) << k;
    EXPECT_EQ(mgrit.jumps, parareal.jumps);
    EXPECT_EQ(mgrit.increments, parareal.increments);
  }
}

TEST_F(MgritLaws, EachIterationMakesOneIntervalExactTwoWithFcfOnAnyGridsAndCycles) {
  for (const Index m : {Index{2}, Index{5}, Index{7}, Index{16}}) {
    for (const Index levels : {Index{2}, Index{3}, Index{6}}) {
      for (const Relaxation relaxation : {Relaxation::f, Relaxation::fcf}) {
        for (const MultigridCycle cycle : {MultigridCycle::v, MultigridCycle::f}) {
          MgritOptions exact = options(m, levels, relaxation);
          exact.cycle = cycle;
          exact.full_multigrid = cycle == MultigridCycle::f;
          const Index length = relaxation == Relaxation::f ? m : 2 * m;
          FrontsAgainstSerial fronts(serial_);
          const RunRecord record = solve(exact, 1, &fronts);
          Index front = 0;
          for (const Index found : fronts.found) EXPECT_EQ(found, front = std::min(kSlices, front + length));
          EXPECT_TRUE(record.converged());
          EXPECT_EQ(record.num_iterations(), (kSlices + length - 1) / length);
          EXPECT_EQ(record.boundaries, serial_);
          EXPECT_EQ(record.iterations.back().error, 0.0);
        }
      }
    }
  }
}

TEST_F(MgritLaws, ConvergesToSerialFineWithAnyRelaxationAndCycle) {
  for (const Relaxation relaxation : {Relaxation::f, Relaxation::fcf}) {
    for (const MultigridCycle cycle : {MultigridCycle::v, MultigridCycle::f}) {
      for (const bool full_multigrid : {false, true}) {
        for (const Index levels : {Index{2}, Index{3}, Index{5}}) {
          MgritOptions some = options(2, levels, relaxation);
          some.cycle = cycle;
          some.full_multigrid = full_multigrid;
          some.tolerance = 1e-9;
          const RunRecord record = solve(some);
          ASSERT_TRUE(record.converged());
          EXPECT_LT(record.num_iterations(), 12);
          EXPECT_LT(record.iterations.back().jump, 1e-9);
          EXPECT_LT(*record.error(), 1e-7);
          EXPECT_LT(*record.error(), *record.initial_error);
        }
      }
    }
  }
}

TEST_F(MgritLaws, MoreRelaxationAndMoreVisitsOfCoarseGridsNeedNoMoreIterations) {
  const auto iterations = [&](Relaxation relaxation, MultigridCycle cycle) {
    MgritOptions some = options(2, 5, relaxation);
    some.cycle = cycle;
    some.tolerance = 1e-10;
    return solve(some).num_iterations();
  };
  EXPECT_LE(iterations(Relaxation::fcf, MultigridCycle::v), iterations(Relaxation::f, MultigridCycle::v));
  EXPECT_LE(iterations(Relaxation::f, MultigridCycle::f), iterations(Relaxation::f, MultigridCycle::v));
  EXPECT_LE(iterations(Relaxation::fcf, MultigridCycle::f), iterations(Relaxation::fcf, MultigridCycle::v));
}

TEST_F(MgritLaws, FullMultigridStartsNearer) {
  MgritOptions plain = options(2, 5, Relaxation::fcf);
  plain.max_iterations = 1;
  MgritOptions full = plain;
  full.full_multigrid = true;
  EXPECT_LT(*solve(full).initial_error, *solve(plain).initial_error);
}

TEST_F(MgritLaws, TheSerialSolutionIsAFixedPoint) {
  for (const Relaxation relaxation : {Relaxation::f, Relaxation::fcf}) {
    MgritOptions some = options(3, 4, relaxation);
    some.max_iterations = 3;
    const auto executor = make_serial_executor();
    MgritProblem problem{grid_, initial_, fine_, {&coarse_}, &serial_};
    problem.guess = &serial_;
    const RunRecord record = solve_mgrit(problem, some, *executor);
    for (const IterationRecord& iteration : record.iterations) {
      EXPECT_EQ(iteration.jump, 0.0);
      EXPECT_EQ(iteration.increment, 0.0);
    }
    EXPECT_EQ(record.boundaries, serial_);
  }
}

TEST_F(MgritLaws, ResultsAreBitIdenticalForAnyNumberOfThreads) {
  for (const Index levels : {Index{2}, Index{4}}) {
    MgritOptions some = options(3, levels, Relaxation::fcf);
    some.cycle = MultigridCycle::f;
    some.tolerance = 1e-8;
    const std::string reference = without_seconds(solve(some));
    for (const int num_threads : {1, 2, 3, 4, 8}) {
      for (int repeat = 0; repeat < 5; ++repeat) EXPECT_EQ(without_seconds(solve(some, num_threads)), reference);
    }
  }
}

TEST_F(MgritLaws, SlicesCrossedSideBySideAreThoseCrossedOneByOne) {
  const PairInBlocks fine(60);
  const PairInBlocks coarse(4);
  for (const Index m : {Index{2}, Index{5}}) {
    MgritOptions some = options(m, 4, Relaxation::fcf);
    const std::string reference = without_seconds(solve(some));
    for (const int num_threads : {1, 2, 4}) {
      const auto executor = make_tbb_executor(num_threads);
      EXPECT_EQ(without_seconds(solve_mgrit({grid_, initial_, fine, {&coarse}, &serial_}, some, *executor)), reference);
    }
  }
}

TEST_F(MgritLaws, FineSolvesAreThoseThatTheRecordCounts) {
  for (const Relaxation relaxation : {Relaxation::f, Relaxation::fcf}) {
    const CountingPropagator fine(fine_);
    const CountingPropagator coarse(coarse_);
    const auto executor = make_tbb_executor(2);
    Watching watching(1);
    MgritOptions two = options(4, 2, relaxation);
    two.max_iterations = 2;
    const RunRecord record = solve_mgrit({grid_, initial_, fine, {&coarse}}, two, *executor, &watching);
    const Index passes = relaxation == Relaxation::f ? 1 : 2;
    EXPECT_EQ(fine.calls(), passes * kSlices + passes * (kSlices - passes * 4));
    EXPECT_DOUBLE_EQ(record.effective_sweeps(), static_cast<double>(fine.calls()) / static_cast<double>(kSlices));
    EXPECT_EQ(coarse.calls(), 12 + 2 * 12 + 2 * (12 - passes)) << "the start, and two a slice and iteration";
    EXPECT_EQ(watching.complete, 2);
  }
}

TEST_F(MgritLaws, EachGridMayHaveASolverOfItsOwn) {
  const FunctionPropagator first = testing::nonlinear_pair(8);
  const FunctionPropagator second = testing::nonlinear_pair(16);
  const CountingPropagator on_second(second);
  const auto executor = make_serial_executor();
  MgritOptions some = options(4, 3, Relaxation::fcf);
  some.tolerance = 1e-9;
  const RunRecord record = solve_mgrit({grid_, initial_, fine_, {&first, &on_second}, &serial_}, some, *executor);
  EXPECT_TRUE(record.converged());
  EXPECT_LT(*record.error(), 1e-7);
  EXPECT_GT(on_second.calls(), 0);
}

TEST_F(MgritLaws, LimitsAreNotConvergence) {
  MgritOptions some = options(4, 3, Relaxation::fcf);
  some.max_iterations = 2;
  EXPECT_EQ(solve(some).termination, Termination::iteration_limit);
  some.max_iterations = 0;
  some.max_seconds = 1e-9;
  EXPECT_EQ(solve(some).termination, Termination::time_limit);
  some.max_seconds = 1.0;
  std::stop_source stop;
  some.stop = stop.get_token();
  stop.request_stop();
  EXPECT_EQ(solve(some).termination, Termination::interrupted);
}

}  // namespace
}  // namespace forerun
