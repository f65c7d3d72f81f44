#include "core/features/feature_step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

namespace forerun {
namespace {

TEST(FeatureStep, HasAnOrthonormalBasisWhoseIntegralsAreThoseOfItsValues) {
  for (const Index neurons : {1, 4, 12, 40}) {
    const FeatureStep step = make_feature_step(neurons);
    const Index rank = step.rank();
    EXPECT_LE((step.basis.transpose() * step.basis - States::Identity(rank, rank)).norm(), 1e-12) << neurons;
    // Constant and linear features are among them, with or without neurons: 2 + 3 τ becomes 2 τ + 3/2 τ².
    const State values = (2.0 + 3.0 * step.points.array()).matrix();
    const State coefficients = step.basis.transpose() * values;
    EXPECT_LE((step.basis * coefficients - values).norm(), 1e-9 * values.norm()) << neurons;
    const State integrals = (2.0 * step.points.array() + 1.5 * step.points.array().square()).matrix();
    EXPECT_LE((step.integrals * coefficients - integrals).norm(), 1e-9) << neurons;
    EXPECT_NEAR(step.end * coefficients, 3.5, 1e-9) << neurons;
    const Eigen::MatrixXcd matrix = step.from_modes * step.eigenvalues.asDiagonal() * step.to_modes;
    EXPECT_LE((matrix - (step.basis.transpose() * step.integrals).cast<std::complex<double>>()).norm(), 1e-9)
        << neurons;
  }
}

TEST(FeatureStep, MoreNeuronsShowASmoothFunctionBetter) {
  double last = 1.0;
  for (const Index neurons : {1, 4, 12}) {
    const FeatureStep step = make_feature_step(neurons);
    const State values = (3.0 * step.points.array()).cos();
    const double error = std::abs(step.end * (step.basis.transpose() * values) - std::sin(3.0) / 3.0);
    EXPECT_LT(error, 0.2 * last) << neurons;
    last = error;
  }
  EXPECT_LT(last, 1e-9);
}

TEST(TimeLayer, KnowsValuesAndIntegralsAtAnyTime) {
  const FeatureStep step = make_feature_step(12);
  for (Index i = 0; i < step.points.size(); ++i) {
    EXPECT_LE((step.layer.values(step.points[i]) - step.basis.row(i)).norm(), 1e-4) << i;
    EXPECT_LE((step.layer.integrals(step.points[i]) - step.integrals.row(i)).norm(), 1e-4) << i;
  }
  EXPECT_TRUE(step.layer.integrals(0.0).isZero(0.0));
  const double h = 1e-4;
  for (const double tau : {0.1, 0.37, 0.9}) {
    const Eigen::RowVectorXd quotient = (step.layer.integrals(tau + h) - step.layer.integrals(tau - h)) / (2.0 * h);
    EXPECT_LE((quotient - step.layer.values(tau)).norm(), 1e-3) << tau;
  }
}

}  // namespace
}  // namespace forerun
