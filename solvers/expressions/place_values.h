#pragma once

#include <map>
#include <vector>

#include "solvers/expressions/graph.h"
#include "solvers/expressions/mesh.h"
#include "solvers/expressions/tape.h"

namespace forerun {

/// Numbers that stand in `Space::scalars`, each once.
class ScalarTable {
 public:
  explicit ScalarTable(Index num_reserved) : values_(static_cast<std::size_t>(num_reserved), 0.0) {}

  Operand constant(const ExpressionGraph& graph, NodeIndex node);
  /// A place for what is computed later.
  Operand reserve();
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
  std::map<NodeIndex, Index> places_;
};

/// Values at every point of a mesh of what depends on the place alone: coordinates and expressions in them, one array
/// of the padded mesh after the other. Computed once, when asked for the values.
class PlaceValues {
 public:
  PlaceValues(const ExpressionGraph& graph, const std::vector<MeshAxisSpec>& axes, const PaddedMesh& mesh)
      : graph_(graph), axes_(axes), mesh_(mesh) {}

  /// Where the value of a node will be found, relative to the point: `Space::places` begins at the mesh's origin.
  Operand operand(NodeIndex node);
  std::vector<double> compute() const;

 private:
  Operand coordinate(NodeIndex node);
  void fill_coordinate(Index axis, double* array) const;

  const ExpressionGraph& graph_;
  const std::vector<MeshAxisSpec>& axes_;
  const PaddedMesh& mesh_;
  std::map<Index, Index> arrays_of_axes_;
  std::map<NodeIndex, Index> arrays_of_nodes_;
  Index num_arrays_ = 0;
};

/// Points that a tape computes at a time: few enough for its registers to stay in the fastest cache.
inline constexpr Index mesh_block = 256;

}  // namespace forerun
