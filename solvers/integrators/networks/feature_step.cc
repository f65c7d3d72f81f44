#include "solvers/integrators/networks/feature_step.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "solvers/equations/uniform_noise.h"

namespace forerun {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr double kSteepest = 4.0;
constexpr double kTellApart = 1e-10;

/// tanh(a (τ − c)) and its integral from 0.
struct Neuron {
  double slope, centre;
  double value(double at) const { return std::tanh(slope * (at - centre)); }
  double integral(double to) const {
    if (slope == 0.0) return 0.0;
    return std::log(std::cosh(slope * (to - centre)) / std::cosh(slope * centre)) / slope;
  }
};

/// Values and integrals of all features at a place.
void write_features(const std::vector<Neuron>& neurons, double at, Eigen::Ref<Eigen::RowVectorXd> values,
                    Eigen::Ref<Eigen::RowVectorXd> integrals) {
  values[0] = 1.0;
  integrals[0] = at;
  values[1] = at;
  integrals[1] = 0.5 * at * at;
  for (std::size_t j = 0; j < neurons.size(); ++j) {
    values[static_cast<Index>(j) + 2] = neurons[j].value(at);
    integrals[static_cast<Index>(j) + 2] = neurons[j].integral(at);
  }
}

State chebyshev_points(Index count) {
  State points(count);
  for (Index i = 0; i + 1 < count; ++i) {
    const double angle = std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(count - 1);
    points[i] = 0.5 * (1.0 - std::cos(angle));
  }
  points[count - 1] = 1.0;
  return points;
}

void find_modes(FeatureStep& step) {
  const Eigen::EigenSolver<States> eigen(step.basis.transpose() * step.integrals);
  step.eigenvalues = eigen.eigenvalues();
  step.from_modes = eigen.eigenvectors();
  step.to_modes = step.from_modes.inverse();
}

}  // namespace

FeatureStep make_feature_step(Index neurons) {
  UniformNoise noise(kSeed);
  std::vector<Neuron> layer;
  for (Index j = 0; j < neurons; ++j) {
    const double slope = kSteepest * (2.0 * noise.next() - 1.0);
    layer.push_back({slope, noise.next()});
  }
  const Index features = neurons + 2;
  FeatureStep step;
  step.points = chebyshev_points(features + features / 2);
  const Index count = step.points.size();
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values(count, features), integrals = values;
  for (Index i = 0; i < count; ++i) write_features(layer, step.points[i], values.row(i), integrals.row(i));
  Eigen::RowVectorXd end_values(features), end(features);
  write_features(layer, 1.0, end_values, end);

  const Eigen::JacobiSVD<States> svd(values, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const State& sizes = svd.singularValues();
  const Index rank = (sizes.array() > kTellApart * sizes[0]).count();
  const States weights = svd.matrixV().leftCols(rank) * sizes.head(rank).cwiseInverse().asDiagonal();
  step.basis = svd.matrixU().leftCols(rank);
  step.integrals = integrals * weights;
  step.end = end * weights;
  find_modes(step);
  return step;
}

}  // namespace forerun
