#pragma once

#include "core/base/state.h"
#include "learning/kriging/covariance_kernel.h"

namespace forerun {

/// Hyper-parameters of kriging on a handful of points.
struct KrigingScale {
  double length = 8.0;    ///< length scale ÷ the points' root-mean-square distance
  double nugget = 1e-10;  ///< variance of what no function of the inputs explains ÷ the function's variance
};

/// √(mean squared distance) of all pairs of m points; 1 where all coincide. `squared_distances` is m × m, symmetric.
double rms_distance(const StatesView& squared_distances);

/// Cholesky factor of the covariance matrix of m points,
///
///   L Lᵀ = K = [c(D_ij / ℓ²)] + η I,      ℓ = scale.length · rms_distance(D),
///
/// into the lower triangle of `factor` (m × m, apart from D). False where K is not positive definite in double
/// precision. O(m³), no allocation, deterministic, thread-safe.
bool factorize_covariance(CovarianceKernel kernel, const StatesView& squared_distances, const KrigingScale& scale,
                          StatesOut factor);

/// values ← K⁻¹ values, by two triangular solves.
void solve_covariance(const StatesView& factor, StateOut values);

/// −2 log likelihood of m outputs Y (any number of components, all with one variance σ², σ² at its most likely value)
/// given their inputs, up to constants and divided by the number of components:
///
///   m log tr(K⁻¹ YᵀY) + log |K|,      tr(K⁻¹ YᵀY) = ‖L⁻¹ Yᵀ‖_F².
///
/// `outputs` is m × p, any matrix with the same outputs · outputsᵀ as Yᵀ. Infinite where K is not positive definite or
/// the outputs are zero. O(m³ + m² p), no allocation in steady state, deterministic, thread-safe.
/// Source: Rasmussen, Williams (2006), sec. 5.4; Gattiglio, Grigoryeva, Tamborrino (2024), nnGParareal.
double profiled_deviance(CovarianceKernel kernel, const StatesView& squared_distances, const StatesView& outputs,
                         const KrigingScale& scale);

/// R ᵀ of Y = Q R (Y d × m with d > m; m × m result), else Yᵀ: the outputs for `profiled_deviance`, without the squared
/// condition number of a Gram matrix. O(d m²) by modified Gram–Schmidt.
States condensed_outputs(States outputs);

}  // namespace forerun
