#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/training/corrector.h"

namespace forerun {

struct KrylovOptions {
  double tolerance = 1e-11;                    ///< > 0: directions this small beside the largest do not count
  Index rank = 128;                            ///< ≥ 1: directions at most
  std::map<std::string, std::string> printed;  ///< as a model file keeps them
};

/// Krylov-enhanced Parareal: m = (F − G) ∘ P, P the orthogonal projector on the affine hull of the harvested states,
///
///   P(u) = u_0 + Q Qᵀ (u − u_0),      ΔU Π = Q R,   ΔU = [u_i − u_0],
///
/// in components scaled by the problem's bounds. Where F − G is affine its values on the hull are combinations of the
/// harvested ones, so nothing is solved again:
///
///   m(u) = δ_0 + B Qᵀ (u − u_0),      B = ΔD_r R_r⁻¹,   ΔD = [δ_i − δ_0].
///
/// For a linear problem whose solution stays in a space of r dimensions, one iteration with r + 1 independent samples
/// is exact up to rounding. Elsewhere m is the harvest's affine model, good near the solution only.
///
/// Of more than max(`Harvest::many_samples`, 4 · rank) samples so many are taken, spread evenly.
/// u_0 is the first sample; the r directions are those that column pivoting finds larger than `tolerance` times the
/// largest. Cost of a fit: O(d n min(d, n)) for n samples, of an evaluation 4 d r. Memory: 2 d r doubles.
/// Of a run that processes share each needs all samples, 24 d bytes a slice and iteration: Q and B are combinations of
/// them all.
/// Deterministic and thread-safe as `Corrector` says; a fit depends on the harvest alone.
/// Source: Gander, Petcu (2008), Analysis of a Krylov subspace enhanced Parareal algorithm for linear problems.
std::unique_ptr<Corrector> make_krylov_corrector(const KrylovOptions& options, const StateBounds& bounds);

/// Bytes beyond the harvest, at the peak of a fit.
double krylov_bytes(const KrylovOptions& options, Index dimension, double num_samples);

/// The correction of a saved model, fitted again to the model's own harvest.
std::unique_ptr<const Correction> make_krylov_correction(const LearnedModel& model, double tolerance, Index rank);

}  // namespace forerun
