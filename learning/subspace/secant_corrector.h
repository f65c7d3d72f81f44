#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/training/corrector.h"

namespace forerun {

struct SecantOptions {
  Index rank = 16;                             ///< ≥ 1: earlier states of a slice that count, at most
  std::map<std::string, std::string> printed;  ///< as a model file keeps them
};

/// Each slice by itself: the discrepancy's affine model through the states that this slice began with so far,
///
///   m(u) = δ_0 + ΔD c,      c = argmin ‖ΔU c − (u − u_0)‖,   ΔU = [u_j − u_0],   ΔD = [δ_j − δ_0],
///
/// u_0 the slice's newest state, u_1, u_2, … the ones before it, in components scaled by the problem's bounds. It asks
/// nothing of how discrepancies of different slices have to do with each other, so it stands where what a slice does to
/// a state depends on when the slice is: forced problems, parameters that drift. With one state m is constant, which is
/// classic Parareal; with each iteration one direction more is a secant instead, as in Broyden's method: newest first,
/// and an older difference counts only if it points out of the newer ones (to at least a tenth of its length), since
/// the newer are nearer to where the model is asked.
///
/// What was learned in a slice serves this slice alone: the same index and interval. Elsewhere, and where the harvest
/// does not know its intervals, m = 0.
///
/// Of a run that processes share each needs the samples of its own slices: nothing is exchanged.
///
/// Cost of a fit: O(d r²) for each slice with a new sample, in parallel, r ≤ min(d, rank, samples of the slice − 1); of
/// an evaluation 4 d r + r². Memory beyond the harvest: at most r² / 2 + 2 r numbers a slice.
/// Deterministic and thread-safe as `Corrector` says; a fit depends on the harvest alone. Throws std::invalid_argument
/// if rank < 1.
/// Sources: Broyden (1965); Degroote, Bathe, Vierendeels (2009), Performance of a new partitioned procedure versus a
/// monolithic procedure in fluid–structure interaction (IQN-ILS).
std::unique_ptr<Corrector> make_secant_corrector(const SecantOptions& options, const StateBounds& bounds);

/// Bytes beyond the harvest.
double secant_bytes(const SecantOptions& options, Index dimension, double num_slices);

/// The correction of a saved model: predicts from the model's own harvest.
std::unique_ptr<const Correction> make_secant_correction(std::shared_ptr<const LearnedModel> model, Index rank);

}  // namespace forerun
