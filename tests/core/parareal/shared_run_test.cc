// A run that processes share is the run of one process: the same states and the same record, bit for bit.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <mutex>

#include "core/execution/held_boundaries.h"
#include "core/files/byte_archive.h"
#include "core/parareal/parareal.h"
#include "core/parareal/serial_together.h"
#include "core/parareal/windows.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"
#include "tests/core/thread_communicator.h"

namespace forerun {
namespace {

using testing::CountingPropagator;
using testing::OracleTrainer;
using testing::ThreadProcesses;
using testing::WildTrainer;
using testing::without_seconds;

constexpr Index kSlices = 24;

/// Another propagator that throws in some slices where the state is what serial stepping does not meet there.
class TouchyPropagator final : public Propagator {
 public:
  TouchyPropagator(const Propagator& inner, double limit) : inner_(inner), limit_(limit) {}
  Index dimension() const override { return inner_.dimension(); }
  double work_per_slice() const override { return inner_.work_per_slice(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    if (std::abs(in[0]) > limit_) throw PropagationError(slice.begin, "too large");
    inner_.propagate(slice, in, out);
  }

 private:
  const Propagator& inner_;
  const double limit_;
};

/// Corrections that are right by a part, wild by another, and throw now and then: what a sweep can meet.
class ErraticTrainer final : public CoarseTrainer, public Correction {
 public:
  ErraticTrainer(const Propagator& fine, const Propagator& coarse) : oracle_(fine, coarse, true) {}
  const Correction* initial_correction() override { return this; }
  const Correction* train(const SweepData& sweep, SliceExecutor&) override {
    ++version_;
    seen_ = sweep.states.sum() + sweep.fine.sum() + sweep.coarse.sum();
    if (version_ == 4) throw std::runtime_error("cannot learn");
    return version_ % 3 == 0 ? nullptr : this;
  }
  std::string serving() const override { return "erratic " + std::to_string(version_); }
  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    if (version_ == 2 && slice.index % 7 == 0) throw std::runtime_error("cannot correct");
    oracle_.evaluate(slice, state, State(), out);
    out *= 0.9;
    out[0] += (slice.index % 5 == 3 ? 3.0 : 1e-3) * std::sin(1e3 * state[0] + seen_);
  }

 private:
  OracleTrainer oracle_;
  Index version_ = 0;
  double seen_ = 0.0;
};

enum class Learner { none, wild, oracle, erratic };
enum class Solver { plain, touchy_fine, touchy_coarse };

struct Case {
  Learner learner = Learner::none;
  Solver solver = Solver::plain;
  bool ladder = false;
  Index windows = 1;
  PararealOptions options = {};
  int num_threads = 1;
};

class SharedRun : public ::testing::Test {
 protected:
  /// All states, of those that each process has.
  static States gathered(const States& held, TimeCommunicator* communicator, Index num_windows) {
    if (communicator == nullptr || communicator->size() == 1) return held;
    States all = States::Constant(held.rows(), kSlices + 1, std::numeric_limits<double>::quiet_NaN());
    ByteWriter mine;
    for (const auto& [first, count, column] : own_boundaries(communicator, kSlices, num_windows)) {
      mine(first, States(held.middleCols(column, count)));
    }
    for (const std::string& bytes : communicator->gather(mine.bytes)) {
      for (ByteReader reader(bytes); reader.left() > 0;) {
        Index first = 0;
        States states;
        reader(first, states);
        all.middleCols(first, states.cols()) = states;
      }
    }
    return all;
  }

  RunRecord solve(const Case& one, TimeCommunicator* communicator) const {
    const TouchyPropagator touchy_fine(fine_, 1.25);
    const TouchyPropagator touchy_coarse(coarse_, 0.8);
    const Propagator& fine = one.solver == Solver::touchy_fine ? static_cast<const Propagator&>(touchy_fine) : fine_;
    const Propagator& coarse =
        one.solver == Solver::touchy_coarse ? static_cast<const Propagator&>(touchy_coarse) : coarse_;
    WildTrainer wild(1e-2);
    OracleTrainer oracle(fine_, coarse_, true);
    ErraticTrainer erratic(fine_, coarse_);
    CoarseTrainer* const trainers[] = {nullptr, &wild, &oracle, &erratic};
    const std::vector<ColumnBlock> held = held_boundaries(communicator, kSlices, one.windows);
    States reference(initial_.size(), num_columns(held));
    for (const auto& [first, count, column] : held)
      reference.middleCols(column, count) = serial_.middleCols(first, count);
    PararealProblem problem{grid_, initial_, coarse, fine, trainers[static_cast<std::size_t>(one.learner)], &reference};
    if (one.ladder) problem.fine = FidelityLadder({&cheap_, &middle_, &fine});
    problem.communicator = communicator;
    const auto executor = one.num_threads == 1 ? make_serial_executor() : make_tbb_executor(one.num_threads);
    RunRecord record = solve_in_windows(problem, one.windows, one.options, *executor);
    record.boundaries = gathered(record.boundaries, communicator, one.windows);
    record.first_boundary = 0;
    return record;
  }

  void expect_same_on_any_number_of_processes(const Case& one) const {
    const RunRecord alone = solve(one, nullptr);
    for (const int size : {1, 2, 3, 4, 7}) {
      ThreadProcesses processes(size);
      std::atomic<int> num_same = 0;
      processes.run([&](TimeCommunicator& communicator) {
        const RunRecord record = solve(one, &communicator);
        EXPECT_EQ(record.num_iterations(), alone.num_iterations()) << size << " processes";
        EXPECT_EQ(record.termination, alone.termination);
        if (without_seconds(record) == without_seconds(alone)) ++num_same;
      });
      EXPECT_EQ(num_same, size) << "of " << size << " processes";
    }
  }

  const TimeGrid grid_{0.5, 9.5, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(400);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(2);
  const testing::WorkedPropagator cheap_{testing::nonlinear_pair(20), 0.05};
  const testing::WorkedPropagator middle_{testing::nonlinear_pair(90), 0.225};
  const States serial_ = solve_serial(grid_, initial_, fine_).boundaries;
};

TEST_F(SharedRun, IsThatOfOneProcessForEveryLearner) {
  for (const Learner learner : {Learner::none, Learner::wild, Learner::oracle, Learner::erratic}) {
    SCOPED_TRACE(static_cast<int>(learner));
    Case one{.learner = learner};
    one.options.tolerance = 1e-9;
    expect_same_on_any_number_of_processes(one);
    one.options.bounds = {testing::vector({-1.5, -1.5}), testing::vector({1.5, 1.5})};
    one.options.norm = StateNorm(one.options.bounds);
    one.num_threads = 2;
    expect_same_on_any_number_of_processes(one);
  }
}

TEST_F(SharedRun, IsThatOfOneProcessOnALadder) {
  for (const Learner learner : {Learner::none, Learner::oracle, Learner::erratic}) {
    for (const StoppingRule rule : {StoppingRule::estimate, StoppingRule::published}) {
      Case one{.learner = learner, .ladder = true};
      one.options.stopping = rule;
      one.options.tolerance = 1e-8;
      expect_same_on_any_number_of_processes(one);
      one.num_threads = 2;
      expect_same_on_any_number_of_processes(one);
    }
  }
}

TEST_F(SharedRun, IsThatOfOneProcessInWindows) {
  for (const Learner learner : {Learner::none, Learner::erratic}) {
    Case one{.learner = learner, .windows = 3};
    expect_same_on_any_number_of_processes(one);
  }
}

TEST_F(SharedRun, IsThatOfOneProcessWhereSolversFail) {
  for (const Learner learner : {Learner::none, Learner::wild, Learner::erratic}) {
    for (const Solver solver : {Solver::touchy_fine, Solver::touchy_coarse}) {
      for (const bool ladder : {false, true}) {
        SCOPED_TRACE(::testing::Message() << static_cast<int>(learner) << static_cast<int>(solver) << ladder);
        Case one{.learner = learner, .solver = solver, .ladder = ladder};
        expect_same_on_any_number_of_processes(one);
      }
    }
  }
}

TEST_F(SharedRun, IsThatOfOneProcessToTheLastSlice) {
  for (const Learner learner : {Learner::none, Learner::wild}) {
    Case one{.learner = learner};
    one.options.tolerance = 0.0;
    expect_same_on_any_number_of_processes(one);
  }
}

TEST_F(SharedRun, CrossesEachSliceInOneProcessOnly) {
  const CountingPropagator fine(fine_);
  PararealOptions options;
  options.max_iterations = 1;
  options.tolerance = 0.0;
  ThreadProcesses processes(4);
  processes.run([&](TimeCommunicator& communicator) {
    PararealProblem problem{grid_, initial_, coarse_, fine};
    problem.communicator = &communicator;
    const RunRecord record = solve_parareal(problem, options, *make_serial_executor());
    EXPECT_EQ(record.boundaries.cols(), kSlices / 4 + 1);
    EXPECT_EQ(record.first_boundary, communicator.rank() * kSlices / 4);
  });
  EXPECT_EQ(fine.calls(), kSlices);
}

TEST_F(SharedRun, TheSerialSolutionIsThatOfOneProcessAndEachCrossesItsOwnSlices) {
  for (const int size : {1, 2, 3, 4, 7}) {
    for (const Index num_windows : {Index{1}, Index{3}}) {
      const CountingPropagator fine(fine_);
      ThreadProcesses processes(size);
      processes.run([&](TimeCommunicator& communicator) {
        const SerialSolution solution = solve_serial_together(grid_, initial_, fine, &communicator, num_windows);
        EXPECT_FALSE(solution.failure || solution.interrupted);
        EXPECT_EQ(solution.boundaries.cols(), num_columns(held_boundaries(&communicator, kSlices, num_windows)));
        EXPECT_EQ(gathered(solution.boundaries, &communicator, num_windows), serial_) << size << " processes";
      });
      EXPECT_EQ(fine.calls(), kSlices);
    }
  }
}

TEST_F(SharedRun, ASerialSolutionThatCannotGoOnEndsOnAllProcessesWithTheSlice) {
  const FunctionPropagator failing(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (slice.index == 7) throw PropagationError(slice.begin, "no further");
    fine_.propagate(slice, in, out);
  });
  ThreadProcesses processes(4);
  processes.run([&](TimeCommunicator& communicator) {
    const SerialSolution solution = solve_serial_together(grid_, initial_, failing, &communicator);
    ASSERT_TRUE(solution.failure.has_value());
    EXPECT_EQ(solution.failure->slice, 7);
    EXPECT_FALSE(solution.interrupted);
    const States all = gathered(solution.boundaries, &communicator, 1);
    EXPECT_EQ(all.leftCols(8), serial_.leftCols(8));
    EXPECT_TRUE(all.rightCols(kSlices - 8).array().isNaN().all());
  });
}

TEST_F(SharedRun, ASerialSolutionIsInterruptedEverywhereWhereOneProcessIsToldToStop) {
  std::stop_source stop;
  const FunctionPropagator stopping(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (slice.index == 9) stop.request_stop();
    fine_.propagate(slice, in, out);
  });
  ThreadProcesses processes(3);
  processes.run([&](TimeCommunicator& communicator) {
    const std::stop_token token = communicator.rank() == 1 ? stop.get_token() : std::stop_token();
    EXPECT_TRUE(solve_serial_together(grid_, initial_, stopping, &communicator, 1, token).interrupted);
  });
}

/// What is shown of the slices that have been crossed, by sweep.
class ProgressObserver final : public IterationObserver {
 public:
  void on_iteration(const IterationRecord&, const States&) override {}
  void on_fine_progress(Index iteration, Index done, Index total) override {
    const std::lock_guard lock(mutex_);
    Index& most = most_[iteration];
    most = std::max(most, done);
    EXPECT_LE(done, total);
    totals_[iteration] = total;
  }
  const std::map<Index, Index>& most() const { return most_; }
  const std::map<Index, Index>& totals() const { return totals_; }

 private:
  std::mutex mutex_;
  std::map<Index, Index> most_;
  std::map<Index, Index> totals_;
};

TEST_F(SharedRun, TheFirstProcessIsToldOfTheSlicesThatAllHaveCrossed) {
  PararealOptions options;
  options.max_iterations = 3;
  options.tolerance = 0.0;
  for (const int num_threads : {1, 2}) {
    ThreadProcesses processes(4);
    processes.run([&](TimeCommunicator& communicator) {
      PararealProblem problem{grid_, initial_, coarse_, fine_};
      problem.communicator = &communicator;
      ProgressObserver observer;
      const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
      solve_parareal(problem, options, *executor, &observer);
      if (communicator.rank() > 0) return;
      const std::map<Index, Index> expected = {{1, kSlices}, {2, kSlices - 1}, {3, kSlices - 2}};
      EXPECT_EQ(observer.totals(), expected);
      EXPECT_EQ(observer.most(), expected);
    });
  }
}

TEST_F(SharedRun, StopsEverywhereWhereOneProcessIsToldTo) {
  std::stop_source stop;
  const FunctionPropagator stopping(2, [&](const Slice& slice, const StateView& in, StateOut out) {
    if (slice.index == 7) stop.request_stop();
    fine_.propagate(slice, in, out);
  });
  ThreadProcesses processes(3);
  processes.run([&](TimeCommunicator& communicator) {
    PararealProblem problem{grid_, initial_, coarse_, stopping};
    problem.communicator = &communicator;
    PararealOptions options;
    if (communicator.rank() == 1) options.stop = stop.get_token();
    const RunRecord record = solve_parareal(problem, options, *make_serial_executor());
    EXPECT_EQ(record.termination, Termination::interrupted);
  });
}

/// Shows nothing and throws after the first iteration.
class ThrowingObserver final : public IterationObserver {
 public:
  void on_iteration(const IterationRecord&, const States&) override { throw std::runtime_error("has seen enough"); }
};

TEST_F(SharedRun, AnExceptionOfOneProcessEndsAll) {
  std::atomic<int> num_told = 0;
  ThreadProcesses processes(3);
  processes.run([&](TimeCommunicator& communicator) {
    PararealProblem problem{grid_, initial_, coarse_, fine_};
    problem.communicator = &communicator;
    ThrowingObserver observer;
    try {
      solve_parareal(problem, {}, *make_serial_executor(), communicator.rank() == 1 ? &observer : nullptr);
    } catch (const std::runtime_error& error) {
      const std::string expected = communicator.rank() == 1 ? "has seen enough" : "process 1: has seen enough";
      if (error.what() == expected) ++num_told;
    }
  });
  EXPECT_EQ(num_told, 3);
}

TEST_F(SharedRun, AFailureFromAnExactStartIsTheSameOnAllProcesses) {
  const TouchyPropagator touchy(fine_, 0.9);  // the initial state is refused
  ThreadProcesses processes(4);
  processes.run([&](TimeCommunicator& communicator) {
    PararealProblem problem{grid_, initial_, coarse_, touchy};
    problem.communicator = &communicator;
    const RunRecord record = solve_parareal(problem, {}, *make_serial_executor());
    EXPECT_EQ(record.termination, Termination::propagator_failed);
    ASSERT_TRUE(record.failure.has_value());
    EXPECT_EQ(record.failure->slice, 0);
  });
}

TEST_F(SharedRun, RefusesMoreProcessesThanSlices) {
  ThreadProcesses processes(kSlices + 1);
  std::atomic<int> num_refused = 0;
  processes.run([&](TimeCommunicator& communicator) {
    PararealProblem problem{grid_, initial_, coarse_, fine_};
    problem.communicator = &communicator;
    try {
      solve_parareal(problem, {}, *make_serial_executor());
    } catch (const std::invalid_argument&) {
      ++num_refused;
    }
  });
  EXPECT_EQ(num_refused, kSlices + 1);
}

}  // namespace
}  // namespace forerun
