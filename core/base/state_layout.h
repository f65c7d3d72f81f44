#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// What lies beyond the first and the last point of an axis.
enum class AxisEnds {
  walls_beyond_cells,    ///< walls half a cell beyond: u_{−1−k} mirrors u_k; also where nothing is said
  walls_at_points,       ///< both ends lie on walls: u_{−k} mirrors u_k
  values_beyond_points,  ///< one point beyond each end lies a given value
  periodic,              ///< the ends are neighbours
};

/// One axis of a regular mesh: `points` points from `begin` to `end`.
struct MeshAxis {
  std::string name;  ///< "x"
  Index points = 1;
  double begin = 0.0;
  double end = 1.0;
  AxisEnds ends = AxisEnds::walls_beyond_cells;
};

/// How a state vector is to be looked at; no algorithm depends on it.
///
/// The state holds its fields one after the other. Without axes a field is one number: the components of a small
/// system. With axes each field has a value at every point of the mesh, the last axis running fastest (row by row).
struct StateLayout {
  std::vector<std::string> fields;            ///< "u", "v"; or the names of a system's components
  std::vector<MeshAxis> axes;                 ///< none, (x) or (y, x)
  std::pair<Index, Index> portrait = {0, 1};  ///< the two components whose phase portrait says most

  /// Product over axes and fields: the state's dimension.
  Index dimension() const;
};

/// A system of few components.
StateLayout component_layout(std::vector<std::string> names, std::pair<Index, Index> portrait = {0, 1});

/// What can be said of a state of which only the dimension is known: a few components, or one field over its index.
StateLayout default_layout(Index dimension);

}  // namespace forerun
