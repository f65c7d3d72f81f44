#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::vector;

/// Behaves like `inner` but does `act` at (slice, call) with call counted per slice.
FunctionPropagator faulty(const Propagator& inner, const std::function<void(const Slice&, StateOut)>& act) {
  return FunctionPropagator(inner.dimension(), [&inner, act](const Slice& slice, const StateView& in, StateOut out) {
    inner.propagate(slice, in, out);
    act(slice, out);
  });
}

class PararealFaults : public ::testing::TestWithParam<int> {
 protected:
  RunRecord solve(const Propagator& coarse, const Propagator& fine, CoarseTrainer* trainer = nullptr,
                  const PararealOptions& options = {}) {
    const auto executor = make_tbb_executor(GetParam());
    return solve_parareal({grid_, initial_, coarse, fine, trainer}, options, *executor);
  }

  const TimeGrid grid_{0.0, 4.0, 16};
  const State initial_ = vector({1.0, 0.0});
  const FunctionPropagator fine_ = testing::nonlinear_pair(50);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(2);
};

/// From a predicted start a failure tells nothing; slice 4 has its true start in iteration 5.
TEST_P(PararealFaults, ThrowingFineSolverNamesTheLowestSliceAndTheIteration) {
  const auto fine = faulty(fine_, [](const Slice& slice, StateOut) {
    if (slice.index % 5 == 4) throw std::runtime_error("no convergence in slice " + std::to_string(slice.index));
  });
  for (int repeat = 0; repeat < 20; ++repeat) {
    const RunRecord record = solve(coarse_, fine);
    ASSERT_EQ(record.termination, Termination::propagator_failed);
    EXPECT_EQ(record.failure->slice, 4);
    EXPECT_EQ(record.failure->iteration, 5);
    EXPECT_EQ(record.failure->solver, "fine");
    EXPECT_EQ(record.failure->reason, "no convergence in slice 4");
    EXPECT_TRUE(record.boundaries.allFinite());
    const States serial = solve_serial(grid_, initial_, fine_).boundaries;
    EXPECT_EQ(record.boundaries.leftCols(5), serial.leftCols(5)) << "all up to there is the serial solution";
  }
}

TEST_P(PararealFaults, NonFiniteResultsAreFailures) {
  const auto fine = faulty(fine_, [](const Slice& slice, StateOut out) {
    if (slice.index >= 9) out[1] = std::numeric_limits<double>::quiet_NaN();
  });
  const RunRecord record = solve(coarse_, fine);
  ASSERT_EQ(record.termination, Termination::propagator_failed);
  EXPECT_EQ(record.failure->slice, 9);
  EXPECT_NE(record.failure->sentence().find("slice 9, iteration 10"), std::string::npos);
}

TEST_P(PararealFaults, TheTimeAPropagatorGaveUpAtIsKept) {
  const auto fine = faulty(fine_, [](const Slice& slice, StateOut) {
    if (slice.index == 7) throw PropagationError(slice.begin + 0.1, "step size underflow");
  });
  const RunRecord record = solve(coarse_, fine);
  EXPECT_DOUBLE_EQ(record.failure->time, grid_.slice(7).begin + 0.1);
}

TEST_P(PararealFaults, ACoarseSolverThatCannotCrossCostsIterationsAndNotTheRun) {
  const auto gives_up = faulty(coarse_, [](const Slice& slice, StateOut) {
    if (slice.index % 4 == 3) throw PropagationError(slice.begin, "unstable");
  });
  const auto blows_up = faulty(coarse_, [](const Slice& slice, StateOut out) {
    if (slice.index % 4 == 3) out[0] = std::numeric_limits<double>::infinity();
  });
  const auto throws = faulty(coarse_, [](const Slice& slice, StateOut) {
    if (slice.index % 4 == 3) throw std::runtime_error("singular matrix");
  });
  const auto throws_anything = faulty(coarse_, [](const Slice& slice, StateOut) {
    if (slice.index % 4 == 3) throw 42;
  });
  const States serial = solve_serial(grid_, initial_, fine_).boundaries;
  for (const Propagator* coarse : {&gives_up, &blows_up, &throws, &throws_anything}) {
    const RunRecord record = solve(*coarse, fine_);
    ASSERT_TRUE(record.converged());
    EXPECT_EQ(record.initial_fallbacks, 4);
    EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), 1e-6);
    ASSERT_TRUE(record.first_coarse_failure);
    EXPECT_EQ(record.first_coarse_failure->slice, 3);
    EXPECT_EQ(record.first_coarse_failure->iteration, 0);
    EXPECT_FALSE(record.warnings.empty()) << "a quarter of all coarse solves";
  }
}

TEST_P(PararealFaults, LaterFailureKeepsTheLastGoodIterate) {
  std::atomic<int> calls = 0;
  const auto fine = faulty(fine_, [&](const Slice& slice, StateOut) {
    if (slice.index == 2 && ++calls >= 3) throw 42;
  });
  PararealOptions options;
  options.tolerance = 0.0;
  const RunRecord record = solve(coarse_, fine, nullptr, options);
  ASSERT_EQ(record.termination, Termination::propagator_failed);
  EXPECT_EQ(record.failure->iteration, 3) << "when slice 2 has its true start";
  EXPECT_EQ(record.num_iterations(), 2);
  const RunRecord two = [&] {
    options.max_iterations = 2;
    return solve(coarse_, fine_, nullptr, options);
  }();
  EXPECT_EQ(record.boundaries, two.boundaries);
}

/// A solver that accepts nothing but states near the true trajectory, as those of differential-algebraic equations do.
FunctionPropagator strict(const Propagator& inner, const States& accepted, double reach, int fault) {
  return FunctionPropagator(2, [&, reach, fault](const Slice& slice, const StateView& in, StateOut out) {
    inner.propagate(slice, in, out);
    if ((in - accepted.col(slice.index)).cwiseAbs().maxCoeff() <= reach) return;
    if (fault == 0) throw PropagationError(slice.begin, "start is not consistent");
    if (fault == 1) throw std::runtime_error("singular matrix");
    if (fault == 2) throw 42;
    out[1] = std::numeric_limits<double>::quiet_NaN();
  });
}

TEST_P(PararealFaults, WhereSerialFineSucceedsAsManyIterationsAsSlicesDo) {
  const States serial = solve_serial(grid_, initial_, fine_).boundaries;
  for (const double reach : {0.0, 1e-12, 1e-8, 1e-3, 0.1}) {
    for (int fault = 0; fault < 4; ++fault) {
      const auto fine = strict(fine_, serial, reach, fault);
      const auto coarse = strict(coarse_, serial, reach, fault);
      for (const StoppingRule rule : {StoppingRule::estimate, StoppingRule::published}) {
        PararealOptions options;
        options.stopping = rule;
        options.norm = StateNorm(StateBounds{vector({-1.0, -1.0}), vector({1.0, 1.0})});
        testing::WildTrainer wild(0.1);
        for (CoarseTrainer* trainer : {static_cast<CoarseTrainer*>(nullptr), static_cast<CoarseTrainer*>(&wild)}) {
          const RunRecord record = solve(coarse, fine, trainer, options);
          ASSERT_FALSE(record.failure) << record.failure->sentence();
          EXPECT_LE(record.num_iterations(), 2 * grid_.num_slices());
          EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), 1e-5);
          if (reach == 0.0) {
            EXPECT_EQ(record.boundaries, serial);
          }
          if (record.iterations.front().num_uncrossed > 0) {
            ASSERT_TRUE(record.first_uncrossed);
            EXPECT_EQ(record.first_uncrossed->iteration, 1);
            EXPECT_FALSE(record.warnings.empty());
          }
        }
      }
    }
  }
}

/// Sees which samples it is told to be true.
class WatchingTrainer final : public CoarseTrainer {
 public:
  const Correction* initial_correction() override { return nullptr; }
  const Correction* train(const SweepData& sweep, SliceExecutor&) override {
    for (std::size_t j = 0; j < sweep.slices.size(); ++j) {
      if (!sweep.holds_true(j)) told_untrue.emplace_back(sweep.iteration, sweep.slices[j].index);
    }
    return nullptr;
  }
  std::string serving() const override { return "watching"; }
  std::vector<std::pair<Index, Index>> told_untrue;  ///< iteration and slice
};

TEST_P(PararealFaults, WhatStandsInForAFailedSolveIsMarkedForTheLearner) {
  const auto fine = faulty(fine_, [](const Slice& slice, StateOut) {
    if (slice.index == 5) throw std::runtime_error("no");
  });
  const auto coarse = faulty(coarse_, [](const Slice& slice, StateOut) {
    if (slice.index == 7) throw std::runtime_error("no");
  });
  PararealOptions options;
  options.max_iterations = 2;
  WatchingTrainer trainer;
  const RunRecord record = solve(coarse, fine, &trainer, options);
  EXPECT_EQ(trainer.told_untrue, (std::vector<std::pair<Index, Index>>{{1, 5}, {1, 7}, {2, 5}, {2, 7}}));
  EXPECT_EQ(record.iterations.front().num_uncrossed, 1);
  EXPECT_EQ(record.iterations.front().num_fallbacks, 2);
}

/// Fails where it is told to, as a trainer and as a correction.
class FaultyTrainer final : public CoarseTrainer, public Correction {
 public:
  enum class Place { initial, train, evaluate, evaluate_block };
  explicit FaultyTrainer(Place place) : place_(place) {}
  const Correction* initial_correction() override {
    if (place_ == Place::initial) throw std::runtime_error("no memory of old runs");
    return this;
  }
  const Correction* train(const SweepData&, SliceExecutor&) override {
    if (place_ == Place::train) throw std::runtime_error("the fit failed");
    return this;
  }
  std::string serving() const override { return "faulty"; }
  void evaluate(const Slice&, const StateView&, const StateView&, StateOut out) const override {
    if (place_ == Place::evaluate) throw std::runtime_error("cannot predict");
    out.setZero();
  }
  void evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& coarse,
                      StatesOut out) const override {
    if (place_ == Place::evaluate_block) throw std::runtime_error("cannot predict");
    Correction::evaluate_block(slices, states, coarse, out);
  }

 private:
  Place place_;
};

TEST_P(PararealFaults, ALearnerThatThrowsCostsItsCorrectionAndNotTheRecord) {
  using Place = FaultyTrainer::Place;
  const States serial = solve_serial(grid_, initial_, fine_).boundaries;
  const RunRecord classic = solve(coarse_, fine_);
  for (const Place place : {Place::initial, Place::train, Place::evaluate, Place::evaluate_block}) {
    FaultyTrainer trainer(place);
    const RunRecord record = solve(coarse_, fine_, &trainer);
    ASSERT_TRUE(record.converged());
    EXPECT_EQ(record.num_iterations(), classic.num_iterations()) << "a correction of zero is classic Parareal";
    EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_FALSE(record.warnings.empty());
  }
}

TEST_P(PararealFaults, AProjectionPutsPredictedStatesWhereTheFineSolverAcceptsThem) {
  // x' = 0.2 − x², z = x² carried along; a start off z = x² is refused.
  const auto solver = [](int steps) {
    return FunctionPropagator(2, [steps](const Slice& slice, const StateView& in, StateOut out) {
      if (std::abs(in[1] - in[0] * in[0]) > 1e-8) throw PropagationError(slice.begin, "start is not consistent");
      double x = in[0];
      for (int i = 0; i < steps; ++i) x += slice.length() / steps * (0.2 - x * x);
      out << x, x * x;
    });
  };
  const TimeGrid grid(0.0, 4.0, 8);
  const State start = vector({2.0, 4.0});
  const FunctionPropagator fine = solver(400), coarse = solver(8);
  const States serial = solve_serial(grid, start, fine).boundaries;
  const auto executor = make_tbb_executor(GetParam());
  const RunRecord without = solve_parareal({grid, start, coarse, fine}, PararealOptions{}, *executor);
  ASSERT_TRUE(without.converged()) << "it costs iterations, not the run";
  PararealProblem problem{grid, start, coarse, fine};
  problem.projection = [](StateOut state) { state[1] = state[0] * state[0]; };
  const RunRecord with = solve_parareal(problem, PararealOptions{}, *executor);
  ASSERT_TRUE(with.converged());
  for (const RunRecord* record : {&without, &with})
    EXPECT_LT((record->boundaries - serial).cwiseAbs().maxCoeff(), 1e-5);
  EXPECT_LT(with.num_iterations(), without.num_iterations());
  EXPECT_FALSE(with.first_uncrossed);
  problem.projection = [](StateOut) { throw std::runtime_error("no such manifold"); };
  EXPECT_TRUE(solve_parareal(problem, PararealOptions{}, *executor).converged());
}

TEST_P(PararealFaults, StopRequestsInterruptTheRun) {
  std::stop_source stop;
  std::atomic<int> calls = 0;
  const auto fine = faulty(fine_, [&](const Slice&, StateOut) {
    if (++calls == 20) stop.request_stop();
  });
  PararealOptions options;
  options.tolerance = 0.0;
  options.stop = stop.get_token();
  const RunRecord record = solve(coarse_, fine, nullptr, options);
  EXPECT_EQ(record.termination, Termination::interrupted);
  EXPECT_TRUE(record.boundaries.allFinite());
}

TEST_P(PararealFaults, WhateverIsThrownTheLowestSliceIsNamed) {
  const std::vector<std::function<void()>> throws = {[] { throw std::bad_alloc(); }, [] { throw std::string("text"); },
                                                     [] { throw 42; }, [] { throw std::logic_error("a broken rule"); },
                                                     [] { throw PropagationError(1.0, "gave up"); }};
  for (const auto& fail : throws) {
    const auto fine = faulty(fine_, [&](const Slice& slice, StateOut) {
      if (slice.index == 0 || slice.index >= 6) fail();
    });
    const RunRecord record = solve(coarse_, fine);
    ASSERT_EQ(record.termination, Termination::propagator_failed);
    EXPECT_EQ(record.failure->slice, 0) << "whose start is exact";
    EXPECT_EQ(record.failure->iteration, 1);
    EXPECT_TRUE(record.boundaries.allFinite());
  }
}

/// What a network may come to say.
class HostileTrainer final : public CoarseTrainer, public Correction {
 public:
  explicit HostileTrainer(double value) : value_(value) {}
  const Correction* initial_correction() override { return std::isfinite(value_) ? nullptr : this; }
  const Correction* train(const SweepData&, SliceExecutor&) override { return this; }
  std::string serving() const override { return "hostile"; }
  void evaluate(const Slice& slice, const StateView& /*state*/, const StateView& /*coarse*/,
                StateOut out) const override {
    out.setZero();
    out[slice.index % 2] = value_;
  }

 private:
  double value_;
};

TEST_P(PararealFaults, WhateverACorrectionSaysTheAnswerIsTheSame) {
  const States serial = solve_serial(grid_, initial_, fine_).boundaries;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double largest = std::numeric_limits<double>::max();
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, largest, -largest, 1e100}) {
    HostileTrainer trainer(value);
    PararealOptions exact;
    exact.tolerance = 0.0;
    const RunRecord record = solve(coarse_, fine_, &trainer, exact);
    ASSERT_TRUE(record.converged()) << value;
    EXPECT_EQ(record.boundaries, serial) << value;
    EXPECT_TRUE(std::isfinite(value) || record.iterations.front().num_fallbacks > 0) << value;
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, PararealFaults, ::testing::Values(1, 2, 3, 4));

TEST(PararealInput, BadInputIsRefusedBeforeAnyWork) {
  const FunctionPropagator never(2, [](const Slice&, const StateView&, StateOut) { FAIL() << "work was started"; });
  const FunctionPropagator other(3, [](const Slice&, const StateView&, StateOut) { FAIL() << "work was started"; });
  const TimeGrid grid(0.0, 1.0, 4);
  const State good = vector({1.0, 2.0});
  const State nan = vector({1.0, std::numeric_limits<double>::quiet_NaN()});
  const States wrong_reference = States::Zero(2, 4);
  const auto executor = make_serial_executor();
  const PararealOptions defaults;
  EXPECT_THROW(solve_parareal({grid, nan, never, never}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_parareal({grid, State(), never, never}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_parareal({grid, good, other, never}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_parareal({grid, good, never, other}, defaults, *executor), std::invalid_argument);
  EXPECT_THROW(solve_parareal({grid, good, never, never, nullptr, &wrong_reference}, defaults, *executor),
               std::invalid_argument);
}

TEST(PararealInput, EachOptionErrorNamesTheValueAndTheRule) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto message = [](auto change) -> std::string {
    PararealOptions options;
    change(options);
    try {
      options.validate(1);
    } catch (const ParameterError& error) {
      EXPECT_NE(std::string(error.what()).find(error.name()), std::string::npos);
      return error.what();
    }
    return "";
  };
  for (const double bad : {nan, infinity, -1.0}) {
    EXPECT_NE(message([&](auto& o) { o.tolerance = bad; }).find("≥ 0"), std::string::npos);
    EXPECT_NE(message([&](auto& o) { o.jump_tolerance = bad; }).find("≥ 0"), std::string::npos);
    EXPECT_NE(message([&](auto& o) { o.state_margin = bad; }).find("≥ 0"), std::string::npos);
  }
  EXPECT_NE(message([&](auto& o) { o.max_seconds = nan; }).find("> 0"), std::string::npos);
  EXPECT_NE(message([&](auto& o) { o.max_seconds = 0.0; }).find("> 0"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.max_iterations = -1; }).find("max_iterations = -1"), std::string::npos);
  EXPECT_NO_THROW(PararealOptions{}.validate(1));
}

}  // namespace
}  // namespace forerun
