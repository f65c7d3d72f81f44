#include "core/features/feature_step.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/base/uniform_noise.h"

namespace forerun {
namespace {

constexpr std::uint64_t kLayerSeed = 1;
constexpr double kSteepestInTime = 4.0;
constexpr double kSameFeature = 1e-10;

/// ∫_0^τ tanh(a (t − c)) dt
double integral_of_tanh(double slope, double centre, double tau) {
  if (slope == 0.0) return 0.0;
  return std::log(std::cosh(slope * (tau - centre)) / std::cosh(slope * centre)) / slope;
}

/// φ(τ)
Eigen::RowVectorXd features_of_time(const TimeLayer& layer, double tau) {
  Eigen::RowVectorXd result(layer.slopes.size() + 2);
  result[0] = 1.0;
  result[1] = tau;
  for (Index j = 0; j < layer.slopes.size(); ++j) result[j + 2] = std::tanh(layer.slopes[j] * (tau - layer.centres[j]));
  return result;
}

Eigen::RowVectorXd integrals_of_features(const TimeLayer& layer, double tau) {
  Eigen::RowVectorXd result(layer.slopes.size() + 2);
  result[0] = tau;
  result[1] = 0.5 * tau * tau;
  for (Index j = 0; j < layer.slopes.size(); ++j)
    result[j + 2] = integral_of_tanh(layer.slopes[j], layer.centres[j], tau);
  return result;
}

TimeLayer drawn_time_layer(Index neurons) {
  UniformNoise noise(kLayerSeed);
  TimeLayer layer{State(neurons), State(neurons), {}};
  for (Index j = 0; j < neurons; ++j) {
    layer.slopes[j] = kSteepestInTime * (2.0 * noise.next() - 1.0);
    layer.centres[j] = noise.next();
  }
  return layer;
}

State points_of_step(Index count) {
  State points(count);
  for (Index i = 0; i + 1 < count; ++i) {
    const double angle = std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(count - 1);
    points[i] = 0.5 * (1.0 - std::cos(angle));
  }
  points[count - 1] = 1.0;
  return points;
}

void find_modes_of_step(FeatureStep& step) {
  const Eigen::EigenSolver<States> eigen(step.basis.transpose() * step.integrals);
  step.eigenvalues = eigen.eigenvalues();
  step.from_modes = eigen.eigenvectors();
  step.to_modes = step.from_modes.inverse();
}

}  // namespace

Eigen::RowVectorXd TimeLayer::values(double tau) const { return features_of_time(*this, tau) * weights; }

Eigen::RowVectorXd TimeLayer::integrals(double tau) const { return integrals_of_features(*this, tau) * weights; }

FeatureStep make_feature_step(Index neurons) {
  FeatureStep step;
  step.layer = drawn_time_layer(neurons);
  const Index num_features = neurons + 2;
  step.points = points_of_step(num_features + num_features / 2);
  const Index count = step.points.size();
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values(count, num_features),
      integrals = values;
  for (Index i = 0; i < count; ++i) {
    values.row(i) = features_of_time(step.layer, step.points[i]);
    integrals.row(i) = integrals_of_features(step.layer, step.points[i]);
  }
  const Eigen::JacobiSVD<States> svd(values, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const State& sizes = svd.singularValues();
  const Index rank = (sizes.array() > kSameFeature * sizes[0]).count();
  step.layer.weights = svd.matrixV().leftCols(rank) * sizes.head(rank).cwiseInverse().asDiagonal();
  step.basis = svd.matrixU().leftCols(rank);
  step.integrals = integrals * step.layer.weights;
  step.end = step.layer.integrals(1.0);
  find_modes_of_step(step);
  return step;
}

}  // namespace forerun
