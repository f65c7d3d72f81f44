#include "core/parareal/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/base/errors.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;
using testing::WildTrainer;

constexpr Index kSlices = 12, kWindows = 3, kWindowSlices = kSlices / kWindows;

/// Notes what it is asked.
class NotingTrainer final : public CoarseTrainer {
 public:
  const Correction* initial_correction() override {
    events_ += "i";
    return nullptr;
  }
  const Correction* train(const SweepData& sweep, SliceExecutor&) override {
    events_ += "t";
    slices_.emplace(sweep.iteration, std::pair(sweep.slices.front().index, sweep.slices.back().index));
    return nullptr;
  }
  void next_window(SliceExecutor&) override { events_ += "n"; }
  std::string serving() const override { return "classic"; }

  std::string events_;
  std::map<Index, std::pair<Index, Index>> slices_;  ///< of each iteration, the first and the last
};

class NotingObserver final : public IterationObserver {
 public:
  void on_window(Index window, Index num_windows) override {
    windows_.push_back(window);
    EXPECT_EQ(num_windows, kWindows);
  }
  void on_start(Index num_slices, const States& boundaries) override {
    EXPECT_EQ(num_slices, kWindowSlices);
    EXPECT_EQ(boundaries.cols(), kWindowSlices + 1);
  }
  void on_iteration(const IterationRecord& iteration, const States&) override { iterations_.push_back(iteration); }

  std::vector<Index> windows_;
  std::vector<IterationRecord> iterations_;
};

class Windows : public ::testing::Test {
 protected:
  RunRecord solve(const PararealOptions& options, Index num_windows = kWindows, CoarseTrainer* trainer = nullptr,
                  int num_threads = 1, IterationObserver* observer = nullptr) const {
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    return solve_in_windows({grid_, initial_, coarse_, fine_, trainer, &serial_}, num_windows, options, *executor,
                            observer);
  }
  static PararealOptions with_tolerance(double tolerance, Index max_iterations = 0) {
    PararealOptions options;
    options.tolerance = tolerance;
    options.max_iterations = max_iterations;
    return options;
  }

  const TimeGrid grid_{0.5, 6.5, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(400);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(4);
  const States serial_ = solve_serial(grid_, initial_, fine_).boundaries;
};

TEST_F(Windows, IteratedToTheirEndsAreTheSerialFineSolutionBitForBit) {
  const RunRecord record = solve(with_tolerance(0.0));
  EXPECT_TRUE(record.converged());
  EXPECT_EQ(record.boundaries, serial_);
  EXPECT_EQ(record.num_iterations(), kSlices) << "as many in each window as it has slices";
  EXPECT_EQ(record.error(), 0.0);
}

TEST_F(Windows, LeadingSlicesOfEachAreSerialFineFromTheWindowsStart) {
  WildTrainer wild(1e-3);
  for (Index k = 1; k <= kWindowSlices; ++k) {
    PararealOptions options = with_tolerance(0.0, k);
    options.jump_tolerance = 1e9;  // every window ends after one iteration, however far it is
    const RunRecord record = solve(k == 1 ? options : with_tolerance(0.0, k), kWindows, &wild);
    for (Index w = 0; w < record.last_window; ++w) {
      const Index first = w * kWindowSlices;
      const TimeGrid grid = grid_.part(first, kWindowSlices);
      const States fine = solve_serial(grid, record.boundaries.col(first), fine_).boundaries;
      EXPECT_EQ(record.boundaries.middleCols(first, k + 1), fine.leftCols(k + 1)) << "window " << w << ", k = " << k;
    }
    EXPECT_EQ(record.last_window, k == 1 || k == kWindowSlices ? kWindows : 1);
  }
}

TEST_F(Windows, OneIsParareal) {
  const auto executor = make_serial_executor();
  const PararealOptions options = with_tolerance(1e-8);
  const RunRecord plain = solve_parareal({grid_, initial_, coarse_, fine_, nullptr, &serial_}, options, *executor);
  const RunRecord record = solve(options, 1);
  EXPECT_EQ(record.boundaries, plain.boundaries);
  EXPECT_EQ(record.num_iterations(), plain.num_iterations());
  EXPECT_EQ(record.effective_sweeps(), plain.effective_sweeps());
}

TEST_F(Windows, AgreeWithASingleRunToTheTolerance) {
  const RunRecord record = solve(with_tolerance(1e-9));
  const RunRecord whole = solve(with_tolerance(1e-9), 1);
  ASSERT_TRUE(record.converged());
  EXPECT_LT((record.boundaries - whole.boundaries).lpNorm<Eigen::Infinity>(), 1e-7);
  EXPECT_LT(*record.error(), 1e-7);
}

/// y' = growth · y, z' = −z y: an error of y is carried on by e^growth a unit of time.
FunctionPropagator growing_pair(double growth, int steps) {
  return {2, [=](const Slice& slice, const StateView& in, StateOut out) {
            State u = in;
            const double h = slice.length() / steps;
            for (int i = 0; i < steps; ++i) {
              const State slope{{growth * u[0], -u[1] * u[0]}};
              const State middle = u + 0.5 * h * slope;
              u += h * State{{growth * middle[0], -middle[1] * middle[0]}};
            }
            out = u;
          }};
}

TEST_F(Windows, EstimateTheErrorOfTheWholeRunOrAreUnconfirmed) {
  for (const double growth : {-1.0, 0.0, 1.0, 2.0}) {
    const FunctionPropagator fine = growing_pair(growth, 200), coarse = growing_pair(growth, 3);
    const State initial = testing::vector({1e-5, 1.0});
    const States serial = solve_serial(grid_, initial, fine).boundaries;
    PararealOptions options = with_tolerance(1e-6);
    const RunRecord record = solve_in_windows({grid_, initial, coarse, fine, nullptr, &serial}, kSlices / 2, options,
                                              *make_serial_executor());
    const double estimate = record.iterations.back().estimated_error;
    EXPECT_GE(estimate, 0.5 * *record.error()) << growth;
    EXPECT_EQ(record.converged(), estimate <= 1e-6) << growth;
    if (record.converged()) {
      EXPECT_LE(*record.error(), 1e-6) << growth;
    } else {
      EXPECT_EQ(record.termination, Termination::unconfirmed) << growth;
    }
  }
}

TEST_F(Windows, AreBitIdenticalForAnyNumberOfThreads) {
  const RunRecord serial = solve(with_tolerance(1e-7));
  for (const int threads : {2, 4}) {
    const RunRecord record = solve(with_tolerance(1e-7), kWindows, nullptr, threads);
    EXPECT_EQ(record.boundaries, serial.boundaries);
    EXPECT_EQ(record.num_iterations(), serial.num_iterations());
  }
}

TEST_F(Windows, MakeOneRecordThatIsNumberedThroughAndAddsUp) {
  NotingObserver observer;
  const RunRecord record = solve(with_tolerance(1e-7), kWindows, nullptr, 1, &observer);
  ASSERT_TRUE(record.converged());
  EXPECT_EQ(record.num_windows, kWindows);
  EXPECT_EQ(record.last_window, kWindows);
  EXPECT_EQ(observer.windows_, (std::vector<Index>{1, 2, 3}));
  ASSERT_EQ(observer.iterations_.size(), record.iterations.size());
  double work = 0.0, seconds = record.initial_seconds.total;
  Index in_window = 0;
  for (std::size_t k = 0; k < record.iterations.size(); ++k) {
    const IterationRecord& iteration = record.iterations[k];
    EXPECT_EQ(iteration.iteration, static_cast<Index>(k) + 1);
    in_window = k > 0 && record.iterations[k - 1].window == iteration.window ? in_window + 1 : 1;
    EXPECT_GE(iteration.exact_front, in_window);
    EXPECT_LE(iteration.converged_front, kWindowSlices);
    EXPECT_EQ(observer.iterations_[k].window, iteration.window);
    EXPECT_EQ(observer.iterations_[k].fine_work, iteration.fine_work);
    work += static_cast<double>(kWindowSlices - iteration.first_slice) / kSlices;
    seconds += iteration.seconds.total;
  }
  EXPECT_NEAR(record.effective_sweeps(), work, 1e-12);
  EXPECT_GE(record.seconds.total, seconds * (1.0 - 1e-12));
  EXPECT_EQ(record.iterations.back().window, kWindows);
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_GE(record.iterations.back().estimated_error,
              iteration.estimated_error < 1e-7 ? iteration.estimated_error : 0.0)
        << "of the whole run";
  }
  for (std::size_t k = 1; k < record.iterations.size(); ++k) {
    const IterationRecord& before = record.iterations[k - 1];
    const bool is_first = before.window < record.iterations[k].window;
    EXPECT_TRUE(!is_first || *record.iterations[k].error >= *before.error);
  }
}

TEST_F(Windows, TellTheTrainerAndKeepIndicesAndTimes) {
  NotingTrainer trainer;
  const RunRecord record = solve(with_tolerance(0.0, 0), kWindows, &trainer);
  EXPECT_EQ(trainer.events_,
            "itttt"
            "nitttt"
            "nitttt");
  for (const auto& [iteration, slices] : trainer.slices_) {
    const Index window = (iteration - 1) / kWindowSlices;
    EXPECT_EQ(slices.second, (window + 1) * kWindowSlices - 1);
    EXPECT_EQ(slices.first, iteration - 1) << "the first that is not exact yet";
  }
}

TEST_F(Windows, ThatDoesNotConvergeEndsTheRun) {
  const RunRecord record = solve(with_tolerance(1e-12, 2));
  EXPECT_EQ(record.termination, Termination::iteration_limit);
  EXPECT_EQ(record.last_window, 1);
  EXPECT_EQ(record.num_iterations(), 2);
  EXPECT_TRUE(record.boundaries.leftCols(kWindowSlices + 1).allFinite());
  EXPECT_TRUE(record.boundaries.rightCols(kSlices - kWindowSlices).array().isNaN().all());
}

TEST_F(Windows, NameSlicesAndTimesOfTheWholeGridInAFailure) {
  const FunctionPropagator fragile(2, [this](const Slice& slice, const StateView& in, StateOut out) {
    fine_.propagate(slice, in, out);
    if (slice.index == kWindowSlices + 1) out[0] = std::numeric_limits<double>::quiet_NaN();
  });
  const auto executor = make_serial_executor();
  const RunRecord record =
      solve_in_windows({grid_, initial_, coarse_, fragile}, kWindows, with_tolerance(1e-7), *executor);
  EXPECT_EQ(record.termination, Termination::propagator_failed);
  EXPECT_EQ(record.last_window, 2);
  ASSERT_TRUE(record.failure.has_value());
  EXPECT_EQ(record.failure->slice, kWindowSlices + 1);
  EXPECT_EQ(record.failure->time, grid_.boundary(kWindowSlices + 2));
}

TEST_F(Windows, ShareOneTimeLimit) {
  PararealOptions options = with_tolerance(0.0);
  options.max_seconds = 1e-9;
  const RunRecord record = solve(options);
  EXPECT_EQ(record.termination, Termination::time_limit);
  EXPECT_EQ(record.last_window, 1);
}

TEST_F(Windows, MustDivideTheSlices) {
  for (const Index num_windows : {0, -1, 5, 24}) {
    try {
      solve(with_tolerance(1e-7), num_windows);
      ADD_FAILURE() << num_windows << " windows are accepted";
    } catch (const ParameterError& error) {
      EXPECT_EQ(error.name(), "windows");
      EXPECT_THAT(error.what(), HasSubstr("windows = " + std::to_string(num_windows)));
      EXPECT_THAT(error.what(), HasSubstr("must be ≥ 1 and divide slices = 12"));
    }
  }
}

}  // namespace
}  // namespace forerun
