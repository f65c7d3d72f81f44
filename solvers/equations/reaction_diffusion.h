#pragma once

#include "solvers/equations/equation.h"

namespace forerun {

/// A field equation that reacts and diffuses, of which diffusion is stiff. `Equation` has, for every scalar type,
///
///   in_each_cell<reacts>(u, du): du = diffusion, and reaction as well where `reacts`.
template <class Equation>
struct ReactionDiffusion : FieldEquation {
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    static_cast<const Equation&>(*this).template in_each_cell<true>(u, du);
  }

  /// Diffusion.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    static_cast<const Equation&>(*this).template in_each_cell<false>(u, du);
  }
};

/// What is beyond the edges of a square of cells: the cell at the other edge, or the cell itself, mirrored.
enum class BeyondEdges { opposite, mirror };

/// change(i, left, right, up, down) in each of m × m cells, row by row, m ≥ 2: its place and those of its neighbours.
/// Cells of the first and last column are visited twice, and what the second visit does must stand.
template <BeyondEdges beyond, class Change>
FORERUN_INLINE void in_each_cell_of_square(Index m, const Change& change) {
  constexpr bool wraps = beyond == BeyondEdges::opposite;
  const Index num_cells = m * m;
  const Index last = m - 1;
  const Index above = wraps ? num_cells - m : 0;  // the first row: from a cell to what is above it
  // All inner rows are one long loop; what it gets wrong in the first and the last column is done again below.
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = m; i < num_cells - m; ++i) change(i, i - 1, i + 1, i - m, i + m);
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 1; i < last; ++i) change(i, i - 1, i + 1, i + above, i + m);
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = num_cells - last; i < num_cells - 1; ++i) change(i, i - 1, i + 1, i - m, i - above);
  for (Index row = 0; row < m; ++row) {
    const Index up = row == 0 ? above : -m;
    const Index down = row == last ? -above : m;
    const Index i = row * m;
    const Index j = i + last;
    change(i, wraps ? j : i, i + 1, i + up, i + down);
    change(j, j - 1, wraps ? i : j, j + up, j + down);
  }
}

/// change(i, left, right, up, down, front, back) in each of m × m × m cells, plane by plane, likewise.
template <BeyondEdges beyond, class Change>
FORERUN_INLINE void in_each_cell_of_cube(Index m, const Change& change) {
  constexpr bool wraps = beyond == BeyondEdges::opposite;
  const Index plane = m * m;
  for (Index z = 0; z < m; ++z) {
    const Index first = z * plane;
    const Index front = z > 0 ? -plane : wraps ? (m - 1) * plane : 0;
    const Index back = z + 1 < m ? plane : wraps ? (1 - m) * plane : 0;
    in_each_cell_of_square<beyond>(
        m, [&](Index i, Index left, Index right, Index up, Index down) __attribute__((always_inline)) {
          const Index here = first + i;
          change(here, first + left, first + right, first + up, first + down, here + front, here + back);
        });
  }
}

}  // namespace forerun
