#pragma once

#include <Eigen/Core>

#include "core/base/state.h"

namespace forerun {

/// The features φ of time within a step, and the orthonormal ones q = φ · weights that are read out.
struct TimeLayer {
  State slopes, centres;  ///< of the neurons
  States weights;         ///< (2 + neurons) × rank

  Index rank() const { return weights.cols(); }
  /// q(τ), and ∫_0^τ q; a row each.
  Eigen::RowVectorXd values(double tau) const;
  Eigen::RowVectorXd integrals(double tau) const;
};

/// A network of one random hidden layer over a step, τ ∈ [0, 1],
///
///   v(τ) = Σ_j w_j φ_j(τ),   φ = 1, τ, tanh(a_j (τ − c_j)),      u(τ) = u_0 + h ∫_0^τ v,
///
/// that is to satisfy v = f(t + hτ, u) at `points`: the initial value is built in, integrals of features are known, so
/// nothing is differentiated by differences. Slopes a_j are drawn uniform in ± 4, centres c_j in [0, 1].
///
/// Features that the points cannot tell apart (singular values below 10⁻¹⁰ of the largest) count as one: there are
/// `rank` coefficients y of an orthonormal basis of their values Q,
///
///   values at points Q y,   y = Qᵀ (values),   states at points u_0 + h S y,   at the end u_0 + h e y.
struct FeatureStep {
  TimeLayer layer;
  State points;            ///< m, Chebyshev's of [0, 1] and 1 itself
  States basis;            ///< Q, m × rank
  States integrals;        ///< S, m × rank
  Eigen::RowVectorXd end;  ///< e
  /// Qᵀ S = X Λ X⁻¹: in modes, a step of Newton's iteration takes one system of a state's size each. Conjugate pairs
  /// stand beside each other, the one with positive imaginary part first.
  Eigen::VectorXcd eigenvalues;
  Eigen::MatrixXcd from_modes, to_modes;

  Index rank() const { return basis.cols(); }
};

/// The layer of so many neurons; the draw is the same every time. Cost O(neurons³).
FeatureStep make_feature_step(Index neurons);

}  // namespace forerun
