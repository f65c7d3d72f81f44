#pragma once

#include "core/base/multiversion.h"
#include "core/base/state.h"

namespace forerun {

/// Arakawa's Jacobian for the bracket {Φ, f} = Φ_x f_y − Φ_y f_x at a point of a mesh of distance h in both directions:
/// the mean of three second-order differences (J⁺⁺ + J⁺ˣ + Jˣ⁺)/3, the one that keeps
///
///   Σ {Φ, f} = 0,      Σ Φ {Φ, f} = 0 (energy),      Σ f {Φ, f} = 0 (enstrophy)
///
/// on a periodic mesh to rounding, and is antisymmetric as the bracket is. It is a sum over the eight neighbours of f
/// with weights of Φ, which several fields that the same Φ carries can share.
/// Source: A. Arakawa, J. Comput. Phys. 1 (1966), 119-143, eq. (46).
template <class Scalar>
struct ArakawaBracket {
  Scalar east, west, north, south, north_east, north_west, south_east, south_west;

  /// Around Φ at `centre`, rows being `stride` apart; `factor` = 1/(12 h²), or minus that.
  FORERUN_INLINE ArakawaBracket(const Scalar* centre, Index stride, double factor) {
    const Scalar e = factor * centre[1], w = factor * centre[-1];
    const Scalar n = factor * centre[stride], s = factor * centre[-stride];
    const Scalar ne = factor * centre[stride + 1], nw = factor * centre[stride - 1];
    const Scalar se = factor * centre[-stride + 1], sw = factor * centre[-stride - 1];
    east = (s - n) + (se - ne);
    west = (n - s) + (nw - sw);
    north = (e - w) + (ne - nw);
    south = (w - e) + (sw - se);
    north_east = e - n;
    north_west = n - w;
    south_east = s - e;
    south_west = w - s;
  }

  /// {Φ, f} at the same point of f, times 12 h² `factor`.
  FORERUN_INLINE Scalar of(const Scalar* f, Index stride) const {
    return ((east * f[1] + west * f[-1]) + (north * f[stride] + south * f[-stride])) +
           ((north_east * f[stride + 1] + south_west * f[-stride - 1]) +
            (north_west * f[stride - 1] + south_east * f[-stride + 1]));
  }
};

}  // namespace forerun
