#pragma once

#include <cstdint>

#include "core/base/state.h"
#include "core/execution/slice_executor.h"

namespace forerun {

/// An orthonormal basis for the outputs of a readout, grown sweep by sweep; of at most r vectors after the first, and
/// r/4 (at least 1) more with each further one, since later samples differ in directions that the first do not show:
///
///   y ≈ B c,      c = Bᵀ y.
///
/// `append` takes new samples Y, and where the basis has room left adds the leading proper orthogonal modes of what it
/// misses, E = Y − B BᵀY: those whose singular values exceed `tolerance` · ‖Y₁‖_F, Y₁ the first samples that are not
/// all zero; there are none before these. Nothing depends on the samples' unit, however far from 1. Existing modes
/// never change, so coefficients stay valid; samples of earlier calls have coefficient 0 in later modes.
///
/// Method: modes by the method of snapshots on a sparse sketch of Y and B, which costs O(k² s) instead of O(k² d) for k
/// samples; then Cholesky QR, twice. Cost O(d k r) a call, memory d (r + r_new). Deterministic, whatever the threads.
/// Throws std::invalid_argument unless dimension, r ≥ 1 and 0 < tolerance < 1.
/// Source: Sirovich (1987); Fukaya, Nakatsukasa, Yanagisawa, Yamamoto (2014), CholeskyQR2.
class PodBasis {
 public:
  /// `first_modes` is r.
  PodBasis(Index dimension, Index first_modes, double tolerance);

  const States& modes() const { return modes_; }

  /// Coefficients of `samples` (d × k) in the basis after it has grown; num_modes × k.
  States append(const StatesView& samples, SliceExecutor& executor);

 private:
  States missing_modes(const StatesView& samples, const States& coefficients, SliceExecutor& executor);

  Index allowed_modes_;
  Index more_modes_;  ///< a call
  double tolerance_;
  double unit_ = 0.0;              ///< of the first samples, a power of two; 0: they were all zero
  double reference_energy_ = 0.0;  ///< ‖Y₁‖_F², in this unit
  States modes_;
};

}  // namespace forerun
