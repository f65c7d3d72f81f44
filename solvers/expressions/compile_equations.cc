#include <algorithm>
#include <cmath>
#include <map>

#include "solvers/equations/equation.h"
#include "solvers/expressions/compiled_equations.h"
#include "solvers/expressions/lowering.h"
#include "solvers/expressions/place_values.h"
#include "solvers/expressions/syntax.h"

namespace forerun {
namespace {

/// Expressions of one kind (initial states or right-hand sides) as nodes of one graph.
struct LoweredExpressions {
  ExpressionGraph graph;
  std::vector<NodeIndex> roots;
};

Vocabulary base_vocabulary(const EquationsSpec& equations) {
  Vocabulary vocabulary;
  for (const auto& [name, value] : equations.parameters) vocabulary.add_number(name, value);
  for (std::size_t a = 0; a < equations.axes.size(); ++a) {
    vocabulary.add_coordinate(equations.axes[a].name, static_cast<Index>(a));
  }
  const std::size_t num_axes = equations.axes.size();
  if (num_axes == 0) vocabulary.forbid("x", "'x' is a place only where there is a [problem.mesh]");
  if (num_axes < 2) vocabulary.forbid("y", "'y' is a place only where [problem.mesh] has a y");
  return vocabulary;
}

/// Given those of the nodes before, operands among them.
Linearity linearity_of(const GraphNode& node, const std::vector<Linearity>& known) {
  OperandValues<Linearity> in{};
  Linearity all;
  for (std::size_t k = 0; k < static_cast<std::size_t>(node.num_inputs()); ++k) {
    in[k] = known[static_cast<std::size_t>(node.operands[k])];
    all = Linearity::united(all, in[k]);
  }
  switch (node.op) {
    case Op::constant:
    case Op::coordinate:
      return Linearity();
    case Op::time:
      return Linearity::time();
    case Op::field:
      return Linearity::component();
    case Op::negate:
    case Op::add:
    case Op::subtract:
      return all;
    case Op::multiply:
      return in[0] * in[1];
    case Op::divide:
      return in[0] / in[1];
    case Op::scaled_difference:
      return computed<Op::scaled_difference>(in);
    case Op::second_difference:
      return computed<Op::second_difference>(in);
    case Op::star:
      return computed<Op::star>(in);
    default:
      return Linearity::of_function(all);
  }
}

LoweredExpressions initial_states(const EquationsSpec& equations) {
  Vocabulary vocabulary = base_vocabulary(equations);
  vocabulary.allow_differences(0, "an initial state is not differentiated");
  vocabulary.forbid("t", "'t' has no meaning in an initial state");
  for (const FieldSpec& field : equations.fields) {
    vocabulary.forbid(field.name,
                      "'" + field.name + "' is an unknown: initial states are made of places and parameters");
  }
  LoweredExpressions lowered;
  Lowering lowering(lowered.graph, equations.axes);
  for (const FieldSpec& field : equations.fields) {
    lowered.roots.push_back(lowering.lower(parse_expression(field.name + ".initial", field.initial, vocabulary)));
  }
  return lowered;
}

using ExpressionOf = std::optional<std::string> (*)(const FieldSpec&);
constexpr ExpressionOf whole = [](const FieldSpec& field) -> std::optional<std::string> { return field.rhs; };
constexpr ExpressionOf stiff = [](const FieldSpec& field) { return field.stiff; };

/// Of each field one expression, called `key`; 0 where it has none.
LoweredExpressions sides(const EquationsSpec& equations, const std::string& key, ExpressionOf of_field) {
  Vocabulary vocabulary = base_vocabulary(equations);
  vocabulary.allow_differences(static_cast<int>(equations.axes.size()), "there is no [problem.mesh]");
  vocabulary.add_time();
  for (std::size_t f = 0; f < equations.fields.size(); ++f) {
    vocabulary.add_field(equations.fields[f].name, static_cast<Index>(f));
  }
  LoweredExpressions lowered;
  Lowering lowering(lowered.graph, equations.axes);
  for (const FieldSpec& field : equations.fields) {
    const std::optional<std::string> text = of_field(field);
    lowered.roots.push_back(text ? lowering.lower(parse_expression(field.name + "." + key, *text, vocabulary))
                                 : lowered.graph.constant(0.0));
  }
  return lowered;
}

/// Of all nodes up to the last; roots are what counts.
Linearity linearity_of(const LoweredExpressions& lowered) {
  std::vector<Linearity> of_nodes;
  for (NodeIndex i = 0; i < lowered.graph.size(); ++i)
    of_nodes.push_back(linearity_of(lowered.graph.node(i), of_nodes));
  Linearity all;
  for (const NodeIndex root : lowered.roots) all = Linearity::united(all, of_nodes[static_cast<std::size_t>(root)]);
  return all;
}

PaddedMesh plain_mesh(const EquationsSpec& equations) {
  PaddedMesh mesh;
  if (!equations.axes.empty()) mesh.nx = equations.axes[0].points;
  if (equations.axes.size() > 1) mesh.ny = equations.axes[1].points;
  return mesh;
}

State initial_state(const EquationsSpec& equations, const LoweredExpressions& initial) {
  const PaddedMesh mesh = plain_mesh(equations);
  PlaceValues places(initial.graph, equations.axes, mesh);
  std::vector<Index> arrays;
  for (const NodeIndex root : initial.roots) {
    arrays.push_back(initial.graph.is_constant(root) ? -1 : places.operand(root).offset);
  }
  const std::vector<double> values = places.compute();
  const Index points = mesh.num_points();
  State state(static_cast<Index>(initial.roots.size()) * points);
  for (std::size_t f = 0; f < initial.roots.size(); ++f) {
    double* const at = state.data() + static_cast<Index>(f) * points;
    if (arrays[f] < 0) {
      std::fill_n(at, points, initial.graph.value(initial.roots[f]));
    } else {
      std::copy_n(values.data() + arrays[f], points, at);
    }
  }
  return state;
}

/// Bounds of a field that states none: the range of its initial state and half as much to either side; of one that is
/// the same everywhere, its size to either side, at least 1.
std::pair<double, double> usual_bounds(const Eigen::Ref<const State>& initial) {
  if (!initial.allFinite()) return {-1.0, 1.0};  // nobody will use it
  const double lower = initial.minCoeff(), upper = initial.maxCoeff();
  const double width = upper - lower;
  const double size = std::max(std::abs(lower), std::abs(upper));
  constexpr double rounding = 1e-12;
  const double room = width > rounding * size ? 0.5 * width : std::max(1.0, size);
  return {lower - room, upper + room};
}

AxisEnds ends_of(const MeshAxisSpec& axis) {
  if (axis.is_periodic) return AxisEnds::periodic;
  switch (axis.nodes) {
    case MeshNodes::ends:
      return AxisEnds::walls_at_points;
    case MeshNodes::inner:
      return AxisEnds::values_beyond_points;
    default:
      return AxisEnds::walls_beyond_cells;
  }
}

StateLayout layout_of(const EquationsSpec& equations) {
  StateLayout layout;
  for (const FieldSpec& field : equations.fields) layout.fields.push_back(field.name);
  for (auto axis = equations.axes.rbegin(); axis != equations.axes.rend(); ++axis) {
    layout.axes.push_back(
        {axis->name, axis->points, axis->coordinate(0), axis->coordinate(axis->points - 1), ends_of(*axis)});
  }
  if (layout.fields.size() < 2) layout.portrait = {0, 0};
  return layout;
}

EquationsDescription describe(const EquationsSpec& equations) {
  EquationsDescription description;
  description.initial = initial_state(equations, initial_states(equations));
  description.layout = layout_of(equations);
  const Index dimension = description.initial.size();
  const Index points = dimension / static_cast<Index>(equations.fields.size());
  description.bounds = {State(dimension), State(dimension)};
  description.range = unlimited_range(dimension);
  for (std::size_t f = 0; f < equations.fields.size(); ++f) {
    const Index first = static_cast<Index>(f) * points;
    const FieldSpec& field = equations.fields[f];
    const auto [lower, upper] = field.bounds ? *field.bounds : usual_bounds(description.initial.segment(first, points));
    description.bounds.lower.segment(first, points).setConstant(lower);
    description.bounds.upper.segment(first, points).setConstant(upper);
    if (!field.bounds) continue;
    description.range.lower.segment(first, points).setConstant(lower);
    description.range.upper.segment(first, points).setConstant(upper);
  }
  return description;
}

std::unique_ptr<const SystemTape> compile_system(const LoweredExpressions& rhs) {
  auto made = std::make_unique<SystemTape>();
  made->dimension = static_cast<Index>(rhs.roots.size());
  ScalarTable scalars(0);
  TapeRequest request;
  request.given = [&](NodeIndex i) -> std::optional<Operand> {
    const GraphNode& node = rhs.graph.node(i);
    if (node.op == Op::constant) return scalars.constant(rhs.graph, i);
    if (node.op == Op::time) return Operand{Space::time, 0};
    if (node.op == Op::field) return Operand{Space::fields, node.index};
    return std::nullopt;
  };
  for (std::size_t f = 0; f < rhs.roots.size(); ++f) {
    request.outputs.emplace_back(rhs.roots[f], Operand{Space::outputs, static_cast<Index>(f)});
  }
  made->tape = build_tape(rhs.graph, request);
  made->scalars = scalars.values();
  return made;
}

/// The mesh with margins as wide as the differences look.
PaddedMesh padded_mesh(const EquationsSpec& equations, const ExpressionGraph& graph) {
  PaddedMesh mesh = plain_mesh(equations);
  for (NodeIndex i = 0; i < graph.size(); ++i) {
    mesh.reach_x = std::max(mesh.reach_x, std::abs(graph.node(i).shift.x));
    mesh.reach_y = std::max(mesh.reach_y, std::abs(graph.node(i).shift.y));
  }
  return mesh;
}

std::vector<FieldMargins> margins_of(const EquationsSpec& equations, const PaddedMesh& mesh) {
  std::vector<FieldMargins> margins;
  for (const FieldSpec& field : equations.fields) {
    FieldMargins own;
    for (std::size_t a = 0; a < equations.axes.size(); ++a) {
      const std::optional<BoundaryValues>& values = field.boundary ? field.boundary : equations.boundaries[a];
      (a == 0 ? own.x : own.y) =
          ghost_points(equations.axes[a], values.value_or(BoundaryValues{}), a == 0 ? mesh.reach_x : mesh.reach_y);
    }
    margins.push_back(std::move(own));
  }
  return margins;
}

Tape compile_of_time(const ExpressionGraph& graph, const std::map<NodeIndex, Operand>& asked, ScalarTable& scalars) {
  TapeRequest request;
  request.is_of_scalars = true;
  request.given = [&](NodeIndex i) -> std::optional<Operand> {
    if (graph.is_constant(i)) return scalars.constant(graph, i);
    if (graph.node(i).op == Op::time) return Operand{Space::scalars, 0};
    return std::nullopt;
  };
  request.outputs.assign(asked.begin(), asked.end());
  return build_tape(graph, request);
}

std::unique_ptr<const MeshTape> compile_on_mesh(const EquationsSpec& equations, const LoweredExpressions& rhs) {
  auto made = std::make_unique<MeshTape>();
  const ExpressionGraph& graph = rhs.graph;
  made->mesh = padded_mesh(equations, graph);
  made->margins = margins_of(equations, made->mesh);
  const PaddedMesh& mesh = made->mesh;
  ScalarTable scalars(1);
  PlaceValues places(graph, equations.axes, mesh);
  std::map<NodeIndex, Operand> of_time;
  TapeRequest request;
  request.register_stride = mesh_block;
  request.given = [&](NodeIndex i) -> std::optional<Operand> {
    const GraphNode& node = graph.node(i);
    if (node.op == Op::constant) return scalars.constant(graph, i);
    if (node.op == Op::time) return Operand{Space::scalars, 0};
    if (node.op == Op::field) {
      return Operand{Space::fields, node.index * mesh.size() + node.shift.x + node.shift.y * mesh.stride()};
    }
    if (node.depends.state || (node.depends.time && node.depends.place)) return std::nullopt;
    if (node.depends.place) return places.operand(i);
    return of_time.try_emplace(i, scalars.reserve()).first->second;
  };
  for (std::size_t f = 0; f < rhs.roots.size(); ++f) {
    request.outputs.emplace_back(rhs.roots[f], Operand{Space::outputs, static_cast<Index>(f) * mesh.run()});
  }
  made->tape = build_tape(graph, request);
  made->of_time = compile_of_time(graph, of_time, scalars);
  made->scalars = scalars.values();
  made->places = places.compute();
  return made;
}

CompiledSides compile(const EquationsSpec& equations, const LoweredExpressions& lowered) {
  CompiledSides made;
  if (equations.has_mesh()) {
    made.on_mesh = compile_on_mesh(equations, lowered);
  } else {
    made.system = compile_system(lowered);
  }
  made.linearity = linearity_of(lowered);
  return made;
}

}  // namespace

CompiledEquations compile_equations(const EquationsSpec& equations) {
  CompiledEquations made;
  made.description = describe(equations);
  made.whole = compile(equations, sides(equations, "rhs", whole));
  if (equations.has_stiff_part()) made.stiff = compile(equations, sides(equations, "stiff", stiff));
  return made;
}

void check_expressions(const EquationsSpec& equations) {
  initial_states(equations);
  sides(equations, "rhs", whole);
  sides(equations, "stiff", stiff);
}

}  // namespace forerun
