#pragma once

#include <vector>

#include "solvers/linear/hartley_transform.h"

namespace forerun {

/// Solves Δ_h Φ = ω on a periodic square of m × m points at distance h, Δ_h the five-point Laplacian, as exactly as
/// rounding lets: both axes are transformed (hartley_transform.h), and each wave is divided by its eigenvalue
///
///   λ_jk = −(2 sin(πj/m)/h)² − (2 sin(πk/m)/h)².
///
/// Φ and what counts of ω have mean 0. Symmetric: Σ Ψ Φ(ω) = Σ ω Φ(Ψ) to rounding. Fields are row by row. Cost: 10 m²
/// log₂ m operations for a power of two. `Scalar` as for equations (equation.h); a point of Φ depends on all of ω.
/// Deterministic; const members may run on many threads.
class PeriodicPoisson {
 public:
  /// m ≥ 1, h > 0.
  PeriodicPoisson(Index points, double distance);

  Index points() const { return transform_.size(); }

  /// `density`, `potential` and `scratch` are m² numbers each, apart from each other.
  template <class Scalar>
  FORERUN_INLINE void solve(const Scalar* density, Scalar* potential, Scalar* scratch) const {
    const Index m = points();
    transform_.transform_columns(m, density, scratch);
    transpose(scratch, potential);
    transform_.transform_columns(m, potential, scratch);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < m * m; ++i) scratch[i] = factors_[static_cast<std::size_t>(i)] * scratch[i];
    transform_.transform_columns(m, scratch, potential);
    transpose(potential, scratch);
    transform_.transform_columns(m, scratch, potential);
  }

 private:
  /// Square by square, or every number would be fetched from a line of its own.
  template <class Scalar>
  FORERUN_INLINE void transpose(const Scalar* from, Scalar* to) const {
    constexpr Index side = 8;
    const Index m = points();
    for (Index row = 0; row < m; row += side) {
      for (Index column = 0; column < m; column += side) {
        const Index end_row = row + side < m ? row + side : m;
        const Index end_column = column + side < m ? column + side : m;
        for (Index i = row; i < end_row; ++i) {
          for (Index j = column; j < end_column; ++j) to[j * m + i] = from[i * m + j];
        }
      }
    }
  }

  HartleyTransform transform_;
  std::vector<double> factors_;  ///< 1/(m² λ_jk), 0 for the mean
};

}  // namespace forerun
