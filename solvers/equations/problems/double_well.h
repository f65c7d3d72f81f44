#pragma once

#include <array>

#include "solvers/equations/equation.h"

namespace forerun {

/// What drives phases apart in the equation of Allen and Cahn: −W'(u) = u − u³, W(u) = ¼ (1 − u²)².
template <class Scalar>
FORERUN_INLINE Scalar double_well_force(const Scalar& u) {
  return u - u * u * u;
}

/// Its mean over `count` cells: the Lagrange multiplier of Rubinstein and Sternberg (1992) that keeps Σ u. Summed in
/// eight strands, whatever the machine.
template <class Scalar>
FORERUN_INLINE Scalar mean_double_well_force(const Scalar* u, Index count) {
  constexpr Index strands = 8;
  std::array<Scalar, strands> sums;
  sums.fill(broadcast<Scalar>(0.0));
  const Index whole = count - count % strands;
  for (Index i = 0; i < whole; i += strands) {
    for (Index k = 0; k < strands; ++k)
      sums[static_cast<std::size_t>(k)] = sums[static_cast<std::size_t>(k)] + double_well_force(u[i + k]);
  }
  for (Index i = whole; i < count; ++i) sums[0] = sums[0] + double_well_force(u[i]);
  for (std::size_t half = strands / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) sums[k] = sums[k] + sums[k + half];
  }
  return sums[0] / static_cast<double>(count);
}

}  // namespace forerun
