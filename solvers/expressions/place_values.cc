#include "solvers/expressions/place_values.h"

#include <algorithm>

namespace forerun {
namespace {

Index wrapped(Index i, Index points) { return ((i % points) + points) % points; }

}  // namespace

Operand ScalarTable::constant(const ExpressionGraph& graph, NodeIndex node) {
  const auto [place, is_new] = places_.try_emplace(node, static_cast<Index>(values_.size()));
  if (is_new) values_.push_back(graph.value(node));
  return {Space::scalars, place->second};
}

Operand ScalarTable::reserve() {
  values_.push_back(0.0);
  return {Space::scalars, static_cast<Index>(values_.size()) - 1};
}

Operand PlaceValues::operand(NodeIndex node) {
  if (graph_.node(node).op == Op::coordinate) return coordinate(node);
  const auto [place, is_new] = arrays_of_nodes_.try_emplace(node, num_arrays_);
  if (is_new) ++num_arrays_;
  return {Space::places, place->second * mesh_.size()};
}

Operand PlaceValues::coordinate(NodeIndex node) {
  const GraphNode& asked = graph_.node(node);
  const auto [place, is_new] = arrays_of_axes_.try_emplace(asked.index, num_arrays_);
  if (is_new) ++num_arrays_;
  return {Space::places, place->second * mesh_.size() + asked.shift.x + asked.shift.y * mesh_.stride()};
}

std::vector<double> PlaceValues::compute() const {
  ScalarTable scalars(0);
  PlaceValues with_coordinates = *this;
  TapeRequest request;
  request.register_stride = mesh_block;
  request.given = [&](NodeIndex node) -> std::optional<Operand> {
    if (graph_.is_constant(node)) return scalars.constant(graph_, node);
    if (graph_.node(node).op == Op::coordinate) return with_coordinates.coordinate(node);
    return std::nullopt;
  };
  for (const auto& [node, array] : arrays_of_nodes_) {
    request.outputs.emplace_back(node, Operand{Space::places, array * mesh_.size()});
  }
  const Tape tape = build_tape(graph_, request);
  // One at least: its origin is pointed to, whether anything depends on the place or not.
  const Index num_arrays = std::max<Index>(1, with_coordinates.num_arrays_);
  std::vector<double> values(static_cast<std::size_t>(num_arrays * mesh_.size()), 0.0);
  for (const auto& [axis, array] : with_coordinates.arrays_of_axes_) {
    fill_coordinate(axis, values.data() + array * mesh_.size());
  }
  std::vector<double> constants = scalars.values();
  std::vector<double> registers(static_cast<std::size_t>(tape.num_registers * mesh_block));
  TapeBases bases;
  bases[Space::scalars] = constants.data();
  bases[Space::registers] = registers.data();
  for (Index k = 0; k < mesh_.run(); k += mesh_block) {
    bases[Space::places] = values.data() + mesh_.origin() + k;
    run_tape(tape, bases, std::min(mesh_block, mesh_.run() - k));
  }
  return values;
}

void PlaceValues::fill_coordinate(Index axis, double* array) const {
  const MeshAxisSpec& spec = axes_[static_cast<std::size_t>(axis)];
  const auto value = [&](Index i) { return spec.coordinate(spec.is_periodic ? wrapped(i, spec.points) : i); };
  for (Index row = -mesh_.reach_y; row < mesh_.ny + mesh_.reach_y; ++row) {
    double* const at = array + mesh_.origin() + row * mesh_.stride();
    for (Index i = -mesh_.reach_x; i < mesh_.nx + mesh_.reach_x; ++i) at[i] = value(axis == 0 ? i : row);
  }
}

}  // namespace forerun
