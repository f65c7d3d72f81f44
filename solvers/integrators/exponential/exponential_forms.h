#pragma once

#include "solvers/integrators/exponential/exponential_action.h"

namespace forerun {

/// As many step lengths as uniform grids of up to a billion slices have (`resolved_length`).
inline constexpr std::size_t most_kept_lengths = 64;

std::unique_ptr<const ExponentialAction> make_dense_exponential(AffineSystem system);
/// `is_rational`: with factors, else with products.
std::unique_ptr<const ExponentialAction> make_krylov_exponential(AffineSystem system, const State& weights,
                                                                 double tolerance, bool is_rational);

/// Of a symmetric matrix, without a constant.
std::unique_ptr<const ExponentialAction> make_chebyshev_exponential(AffineSystem system, const State& weights,
                                                                    double tolerance);

}  // namespace forerun
