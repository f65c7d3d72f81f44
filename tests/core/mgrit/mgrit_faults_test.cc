#include <gtest/gtest.h>

#include <filesystem>

#include "core/mgrit/mgrit.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/temporary_directory.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::without_seconds;

constexpr Index kSlices = 24;

FunctionPropagator faulty(const Propagator& inner, std::function<void(const Slice&, StateOut)> fault) {
  return FunctionPropagator(2, [&inner, fault](const Slice& slice, const StateView& in, StateOut out) {
    inner.propagate(slice, in, out);
    fault(slice, out);
  });
}

class MgritFaults : public ::testing::TestWithParam<int> {
 protected:
  RunRecord solve(const Propagator& coarse, const Propagator& fine, const MgritOptions& options) const {
    const auto executor = GetParam() == 1 ? make_serial_executor() : make_tbb_executor(GetParam());
    return solve_mgrit({grid_, initial_, fine, {&coarse}}, options, *executor);
  }

  static MgritOptions three_grids(Relaxation relaxation = Relaxation::f) {
    MgritOptions options;
    options.coarsening = 2;
    options.max_levels = 3;
    options.relaxation = relaxation;
    options.tolerance = 0.0;
    return options;
  }

  const TimeGrid grid_{0.5, 3.5, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(60);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(4);
  const States serial_ = solve_serial(grid_, initial_, fine_).boundaries;
};

TEST_P(MgritFaults, ASliceThatNobodyCanCrossIsNamedWithTheIterationThatMadeItsStartExact) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::function<void(StateOut)>> faults = {
      [](StateOut) { throw PropagationError(1.0, "gave up"); }, [](StateOut) { throw 42; },
      [](StateOut out) { out[1] = nan; }, [](StateOut) { throw std::runtime_error("singular matrix"); }};
  for (const Relaxation relaxation : {Relaxation::f, Relaxation::fcf}) {
    for (const auto& fault : faults) {
      const auto fine = faulty(fine_, [&](const Slice& slice, StateOut out) {
        if (slice.index >= 9) fault(out);
      });
      const RunRecord record = solve(coarse_, fine, three_grids(relaxation));
      ASSERT_EQ(record.termination, Termination::propagator_failed);
      EXPECT_EQ(record.failure->slice, 9);
      EXPECT_EQ(record.failure->iteration, relaxation == Relaxation::f ? 5 : 3);
      EXPECT_EQ(record.failure->solver, "fine");
      EXPECT_TRUE(record.boundaries.allFinite());
      EXPECT_EQ(record.boundaries.leftCols(10), serial_.leftCols(10));
    }
  }
}

TEST_P(MgritFaults, AFineSolveThatFailsFromAPredictedStartCostsIterationsAndNotTheRun) {
  for (const double reach : {0.0, 1e-10, 1e-3}) {
    const auto fine = FunctionPropagator(2, [&](const Slice& slice, const StateView& in, StateOut out) {
      if ((in - serial_.col(slice.index)).cwiseAbs().maxCoeff() > reach) throw std::runtime_error("not consistent");
      fine_.propagate(slice, in, out);
    });
    MgritOptions options = three_grids();
    options.tolerance = 1e-9;
    const RunRecord record = solve(coarse_, fine, options);
    ASSERT_TRUE(record.converged());
    EXPECT_LT((record.boundaries - serial_).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_GT(record.iterations.front().num_uncrossed, 0);
    ASSERT_TRUE(record.first_uncrossed);
    EXPECT_EQ(record.first_uncrossed->iteration, 1);
    EXPECT_FALSE(record.warnings.empty());
    if (reach == 0.0) {
      EXPECT_EQ(record.boundaries, serial_);
      EXPECT_EQ(record.num_iterations(), kSlices / 2);
    }
  }
}

TEST_P(MgritFaults, WhateverACoarseSolverSaysTheAnswerIsTheSame) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::function<void(const Slice&, StateOut)>> faults = {
      [](const Slice&, StateOut) { throw std::runtime_error("no"); },
      [](const Slice&, StateOut out) { out[0] = infinity; },
      [](const Slice& slice, StateOut out) { out[slice.index % 2] = 1e308; },
      [](const Slice& slice, StateOut out) { out[0] = slice.index % 4 == 0 ? -1e308 : 1e308; }};
  for (const auto& fault : faults) {
    const auto coarse = faulty(coarse_, fault);
    for (const MultigridCycle cycle : {MultigridCycle::v, MultigridCycle::f}) {
      MgritOptions options = three_grids();
      options.cycle = cycle;
      const RunRecord record = solve(coarse, fine_, options);
      ASSERT_TRUE(record.converged());
      EXPECT_EQ(record.boundaries, serial_);
      EXPECT_EQ(record.num_iterations(), kSlices / 2);
    }
  }
  const RunRecord record = solve(faulty(coarse_, faults.front()), fine_, three_grids());
  ASSERT_TRUE(record.first_coarse_failure);
  EXPECT_EQ(record.first_coarse_failure->solver, "coarse");
}

TEST_P(MgritFaults, ARunThatWasStoppedIsFiniteAndGoesOnAsItWouldHave) {
  MgritOptions options = three_grids(Relaxation::fcf);
  options.tolerance = 1e-9;
  const std::string whole = without_seconds(solve(coarse_, fine_, options));
  for (const int limit : {1, 5, 30, 70, 120}) {
    const TemporaryDirectory directory;
    std::stop_source stop;
    std::atomic<int> calls = 0;
    const auto stopping = faulty(fine_, [&](const Slice&, StateOut) {
      if (++calls == limit) stop.request_stop();
    });
    const auto executor = make_tbb_executor(GetParam());
    {
      SolveLog log(directory / "log", {1, 2}, SolveLogOptions::everything());
      MgritOptions stoppable = options;
      stoppable.stop = stop.get_token();
      MgritProblem problem{grid_, initial_, stopping, {&coarse_}};
      problem.log = &log;
      const RunRecord part = solve_mgrit(problem, stoppable, *executor);
      EXPECT_EQ(part.termination, Termination::interrupted);
      EXPECT_TRUE(part.boundaries.allFinite());
    }
    SolveLog log(directory / "log", {1, 2}, SolveLogOptions::everything());
    EXPECT_GE(log.num_known_solves(), limit > 1 ? 1 : 0);
    const testing::CountingPropagator counting(fine_);
    MgritProblem problem{grid_, initial_, counting, {&coarse_}};
    problem.log = &log;
    EXPECT_EQ(without_seconds(solve_mgrit(problem, options, *executor)), whole);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, MgritFaults, ::testing::Values(1, 2, 4));

TEST(MgritInput, BadInputIsRefusedBeforeAnyWork) {
  const FunctionPropagator never(2, [](const Slice&, const StateView&, StateOut) { FAIL() << "work was started"; });
  const FunctionPropagator other(3, [](const Slice&, const StateView&, StateOut) { FAIL() << "work was started"; });
  const TimeGrid grid(0.0, 1.0, 8);
  const State good = testing::vector({1.0, 2.0});
  const State nan = testing::vector({1.0, std::numeric_limits<double>::quiet_NaN()});
  const States wrong = States::Zero(2, 4);
  const auto executor = make_serial_executor();
  const MgritOptions defaults;
  EXPECT_THROW(solve_mgrit({grid, nan, never, {&never}}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_mgrit({grid, State(), never, {&never}}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_mgrit({grid, good, other, {&never}}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_mgrit({grid, good, never, {&other}}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_mgrit({grid, good, never, {}}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_mgrit({grid, good, never, {&never}, &wrong}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_mgrit({grid, good, never, {&never}, nullptr, &wrong}, defaults, *executor), std::invalid_argument);
}

TEST(MgritInput, EachOptionErrorNamesTheValueAndTheRule) {
  const auto message = [](auto change) -> std::string {
    MgritOptions options;
    change(options);
    try {
      options.validate(64);
    } catch (const ParameterError& error) {
      EXPECT_NE(std::string(error.what()).find(error.name()), std::string::npos);
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message([](auto& o) { o.coarsening = 1; }).find("coarsening = 1: must be an integer ≥ 2"),
            std::string::npos);
  EXPECT_NE(message([](auto& o) { o.coarsening = 40; }).find("2 slices or more, of 64"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.min_coarse_slices = 17; }).find("at most 16"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.max_levels = 1; }).find("≥ 2"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.min_coarse_slices = 0; }).find("≥ 1"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.tolerance = -1.0; }).find("≥ 0"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.max_iterations = -1; }).find("≥ 0"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.max_seconds = 0.0; }).find("> 0"), std::string::npos);
  EXPECT_EQ(message([](auto&) {}), "");
}

}  // namespace
}  // namespace forerun
