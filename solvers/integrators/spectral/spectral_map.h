#pragma once

#include <Eigen/Core>

#include "core/propagation/propagator.h"

namespace forerun {

/// The best map of rank R for what an affine solver F(u) = b + T u makes of a slice,
///
///   G(u) = b + U_R Σ_R V_Rᵀ u,
///
/// from a singular value decomposition T = U Σ Vᵀ. In front of F, Parareal's errors contract by σ_{R+1} = ‖F − G‖ a
/// sweep and slice; with R = 0 there is no coarse solver, only the solution from 0.
///
/// Source: M. J. Gander, M. Ohlberger, S. Rave, "A Parareal algorithm without coarse propagator?".
struct SpectralMap {
  State offset;           ///< b
  Eigen::MatrixXd left;   ///< U_R Σ_R, d × R
  Eigen::MatrixXd right;  ///< V_R, d × R
  double largest = 0.0;   ///< σ_1 = ‖T‖, likewise as left_out
  double left_out =
      0.0;  ///< σ_{R+1} as far as it is seen; 0 where nothing is left out, infinite where R = 0: not looked for

  void apply(const StateView& in, StateOut out) const;
};

/// The map of a slice with `modes` modes, at most d. `linear` is T, `transposed` is Tᵀ, both propagators of their own.
///
/// By a randomised block Krylov decomposition (C. Musco, C. Musco, NeurIPS 2015): blocks of 8 to 64 columns, until the
/// R + 1 largest singular values stand still, at most 4 (R + 8) columns, each of which crosses the slice twice, in
/// blocks; or d crossings where that is no more. Singular values that fall slowly and come in pairs are found, too. The
/// draw is the same every time. Cost beside crossings O(d m²) for m columns. Throws as the propagators do.
SpectralMap find_spectral_map(const Propagator& fine, const Propagator& linear, const Propagator& transposed,
                              const Slice& slice, Index modes);

}  // namespace forerun
