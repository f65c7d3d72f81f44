// Multilevel SDC against the residuals that PFASST++ publishes for its advection-diffusion example on three levels.
#include <gtest/gtest.h>

#include <array>

#include "core/pfasst/pfasst.h"
#include "core/pfasst/step_hierarchy.h"
#include "tests/core/pfasst/pfasst_problems.h"

namespace forerun {
namespace {

using testing::SpectralAdvectionDiffusion;
using testing::SpectralTransfer;

class PublishedMlsdc : public ::testing::Test {
 protected:
  /// Of the steps 0 … 3, of length 0.01 and 8 iterations each, what `residuals` of the finest level and, behind them,
  /// of the coarsest step 3 has. `forget`: what the coarsest level is forced by beyond its own difference to the next.
  struct Residuals {
    std::vector<double> finest, coarsest;
  };
  Residuals residuals_of_step_3(bool drops_forcing_of_middle) {
    StepHierarchy hierarchy(levels_);
    Residuals found;
    State state = fine_.exact(0.0);
    for (int n = 0; n < 4; ++n) {
      hierarchy.place(0.01 * n, 0.01, state);
      hierarchy.step(0).predict();
      found = {};
      for (int k = 0; k <= 8; ++k) {
        if (k > 0) hierarchy.step(0).sweep();
        found.finest.push_back(hierarchy.step(0).residual(norm_));
        hierarchy.restrict_from(0);
        hierarchy.sweep(1);
        hierarchy.restrict_from(1);
        if (drops_forcing_of_middle) drop_forcing_of_middle(hierarchy);
        hierarchy.sweep(2);
        found.coarsest.push_back(hierarchy.step(2).residual(norm_));
        hierarchy.correct(1);
        hierarchy.sweep(1);
        hierarchy.correct(0);
      }
      hierarchy.step(0).sweep();
      hierarchy.step(0).end(state);
    }
    return found;
  }

  /// Nodes 0 and 1 of the coarsest level are nodes 0 and 2 of the one between.
  void drop_forcing_of_middle(StepHierarchy& hierarchy) const {
    State restricted(32);
    for (Index m = 0; m < 2; ++m) {
      to_coarse_.restrict_to_coarse(hierarchy.step(1).forcing().col(2 * m), restricted);
      hierarchy.step(2).forcing().col(m) -= restricted;
    }
  }

  const StateNorm norm_;
  const SpectralAdvectionDiffusion fine_{128}, middle_{64}, coarse_{32};
  const SpectralTransfer to_middle_{fine_, middle_}, to_coarse_{middle_, coarse_};
  const SdcMethod five_{NodeFamily::lobatto, 5, ImplicitCorrection::euler};
  const SdcMethod three_{NodeFamily::lobatto, 3, ImplicitCorrection::euler};
  const SdcMethod two_{NodeFamily::lobatto, 2, ImplicitCorrection::euler};
  const std::vector<PfasstLevel> levels_{
      {&fine_, &five_, 1, nullptr}, {&middle_, &three_, 1, &to_middle_}, {&coarse_, &two_, 1, &to_coarse_}};
};

/// There the coarsest level does not hear of what the level between is forced by, so that its solution is not quite the
/// finest's, and iterations end 7e-13 away.
TEST_F(PublishedMlsdc, HasItsResidualsDigitByDigitWhereForcingIsDroppedAsThere) {
  const Residuals found = residuals_of_step_3(true);
  const std::array finest{6.67207e-4, 6.60607e-7, 8.89424e-9, 1.04101e-10, 2.18056e-12, 7.18701e-13, 7.07797e-13};
  const std::array tolerance{1e-9, 1e-12, 2e-14, 2e-14, 3e-15, 3e-15, 3e-15};  // of rounding: ours, and that of others
  for (std::size_t k = 0; k < finest.size(); ++k) EXPECT_NEAR(found.finest[k], finest[k], tolerance[k]) << k;
  const std::array coarsest{6.23966e-7, 5.19702e-10, 8.28716e-11, 8.35953e-11, 8.34365e-11};
  for (std::size_t k = 0; k < coarsest.size(); ++k)
    EXPECT_NEAR(found.coarsest[k], coarsest[k], 1e-5 * coarsest[k]) << k;
}

TEST_F(PublishedMlsdc, GoesOnToRoundingWhereEveryLevelHearsOfThoseAbove) {
  const Residuals found = residuals_of_step_3(false);
  const std::array finest{6.67e-4, 6.61e-7, 8.89e-9, 1.04e-10};
  for (std::size_t k = 0; k < finest.size(); ++k) EXPECT_NEAR(found.finest[k], finest[k], 2e-3 * finest[k]) << k;
  EXPECT_LT(found.finest[4], 2.18e-12);
  EXPECT_LT(found.finest[5], 5e-14);
  EXPECT_LT(found.finest[8], 2e-14);
  EXPECT_LT(found.coarsest[8], 5e-15);
}

/// A run with one step is that, a step's iteration ending with the sweep that begins the next one there.
TEST_F(PublishedMlsdc, IsARunOfOneStep) {
  PfasstOptions options;
  options.relative = false;
  options.tolerance = 1e-11;
  const TimeGrid grid(0.0, 0.01, 1);
  const State initial = fine_.exact(0.0);
  const RunRecord record = solve_pfasst({grid, initial, levels_}, options, *make_serial_executor());
  ASSERT_TRUE(record.converged());
  StepHierarchy hierarchy(levels_);
  hierarchy.place(0.0, 0.01, initial);
  hierarchy.step(0).predict();
  for (const IterationRecord& iteration : record.iterations) {
    for (const Index level : {0, 1}) {
      if (level > 0) hierarchy.sweep(level);
      hierarchy.restrict_from(level);
    }
    hierarchy.sweep(2);
    for (const Index level : {1, 0}) {
      hierarchy.correct(level);
      hierarchy.sweep(level);
    }
    EXPECT_EQ(iteration.jump, hierarchy.step(0).residual(norm_));
  }
  EXPECT_LE(record.num_iterations(), 4);
  EXPECT_LT((record.boundaries.col(1) - fine_.exact(0.01)).lpNorm<Eigen::Infinity>(), 1e-9);
}

}  // namespace
}  // namespace forerun
