#pragma once

#include "core/base/state.h"

namespace forerun {

/// Linear readout of a random-feature network, fitted to a batch by ridge regression:
///
///   W = argmin ‖W Φ − Y‖_F² + λ ‖W‖_F²,      λ = ridge ≥ 0.
///
/// Shapes (one sample per column): Φ num_features × num_samples, Y num_outputs × num_samples, W num_outputs ×
/// num_features. With λ = 0: least squares, and of all its solutions the one of minimum norm.
/// Method: λ > 0: Householder QR of [Φᵀ; √λ I] where samples ≥ features, else of [Φ; √λ I] (the dual; ‖W‖² + ‖E‖² is
/// least with W Φ + √λ E = Y); λ = 0: complete orthogonal decomposition of Φᵀ. Never the normal equations.
/// Cost O(min(samples, features)² · max(samples, features) + features · samples · outputs). Deterministic, thread-safe.
/// Throws std::invalid_argument on mismatched columns, no samples, λ < 0 or non-finite entries.
/// Source: Gattiglio, Grigoryeva, Tamborrino (2024), eq. (9); Björck (1996), ch. 2.
States fit_readout(const StatesView& features, const StatesView& targets, double ridge);

}  // namespace forerun
