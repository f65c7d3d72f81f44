#pragma once

#include <array>
#include <initializer_list>
#include <unordered_map>
#include <vector>

#include "core/base/state.h"
#include "solvers/expressions/elementary.h"

namespace forerun {

/// Which mesh point an operand is taken from, relative to the one that is computed.
struct MeshShift {
  Index x = 0;
  Index y = 0;

  bool operator==(const MeshShift&) const = default;
};

/// What a node depends on.
struct Dependence {
  bool time = false;
  bool place = false;
  bool state = false;

  bool operator==(const Dependence&) const = default;
  bool any() const { return time || place || state; }
};

/// Place of a node in its graph; operands stand before what uses them.
using NodeIndex = int;

struct GraphNode {
  Op op = Op::constant;
  std::array<NodeIndex, most_operands> operands{};
  double value = 0.0;  ///< of a constant
  Index index = 0;     ///< of a field or a coordinate
  MeshShift shift{};
  Dependence depends{};

  int num_inputs() const { return num_operands(op); }
};

/// Expressions as a graph in which equal parts are one node, constants are folded and what costs nothing to simplify is
/// simplified: signs, factors that are constant (c₁ (c₂ e) = (c₁ c₂) e, e / c = e (1/c)), whole powers as products.
/// So a value differs from the one written by roundings, and by what 0 · ∞ would have been. Grows only; not
/// thread-safe.
class ExpressionGraph {
 public:
  NodeIndex constant(double value);
  NodeIndex time();
  NodeIndex coordinate(Index axis, MeshShift shift);
  NodeIndex field(Index index, MeshShift shift);
  NodeIndex negate(NodeIndex a);
  /// A function of one or two arguments, or a comparison.
  NodeIndex function(Op op, NodeIndex a);
  NodeIndex function(Op op, NodeIndex a, NodeIndex b);
  NodeIndex add(NodeIndex a, NodeIndex b);
  NodeIndex subtract(NodeIndex a, NodeIndex b);
  NodeIndex multiply(NodeIndex a, NodeIndex b);
  NodeIndex divide(NodeIndex a, NodeIndex b);
  NodeIndex power(NodeIndex base, NodeIndex exponent);
  NodeIndex where(NodeIndex condition, NodeIndex a, NodeIndex b);
  /// c (a − b) and c ((a − 2 b) + e): the central differences.
  NodeIndex scaled_difference(double c, NodeIndex a, NodeIndex b);
  NodeIndex second_difference(double c, NodeIndex a, NodeIndex b, NodeIndex e);

  /// c (((l + r) + (b + t)) − 4 m): the Laplacian where spacings are equal.
  NodeIndex star(double c, NodeIndex l, NodeIndex r, NodeIndex b, NodeIndex t, NodeIndex m);

  const GraphNode& node(NodeIndex i) const { return nodes_[static_cast<std::size_t>(i)]; }
  int size() const { return static_cast<int>(nodes_.size()); }
  bool is_constant(NodeIndex i) const { return node(i).op == Op::constant; }
  double value(NodeIndex i) const { return node(i).value; }

 private:
  struct Hash {
    std::size_t operator()(const GraphNode& node) const;
  };
  struct Equal {
    bool operator()(const GraphNode& a, const GraphNode& b) const;
  };

  NodeIndex insert(GraphNode node);
  NodeIndex make(Op op, std::initializer_list<NodeIndex> operands);
  NodeIndex scale(double factor, NodeIndex a);
  bool is_scaled(NodeIndex a) const;
  std::size_t scale_place(NodeIndex a) const;
  NodeIndex scaled_anew(double factor, NodeIndex a);
  bool are_of_one_kind(std::initializer_list<NodeIndex> nodes) const;
  NodeIndex whole_power(NodeIndex base, int exponent);
  bool is(NodeIndex i, Op op) const { return node(i).op == op; }
  bool is_value(NodeIndex i, double value) const { return is_constant(i) && node(i).value == value; }
  NodeIndex operand(NodeIndex i, std::size_t k) const { return node(i).operands[k]; }

  std::vector<GraphNode> nodes_;
  std::unordered_map<GraphNode, NodeIndex, Hash, Equal> places_;
};

/// The value of an operation on constants.
double computed_value(Op op, const OperandValues<double>& operands);

}  // namespace forerun
