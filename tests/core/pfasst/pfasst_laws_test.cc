#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stop_token>
#include <utility>

#include "core/base/errors.h"
#include "core/pfasst/pfasst.h"
#include "tests/core/pfasst/pfasst_problems.h"
#include "tests/core/sdc/split_growth.h"
#include "tests/core/temporary_directory.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::Parts;
using testing::SpectralAdvectionDiffusion;
using testing::SpectralTransfer;
using testing::SplitGrowth;
using testing::without_seconds;

const State kStart{{1.0, 0.5}};

/// Step by step, each swept until it does not move.
States collocation_solution(const SplitEquation& equation, const SdcMethod& method, const TimeGrid& grid,
                            const State& initial) {
  States states(initial.size(), grid.num_slices() + 1);
  states.col(0) = initial;
  SdcStep step(equation, method);
  State end;
  for (Index n = 0; n < grid.num_slices(); ++n) {
    step.place(grid.slice(n).begin, grid.slice(n).length());
    step.start() = states.col(n);
    step.spread();
    for (int k = 0; k < 60; ++k) step.sweep();
    step.end(end);
    states.col(n + 1) = end;
  }
  return states;
}

PfasstOptions to_tolerance(double tolerance) {
  PfasstOptions options;
  options.relative = false;
  options.tolerance = tolerance;
  return options;
}

struct LevelsCase {
  Parts parts;
  NodeFamily family;
  std::vector<Index> nodes;
  bool burn_in;
};

class PfasstLevels : public ::testing::TestWithParam<LevelsCase> {
 protected:
  PfasstLevels() {
    for (const Index nodes : GetParam().nodes) methods_.emplace_back(GetParam().family, nodes);
    for (const SdcMethod& method : methods_) levels_.push_back({&equation_, &method});
    options_.burn_in = GetParam().burn_in;
  }

  const SplitGrowth equation_{GetParam().parts};
  std::vector<SdcMethod> methods_;
  std::vector<PfasstLevel> levels_;
  PfasstOptions options_ = to_tolerance(1e-14);
  const TimeGrid grid_{0.0, 2.0, 16};
};

TEST_P(PfasstLevels, ConvergeToTheFinestLevelsCollocationSolution) {
  const States exact = collocation_solution(equation_, methods_.front(), grid_, kStart);
  const RunRecord record = solve_pfasst({grid_, kStart, levels_, &exact}, options_, *make_serial_executor());
  ASSERT_TRUE(record.converged()) << to_string(record.termination);
  EXPECT_LT((record.boundaries - exact).cwiseAbs().maxCoeff(), 3e-14);
  EXPECT_LT(*record.error(), 3e-14);
  EXPECT_EQ(record.effective_sweeps(), static_cast<double>(record.num_iterations()));
  EXPECT_LT(record.num_iterations(), GetParam().nodes.size() == 1 ? 60 : 25);
}

/// Another one's, with a count of what is asked of it.
class CountingEquation final : public SplitEquation {
 public:
  explicit CountingEquation(const SplitEquation& inner) : inner_(inner) {}
  Index dimension() const override { return inner_.dimension(); }
  bool has_explicit_part() const override { return inner_.has_explicit_part(); }
  bool has_implicit_part() const override { return inner_.has_implicit_part(); }
  void evaluate_explicit(double time, const StateView& state, StateOut slope) const override {
    ++count_;
    inner_.evaluate_explicit(time, state, slope);
  }
  void evaluate_implicit(double time, const StateView& state, StateOut slope) const override {
    ++count_;
    inner_.evaluate_implicit(time, state, slope);
  }
  bool solve_implicit(double time, double factor, const StateView& base, StateOut state) const override {
    ++count_;
    return inner_.solve_implicit(time, factor, base, state);
  }
  Index take_count() { return std::exchange(count_, 0); }

 private:
  const SplitEquation& inner_;
  mutable Index count_ = 0;
};

TEST_P(PfasstLevels, GoOnFromTheLastIterationInTheLogWithTheSameBits) {
  CountingEquation counted(equation_);
  for (PfasstLevel& level : levels_) level.equation = &counted;
  const auto executor = make_serial_executor();
  const RunRecord whole = solve_pfasst({grid_, kStart, levels_}, options_, *executor);
  const Index num_iterations = whole.num_iterations(), all = counted.take_count();
  Index before = all;
  for (const Index k : {Index{1}, Index{3}, num_iterations}) {
    const TemporaryDirectory directory;
    PfasstProblem problem{grid_, kStart, levels_};
    PfasstOptions first = options_;
    first.max_iterations = k;
    std::vector<std::string> warnings;
    SolveLogOptions everything = SolveLogOptions::everything();
    everything.warn = [&](const std::string& sentence) { warnings.push_back(sentence); };
    {
      SolveLog log(directory / "log", {1, 2}, everything);
      problem.log = &log;
      solve_pfasst(problem, first, *executor);
    }
    counted.take_count();
    SolveLog log(directory / "log", {1, 2}, everything);
    problem.log = &log;
    const RunRecord resumed = solve_pfasst(problem, options_, *executor);
    EXPECT_EQ(without_seconds(resumed), without_seconds(whole)) << "after " << k;
    EXPECT_THAT(warnings, ::testing::IsEmpty());
    const Index left = counted.take_count();
    EXPECT_LT(left, before) << "after " << k;
    before = left;
  }
  EXPECT_LE(before, grid_.num_slices() * methods_.front().collocation.num_nodes() * 2) << "nothing but the start";
}

TEST_P(PfasstLevels, GiveTheSameBitsForAnyNumberOfThreads) {
  const RunRecord serial = solve_pfasst({grid_, kStart, levels_}, options_, *make_serial_executor());
  for (const int threads : {1, 2, 4, 8}) {
    const RunRecord record = solve_pfasst({grid_, kStart, levels_}, options_, *make_tbb_executor(threads));
    EXPECT_EQ(record.boundaries, serial.boundaries) << threads;
    EXPECT_EQ(without_seconds(record), without_seconds(serial)) << threads;
  }
}

INSTANTIATE_TEST_SUITE_P(Hierarchies, PfasstLevels,
                         ::testing::Values(LevelsCase{Parts::imex, NodeFamily::lobatto, {5, 3, 2}, true},
                                           LevelsCase{Parts::imex, NodeFamily::lobatto, {5, 3}, false},
                                           LevelsCase{Parts::all_implicit, NodeFamily::radau, {4, 2}, true},
                                           LevelsCase{Parts::all_implicit, NodeFamily::radau, {5, 3, 1}, true},
                                           LevelsCase{Parts::all_explicit, NodeFamily::lobatto, {4, 2}, true},
                                           LevelsCase{Parts::all_explicit, NodeFamily::radau, {3, 2}, false},
                                           LevelsCase{Parts::imex, NodeFamily::radau, {3}, true}));

class PfasstOnMeshes : public ::testing::Test {
 protected:
  const SpectralAdvectionDiffusion fine_{64}, coarse_{32};
  const SpectralTransfer transfer_{fine_, coarse_};
  const SdcMethod five_{NodeFamily::lobatto, 5}, three_{NodeFamily::lobatto, 3};
  const TimeGrid grid_{0.0, 0.16, 8};
  const State initial_ = fine_.exact(0.0);
  const std::vector<PfasstLevel> levels_{{&fine_, &five_, 1, nullptr}, {&coarse_, &three_, 1, &transfer_}};
};

TEST_F(PfasstOnMeshes, SolvesTheEquationAsAccuratelyAsTheFinestLevelDoes) {
  const RunRecord record = solve_pfasst({grid_, initial_, levels_}, to_tolerance(1e-11), *make_serial_executor());
  ASSERT_TRUE(record.converged());
  EXPECT_LE(record.num_iterations(), 8);
  EXPECT_LT((record.boundaries.col(8) - fine_.exact(0.16)).lpNorm<Eigen::Infinity>(), 1e-8);
}

TEST_F(PfasstOnMeshes, NeedsFewerIterationsTheLongerTheCoarsestLevelIsSwept) {
  std::vector<PfasstLevel> swept_twice = levels_;
  swept_twice.back().sweeps = 3;
  const auto iterations = [&](const std::vector<PfasstLevel>& levels) {
    return solve_pfasst({grid_, initial_, levels}, to_tolerance(1e-11), *make_serial_executor()).num_iterations();
  };
  EXPECT_LT(iterations(swept_twice), iterations(levels_));
}

TEST_F(PfasstOnMeshes, NeedsFewerIterationsAfterBurnIn) {
  const auto iterations = [&](bool burn_in) {
    PfasstOptions options = to_tolerance(1e-11);
    options.burn_in = burn_in;
    return solve_pfasst({grid_, initial_, levels_}, options, *make_serial_executor()).num_iterations();
  };
  EXPECT_LT(iterations(true), iterations(false));
}

/// Of Parareal's N iterations what PFASST keeps: what step n knows of its start is at most n iterations old.
TEST_F(PfasstOnMeshes, SaysHowFarItHasConvergedFromTheFront) {
  struct Watching final : IterationObserver {
    void on_iteration(const IterationRecord& record, const States&) override {
      EXPECT_GE(record.converged_front, front);
      front = record.converged_front;
      residuals.push_back(record.jump);
    }
    void on_fine_progress(Index, Index done, Index total) override { complete += done == total ? 1 : 0; }
    Index front = 0;
    std::vector<double> residuals;
    std::atomic<Index> complete = 0;
  } watching;
  const RunRecord record =
      solve_pfasst({grid_, initial_, levels_}, to_tolerance(1e-10), *make_tbb_executor(2), &watching);
  ASSERT_TRUE(record.converged());
  EXPECT_EQ(watching.front, 8);
  EXPECT_EQ(watching.complete, record.num_iterations());
  for (std::size_t k = 1; k < watching.residuals.size(); ++k) {
    EXPECT_LT(watching.residuals[k], watching.residuals[k - 1]);
  }
}

TEST_F(PfasstOnMeshes, EndsAtItsLimitsAndSaysWhich) {
  PfasstOptions options = to_tolerance(1e-11);
  options.max_iterations = 2;
  const RunRecord limited = solve_pfasst({grid_, initial_, levels_}, options, *make_serial_executor());
  EXPECT_EQ(limited.termination, Termination::iteration_limit);
  EXPECT_EQ(limited.num_iterations(), 2);
  options = to_tolerance(1e-11);
  options.max_seconds = 1e-9;
  EXPECT_EQ(solve_pfasst({grid_, initial_, levels_}, options, *make_serial_executor()).termination,
            Termination::time_limit);
  std::stop_source stop;
  stop.request_stop();
  options.stop = stop.get_token();
  const RunRecord stopped = solve_pfasst({grid_, initial_, levels_}, options, *make_tbb_executor(2));
  EXPECT_EQ(stopped.termination, Termination::interrupted);
  EXPECT_TRUE(stopped.boundaries.allFinite());
}

/// u' = 1 until t = 0.55, then nothing can be solved for any more.
class EndsInTheMiddle final : public SplitEquation {
 public:
  Index dimension() const override { return 1; }
  bool has_explicit_part() const override { return false; }
  bool has_implicit_part() const override { return true; }
  void evaluate_explicit(double, const StateView&, StateOut) const override {}
  void evaluate_implicit(double, const StateView&, StateOut slope) const override { slope[0] = 1.0; }
  bool solve_implicit(double time, double factor, const StateView& base, StateOut state) const override {
    state[0] = base[0] + factor;
    return time < 0.55;
  }
};

TEST(PfasstFaults, NameTheLowestStepThatCannotBeSwept) {
  const EndsInTheMiddle equation;
  const SdcMethod method(NodeFamily::radau, 2);
  const State initial = State::Ones(1);
  const TimeGrid grid(0.0, 1.0, 10);
  for (const int threads : {1, 4}) {
    const RunRecord record = solve_pfasst({grid, initial, {{&equation, &method}, {&equation, &method}}},
                                          to_tolerance(1e-9), *make_tbb_executor(threads));
    EXPECT_EQ(record.termination, Termination::propagator_failed);
    ASSERT_TRUE(record.failure);
    EXPECT_EQ(record.failure->slice, 5);
    EXPECT_THAT(record.failure->sentence(), ::testing::HasSubstr("could not be solved"));
  }
}

/// u' = u², which is beyond everything at t = 1.
class BlowsUp final : public SplitEquation {
 public:
  Index dimension() const override { return 1; }
  bool has_explicit_part() const override { return true; }
  bool has_implicit_part() const override { return false; }
  void evaluate_explicit(double, const StateView& u, StateOut slope) const override { slope[0] = u[0] * u[0]; }
  void evaluate_implicit(double, const StateView&, StateOut) const override {}
  bool solve_implicit(double, double, const StateView&, StateOut) const override { return false; }
};

TEST(PfasstFaults, SayWhereStatesAreFiniteNoLonger) {
  const BlowsUp equation;
  const SdcMethod method(NodeFamily::lobatto, 3);
  const State initial = State::Ones(1);
  const RunRecord record =
      solve_pfasst({TimeGrid(0.0, 400.0, 8), initial, {{&equation, &method}, {&equation, &method}}}, to_tolerance(1e-9),
                   *make_serial_executor());
  EXPECT_EQ(record.termination, Termination::propagator_failed);
  ASSERT_TRUE(record.failure);
  EXPECT_THAT(record.failure->sentence(), ::testing::HasSubstr("not finite"));
  EXPECT_TRUE(record.boundaries.allFinite());
}

/// An iteration's sweeps of a step 2 s at most, and 1 s on the coarsest level; those on the finest level, each a
/// quarter of the serial solver's work, 8 s.
TEST(ModelledPfasst, IsOfTheSerialSolverOverTheLongestWay) {
  RunRecord record;
  for (Index k = 1; k <= 3; ++k) {
    IterationRecord iteration;
    iteration.iteration = k;
    iteration.fine_work = 0.25;
    iteration.levels = {{1, 0, 16, 8.0, 2.0}};
    iteration.seconds.coarse = 1.0;
    record.iterations.push_back(iteration);
  }
  PfasstOptions options;
  const ModelledSpeedup after_burn_in = modelled_pfasst_speedup(record, options, 16);
  EXPECT_EQ(after_burn_in.processors, 16);
  EXPECT_NEAR(after_burn_in.speedup, 32.0 / 12.0, 1e-12);
  options.burn_in = false;
  EXPECT_NEAR(modelled_pfasst_speedup(record, options, 16).speedup, 32.0 / 9.0, 1e-12);
  EXPECT_EQ(modelled_pfasst_speedup(RunRecord(), options, 16).speedup, 0.0);
}

TEST_P(PfasstLevels, SayWhatTheirSweepsTook) {
  const RunRecord record = solve_pfasst({grid_, kStart, levels_}, options_, *make_tbb_executor(2));
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_GT(iteration.slice_fine_seconds(), 0.0);
    EXPECT_GT(iteration.max_slice_fine_seconds(), 0.0);
    EXPECT_GE(iteration.seconds.coarse, 0.0);
    EXPECT_LE(iteration.seconds.coarse + iteration.seconds.fine, iteration.seconds.total);
  }
}

TEST(PfasstFaults, AreRefusedBeforeWorkWhereTheyAreInTheProblem) {
  const SplitGrowth equation(Parts::imex);
  const SdcMethod radau(NodeFamily::radau, 3), gauss(NodeFamily::gauss, 3);
  const TimeGrid grid(0.0, 1.0, 4);
  const State wrong = State::Ones(3);
  const auto serial = make_serial_executor();
  const auto solve = [&](const State& initial, const std::vector<PfasstLevel>& levels, const PfasstOptions& options) {
    solve_pfasst({grid, initial, levels}, options, *serial);
  };
  const PfasstOptions options;
  EXPECT_THROW(solve(kStart, {}, options), std::invalid_argument);
  EXPECT_THROW(solve(wrong, {{&equation, &radau}}, options), std::invalid_argument);
  EXPECT_THROW(solve(kStart, {{&equation, &gauss}}, options), ParameterError);
  PfasstOptions exact;
  exact.tolerance = 0.0;
  EXPECT_THROW(solve(kStart, {{&equation, &radau}}, exact), ParameterError);
}

}  // namespace
}  // namespace forerun
