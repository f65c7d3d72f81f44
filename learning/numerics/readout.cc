// Orthogonal decompositions for readouts are instantiated here and nowhere else: they take seconds to compile.
#include "learning/numerics/readout.h"

#include <Eigen/QR>
#include <cmath>
#include <stdexcept>
#include <string>

namespace forerun {
namespace {

void check_readout(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("readout: " + sentence);
}

States minimum_norm(const StatesView& features, const StatesView& targets) {
  const Eigen::CompleteOrthogonalDecomposition<States> decomposition(features.transpose());
  return decomposition.solve(targets.transpose()).transpose();
}

/// Wᵀ = argmin ‖[Φᵀ; √λ I] Wᵀ − [Yᵀ; 0]‖.
States ridge_primal(const StatesView& features, const StatesView& targets, double ridge) {
  const Index num_features = features.rows(), num_samples = features.cols();
  States stacked(num_samples + num_features, num_features);
  stacked << features.transpose(), std::sqrt(ridge) * States::Identity(num_features, num_features);
  States right = States::Zero(stacked.rows(), targets.rows());
  right.topRows(num_samples) = targets.transpose();
  return Eigen::HouseholderQR<States>(stacked).solve(right).transpose();
}

/// [W E]ᵀ = Q R⁻ᵀ Yᵀ with [Φ; √λ I] = Q R.
States ridge_dual(const StatesView& features, const StatesView& targets, double ridge) {
  const Index num_features = features.rows(), num_samples = features.cols();
  States stacked(num_features + num_samples, num_samples);
  stacked << features, std::sqrt(ridge) * States::Identity(num_samples, num_samples);
  const Eigen::HouseholderQR<States> qr(stacked);
  const auto factor = qr.matrixQR().topRows(num_samples).triangularView<Eigen::Upper>();
  States solution = States::Zero(stacked.rows(), targets.rows());
  solution.topRows(num_samples) = targets.transpose();
  factor.transpose().solveInPlace(solution.topRows(num_samples));
  solution.applyOnTheLeft(qr.householderQ());
  return solution.topRows(num_features).transpose();
}

}  // namespace

States fit_readout(const StatesView& features, const StatesView& targets, double ridge) {
  check_readout(features.cols() == targets.cols(), "as many targets as samples are needed");
  check_readout(features.cols() >= 1 && features.rows() >= 1, "needs at least one sample and one feature");
  check_readout(std::isfinite(ridge) && ridge >= 0, "the ridge must be ≥ 0");
  check_readout(features.allFinite() && targets.allFinite(), "samples must be finite");
  if (ridge == 0.0) return minimum_norm(features, targets);
  return features.cols() < features.rows() ? ridge_dual(features, targets, ridge)
                                           : ridge_primal(features, targets, ridge);
}

}  // namespace forerun
