// A bit of memory that flips, a processor that computes wrongly once. Parareal computes most things again, and so it
// heals: whatever the fault does to a slice that is crossed once more is undone. What is not computed again stays: a
// slice whose last crossing lied, a state that was frozen already. That is all that can be promised without computing
// twice, and a run against serial fine (`--reference`) shows it.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

constexpr Index kSlices = 16;
constexpr double kTolerance = 1e-9;
/// Of the final error: what a tolerance for increments leaves, and what it grows to.
constexpr double kFarEnough = 1e3 * kTolerance;

double with_flipped_bit(double value, int bit) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << bit));
}

/// The non-linear pair; once, in call number `call` of slice `slice` (from 1), one bit of the result is wrong.
class LyingPropagator final : public Propagator {
 public:
  LyingPropagator(Index slice, Index call, int bit) : slice_(slice), call_(call), bit_(bit) {}
  Index dimension() const override { return 2; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    truth_.propagate(slice, in, out);
    if (slice.index == slice_ && ++calls_ == call_) out[0] = with_flipped_bit(out[0], bit_);
  }
  /// Crossings of the slice.
  Index calls() const { return calls_; }

 private:
  Index slice_;
  Index call_;
  int bit_;
  mutable std::atomic<Index> calls_ = 0;
  FunctionPropagator truth_ = testing::nonlinear_pair(40);
};

class SilentCorruption : public ::testing::TestWithParam<StoppingRule> {
 protected:
  RunRecord solve(const Propagator& fine, IterationObserver* observer = nullptr) const {
    PararealOptions options;
    options.tolerance = kTolerance;
    options.stopping = GetParam();
    return solve_parareal({grid_, initial_, testing::nonlinear_pair(2), fine}, options, *make_serial_executor(),
                          observer);
  }
  double error(const RunRecord& record) const { return (record.boundaries - serial_).cwiseAbs().maxCoeff(); }

  const TimeGrid grid_{0.0, 4.0, kSlices};
  const State initial_ = testing::vector({1.0, -0.5});
  const States serial_ = solve_serial(grid_, initial_, testing::nonlinear_pair(40)).boundaries;
};

TEST_P(SilentCorruption, ALieOfTheFineSolverIsHealedWhereTheSliceIsCrossedOnceMore) {
  Index num_healed = 0, num_last = 0, num_seen = 0;
  for (Index slice = 0; slice < kSlices; ++slice) {
    for (Index call = 1; call <= 6; ++call) {
      for (int bit = 0; bit < 64; bit += 3) {
        const LyingPropagator fine(slice, call, bit);
        const RunRecord record = solve(fine);
        if (fine.calls() < call) continue;  // converged before
        const bool is_last = fine.calls() == call;
        if (!record.converged()) {
          ++num_seen;
        } else if (!is_last) {
          EXPECT_LT(error(record), kFarEnough) << "slice " << slice << ", crossing " << call << ", bit " << bit;
          ++num_healed;
        } else {
          ++num_last;
        }
      }
    }
  }
  EXPECT_GT(num_healed, 500);
  EXPECT_GT(num_last, 0);
}

/// Flips a bit of one component of U[slice] after iteration `iteration`, as memory might.
class BitFlip final : public IterationObserver {
 public:
  BitFlip(Index slice, Index iteration, int bit) : slice_(slice), iteration_(iteration), bit_(bit) {}
  void on_iteration(const IterationRecord& iteration, const States& boundaries) override {
    if (iteration.iteration != iteration_) return;
    is_final_ = slice_ <= iteration.converged_front;
    double& value = const_cast<States&>(boundaries)(0, slice_);
    value = with_flipped_bit(value, bit_);
    has_flipped_ = true;
  }
  bool has_flipped() const { return has_flipped_; }
  /// It was a state that is not computed again.
  bool is_final() const { return is_final_; }

 private:
  Index slice_;
  Index iteration_;
  int bit_;
  bool has_flipped_ = false;
  bool is_final_ = false;
};

TEST_P(SilentCorruption, AFlippedBitOfAnIterateIsHealedUnlessTheStateIsFinal) {
  Index num_healed = 0;
  for (Index slice = 1; slice <= kSlices; ++slice) {
    for (Index iteration = 1; iteration <= 5; ++iteration) {
      for (int bit = 0; bit < 64; bit += 3) {
        BitFlip flip(slice, iteration, bit);
        const RunRecord record = solve(testing::nonlinear_pair(40), &flip);
        if (!flip.has_flipped() || flip.is_final()) continue;
        if (record.converged()) {
          EXPECT_LT(error(record), kFarEnough)
              << "state " << slice << " after iteration " << iteration << ", bit " << bit;
        }
        num_healed += record.converged() ? 1 : 0;
      }
    }
  }
  EXPECT_GT(num_healed, 500);
}

INSTANTIATE_TEST_SUITE_P(Rules, SilentCorruption, ::testing::Values(StoppingRule::published, StoppingRule::estimate),
                         [](const auto& test) { return test.index == 0 ? "Published" : "Estimate"; });

}  // namespace
}  // namespace forerun
