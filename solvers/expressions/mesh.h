#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Where the points of an axis stand between its ends:
///
///   ends      both ends are points              h = L/(n − 1),  x_i = from + i h
///   period    `to` is `from`, a period later    h = L/n,        x_i = from + i h
///   inner     the ends hold boundary values     h = L/(n + 1),  x_i = from + (i + 1) h
///   cells     middles of n cells                h = L/n,        x_i = from + (i + ½) h
enum class MeshNodes { ends, period, inner, cells };

struct MeshAxisSpec {
  std::string name;  ///< "x" or "y"
  double from = 0.0;
  double to = 1.0;
  Index points = 1;
  MeshNodes nodes = MeshNodes::ends;
  bool is_periodic = false;

  double spacing() const;
  /// Of point i; beyond the ends as well.
  double coordinate(Index i) const;
};

/// What a field does beyond an axis that is not periodic: `dirichlet` values, or `neumann` slopes along the axis, at
/// its two ends.
struct BoundaryValues {
  enum class Kind { dirichlet, neumann };

  Kind kind = Kind::neumann;
  double low = 0.0;
  double high = 0.0;
};

/// A value beyond an end as a point inside gives it: factor · value(source) + offset.
struct GhostPoint {
  Index target = 0;  ///< −1, −2, … or n, n + 1, …
  Index source = 0;
  double factor = 1.0;
  double offset = 0.0;
};

/// The `reach` points beyond each end: periodic ones repeat, the others mirror what is inside so that value or slope at
/// the end is the one given:
///
///   dirichlet, inner   u_{−1} = g,  u_{−1−k} = 2 g − u_{k−1}        cells   u_{−k} = 2 g − u_{k−1}
///   neumann, ends      u_{−k} = u_k − 2 k h g                       cells   u_{−k} = u_{k−1} − (2 k − 1) h g
///
/// Needs reach < n, and nodes on which the kind is defined as above.
std::vector<GhostPoint> ghost_points(const MeshAxisSpec& axis, const BoundaryValues& values, Index reach);

/// A mesh with a margin of ghost points, row by row in one array: x fastest, y slower. Shift (sx, sy) of a point is
/// sx + sy · stride places away; so a difference formula is one loop over all rows at once (`run` places from `origin`
/// on), which computes something meaningless in the margins between rows.
struct PaddedMesh {
  Index nx = 1, ny = 1;
  Index reach_x = 0, reach_y = 0;

  Index stride() const { return nx + 2 * reach_x; }
  Index size() const { return stride() * (ny + 2 * reach_y); }
  Index origin() const { return reach_y * stride() + reach_x; }
  Index run() const { return (ny - 1) * stride() + nx; }
  Index num_points() const { return nx * ny; }
};

/// How one field's array is filled.
struct FieldMargins {
  std::vector<GhostPoint> x;
  std::vector<GhostPoint> y;
};

template <class Scalar>
Scalar ghost_value(const GhostPoint& ghost, const Scalar& source) {
  if (ghost.factor == 1.0 && ghost.offset == 0.0) return source;
  return ghost.factor * source + ghost.offset;
}

/// padded (size()) = the field (num_points()) with its margins.
template <class Scalar>
void fill_padded(const PaddedMesh& mesh, const FieldMargins& margins, const Scalar* field, Scalar* padded) {
  Scalar* const first_row = padded + mesh.origin();
  for (Index row = 0; row < mesh.ny; ++row) {
    Scalar* const at = first_row + row * mesh.stride();
    std::copy_n(field + row * mesh.nx, mesh.nx, at);
    for (const GhostPoint& ghost : margins.x) at[ghost.target] = ghost_value(ghost, at[ghost.source]);
  }
  for (const GhostPoint& ghost : margins.y) {
    const Scalar* const source = padded + (mesh.reach_y + ghost.source) * mesh.stride();
    Scalar* const target = padded + (mesh.reach_y + ghost.target) * mesh.stride();
    for (Index i = 0; i < mesh.stride(); ++i) target[i] = ghost_value(ghost, source[i]);
  }
}

}  // namespace forerun
