#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/propagation/tangent_modes.h"
#include "learning/training/corrector.h"

namespace forerun {

struct TangentOptions {
  Index modes = 16;                            ///< ≥ 0: R, of each slice
  bool with_coarse = true;                     ///< G makes what it makes of all other directions
  std::map<std::string, std::string> printed;  ///< as a model file keeps them
};

/// What the spectral coarse solver (solvers/integrators/spectral) becomes where equations are not linear: each slice's
/// fine map linearised about the state u_n that the slice has begun with last,
///
///   m(u) = δ_n + D V_R V_Rᵀ (u − u_n),      D = ∂(F − G)/∂u at u_n,
///
/// V_R the R largest right singular vectors of ∂F/∂u there. So G + m agrees with F at u_n and, to first order, in all
/// that F makes most of; the rest is G's. An iteration leaves of an error what F − G makes of directions left out, and
/// a square of it. With R = d it is Newton's method for U[n+1] = F(U[n]), with R = 0 classic Parareal; of a linear
/// problem without a coarse solver, G = b, it is the spectral one.
///
/// Without the coarse solver nothing is made of directions left out,
///
///   m(u) = F(u_n) + T V_R V_Rᵀ (u − u_n) − G(u),      T = ∂F/∂u at u_n,
///
/// which is for a G that is not stable there; each evaluation then takes one of G. If R is too small it is the worse
/// one: what is left of an error is all of T outside of V_R, ‖·‖ ≤ σ_{R+1}.
///
/// The modes of a slice are found when its correction is first evaluated, which in a run is in parallel over slices, on
/// each process for its own slices, the samples of which are all that it needs. Where a fine solve fails meanwhile, R =
/// 0 serves the slice. What it knows serves the same slice alone, the same index and interval; elsewhere m = 0. A
/// description is that of the secant model (secant_corrector.h) of the same samples: tangents are about states of this
/// run.
///
/// Cost beside `TangentModesFinder`: an evaluation 4 d R. Memory: 2 d R numbers for each slice that is evaluated.
/// Deterministic and thread-safe as `Corrector` says; a fit depends on the harvest alone. `finder` may be nullptr,
/// which is R = 0. Throws std::invalid_argument for R < 0.
std::unique_ptr<Corrector> make_tangent_corrector(const TangentOptions& options, const StateBounds& bounds,
                                                  std::shared_ptr<const TangentModesFinder> finder);

/// Bytes beyond the harvest.
double tangent_bytes(const TangentOptions& options, Index dimension, double num_slices);

}  // namespace forerun
