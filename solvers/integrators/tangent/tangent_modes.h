#pragma once

#include <memory>

#include "core/propagation/tangent_modes.h"
#include "solvers/integrators/tangent/linear_map.h"

namespace forerun {

/// T = T_F or D = T_F − T_G on the R directions V that the fine tangent makes most of: left = T V or D V, right = V. V
/// are the largest right singular vectors of T = T_F by a randomised decomposition (N. Halko, P. G. Martinsson, J. A.
/// Tropp, SIAM Review 53 (2011), 217–288) with blocks of R + 8 columns,
///
///   W = orth(Tᵀ Ω),   Q = orth(T W),   T ≈ Q (Tᵀ Q)ᵀ;
///
/// where Tᵀ is known roughly, of T W Wᵀ with W = orth(Tᵀ T Ω); where it is unknown, W = orth(T Ω), the range finder
/// alone. Whatever V is, products are those of D. Directions of D itself would be those in which a coarse solver does
/// not damp what the fine one does, and no error lies there. With R ≥ d the map is D. The draw Ω is the same every
/// time.
class TwoTangents final : public TangentModesFinder {
 public:
  /// `coarse_tangent` is that of `coarse`, which is referred to. `fine_work`: evaluations of a right-hand side that a
  /// fine solve of a slice takes. `kept`: a solver that a tangent refers to, if it is nobody else's.
  TwoTangents(std::unique_ptr<const SolverTangent> fine, std::unique_ptr<const SolverTangent> coarse_tangent,
              const Propagator& coarse, double fine_work, std::shared_ptr<const Propagator> kept = nullptr);

  TangentModes find(const Slice& slice, const StateView& state, Index modes, Of of) const override;
  const Propagator& coarse() const override { return coarse_; }
  double fine_solves(Index modes, Index dimension) const override;

 private:
  std::unique_ptr<const SolverTangent> fine_, coarse_tangent_;
  const Propagator& coarse_;
  double fine_work_;
  std::shared_ptr<const Propagator> kept_;
};

}  // namespace forerun
