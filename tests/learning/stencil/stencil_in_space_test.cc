// Laws of neighbourhoods in three dimensions.
#include <gtest/gtest.h>

#include <cmath>

#include "learning/stencil/stencil_corrector.h"
#include "learning/training/prior_trainer.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

constexpr Index kSide = 6;
constexpr Index kPoints = kSide * kSide * kSide;
constexpr Index kNumSlices = 10;

const StateLayout kCube{{"u", "v"},
                        {{"z", kSide, 0.0, 1.0, AxisEnds::periodic},
                         {"y", kSide, 0.0, 1.0, AxisEnds::periodic},
                         {"x", kSide, 0.0, 1.0, AxisEnds::periodic}}};

/// Reaction and diffusion: v counts at the point alone, u at its six neighbours, too.
State law(const State& state) {
  State out(2 * kPoints);
  const auto wrapped = [](Index i) { return (i + kSide) % kSide; };
  for (Index i = 0; i < kPoints; ++i) {
    const Index x = i % kSide, y = i / kSide % kSide, z = i / (kSide * kSide);
    const auto at = [&](Index right, Index up, Index back) {
      return state[(wrapped(z + back) * kSide + wrapped(y + up)) * kSide + wrapped(x + right)];
    };
    const double laplacian =
        at(1, 0, 0) + at(-1, 0, 0) + at(0, 1, 0) + at(0, -1, 0) + at(0, 0, 1) + at(0, 0, -1) - 6.0 * state[i];
    const double reaction = state[i] * state[i] * state[kPoints + i];
    out[i] = 0.01 * (0.3 * laplacian + reaction);
    out[kPoints + i] = -0.01 * reaction;
  }
  return out;
}

Harvest sweep(std::uint64_t seed) {
  Harvest harvest(2 * kPoints);
  for (Index n = 0; n < kNumSlices; ++n) {
    const State state = 0.5 * test::random_matrix(2 * kPoints, 1, seed + static_cast<std::uint64_t>(n));
    harvest.append(state, law(state), std::vector<Index>{n}, {1});
  }
  return harvest;
}

TEST(StencilInSpace, LearnsALawOfNeighboursInThreeDimensionsFromOneSweep) {
  const auto executor = make_serial_executor();
  StencilOptions options;
  options.neurons = 60;
  const auto corrector = make_stencil_corrector(options, test::unit_bounds(2 * kPoints), kCube);
  const Harvest seen = sweep(1);
  const auto correction = corrector->fit(seen, *executor);
  ASSERT_NE(correction, nullptr);
  EXPECT_LT(mean_log_error(*correction, sweep(100), *executor), std::log(1e-3));
}

}  // namespace
}  // namespace forerun
