#pragma once

#include "core/base/state.h"

namespace forerun {

/// Weights w with which a minimum-norm least-squares readout *with intercept*, fitted to m samples, combines their
/// targets at a query: for every target matrix Y,
///
///   Y w = ȳ + (Y − ȳ 1ᵀ) Φ_c⁺ (φ − φ̄),      Φ_c = Φ − φ̄ 1ᵀ,      1ᵀ w = 1.
///
/// So a readout from M features to d outputs need never be formed: O(M m²) for the weights, O(m d) for the value.
///
/// Method: with the m − 1 orthonormal Helmert contrasts H of m samples, w = 1/m + H (Φ H)⁺ (φ − φ̄); Householder QR of
/// Φ H, then Hestenes' one-sided Jacobi singular values of its triangle, those below ε · max(M, m) · max(σ_max, ‖φ‖)
/// dropped: differences of features are not known better than that, and samples on one line differ by noise only.
/// Shapes: `features` M × m, `query` M, `weights` m. No allocation in steady state, deterministic, thread-safe.
/// Throws std::invalid_argument on mismatched shapes or m < 1.
/// Source: Gattiglio, Grigoryeva, Tamborrino (2024), sec. 3; Golub, Van Loan (2013), sec. 8.6.
void affine_weights(const StatesView& features, const StateView& query, StateOut weights);

}  // namespace forerun
