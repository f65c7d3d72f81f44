#include "solvers/expressions/graph.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/base/split_mix.h"

namespace forerun {
namespace {

constexpr int kMostFactors = 16;  ///< of a power that is written as a product

template <std::size_t... I>
double value_by_op(Op op, const OperandValues<double>& x, std::index_sequence<I...>) {
  double value = 0.0;
  constexpr auto first = static_cast<std::size_t>(Op::copy);
  const auto try_op = [&]<std::size_t Number>() {
    constexpr Op candidate = static_cast<Op>(Number + first);
    if (op == candidate) value = computed<candidate>(x);
  };
  (try_op.template operator()<I>(), ...);
  return value;
}

bool commutes(Op op) { return op == Op::add || op == Op::multiply || op == Op::equal || op == Op::not_equal; }

/// Whether x c keeps its digits: c is no number that has lost some.
bool is_sound_factor(double c) { return c == 0.0 || std::isnormal(c); }

}  // namespace

double computed_value(Op op, const OperandValues<double>& operands) {
  constexpr auto count = static_cast<std::size_t>(last_op) - static_cast<std::size_t>(Op::copy) + 1;
  return value_by_op(op, operands, std::make_index_sequence<count>());
}

std::size_t ExpressionGraph::Hash::operator()(const GraphNode& node) const {
  std::uint64_t hash = static_cast<std::uint64_t>(node.op);
  const auto mix = [&](std::uint64_t word) { hash = split_mix(hash + word + split_mix_step); };
  for (const NodeIndex operand : node.operands) mix(static_cast<std::uint64_t>(operand));
  mix(std::bit_cast<std::uint64_t>(node.value));
  mix(static_cast<std::uint64_t>(node.index));
  mix(static_cast<std::uint64_t>(node.shift.x));
  mix(static_cast<std::uint64_t>(node.shift.y));
  return static_cast<std::size_t>(hash);
}

bool ExpressionGraph::Equal::operator()(const GraphNode& a, const GraphNode& b) const {
  return a.op == b.op && a.operands == b.operands &&
         std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value) && a.index == b.index &&
         a.shift == b.shift;
}

NodeIndex ExpressionGraph::insert(GraphNode node) {
  const auto [place, is_new] = places_.try_emplace(node, static_cast<NodeIndex>(nodes_.size()));
  if (is_new) nodes_.push_back(node);
  return place->second;
}

NodeIndex ExpressionGraph::make(Op op, std::initializer_list<NodeIndex> operands) {
  GraphNode node{.op = op};
  std::copy(operands.begin(), operands.end(), node.operands.begin());
  if (commutes(op) && node.operands[1] < node.operands[0]) std::swap(node.operands[0], node.operands[1]);
  OperandValues<double> values{};
  bool all_constant = true;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const GraphNode& input = nodes_[static_cast<std::size_t>(node.operands[k])];
    values[k] = input.value;
    all_constant = all_constant && input.op == Op::constant;
    node.depends.time |= input.depends.time;
    node.depends.place |= input.depends.place;
    node.depends.state |= input.depends.state;
  }
  return all_constant ? constant(computed_value(op, values)) : insert(node);
}

NodeIndex ExpressionGraph::constant(double value) { return insert({.op = Op::constant, .value = value}); }

NodeIndex ExpressionGraph::time() { return insert({.op = Op::time, .depends = {.time = true}}); }

NodeIndex ExpressionGraph::coordinate(Index axis, MeshShift shift) {
  const MeshShift own = axis == 0 ? MeshShift{shift.x, 0} : MeshShift{0, shift.y};
  return insert({.op = Op::coordinate, .index = axis, .shift = own, .depends = {.place = true}});
}

NodeIndex ExpressionGraph::field(Index index, MeshShift shift) {
  return insert({.op = Op::field, .index = index, .shift = shift, .depends = {.state = true}});
}

NodeIndex ExpressionGraph::negate(NodeIndex a) {
  if (is(a, Op::negate)) return operand(a, 0);
  if (is(a, Op::subtract)) return subtract(operand(a, 1), operand(a, 0));
  return scale(-1.0, a);
}

NodeIndex ExpressionGraph::function(Op op, NodeIndex a) { return make(op, {a}); }
NodeIndex ExpressionGraph::function(Op op, NodeIndex a, NodeIndex b) { return make(op, {a, b}); }

NodeIndex ExpressionGraph::add(NodeIndex a, NodeIndex b) {
  if (is_value(a, 0.0)) return b;
  if (is_value(b, 0.0)) return a;
  if (is(b, Op::negate)) return subtract(a, operand(b, 0));
  if (is(a, Op::negate)) return subtract(b, operand(a, 0));
  return make(Op::add, {a, b});
}

NodeIndex ExpressionGraph::subtract(NodeIndex a, NodeIndex b) {
  if (a == b) return constant(0.0);
  if (is_value(b, 0.0)) return a;
  if (is_value(a, 0.0)) return negate(b);
  if (is(b, Op::negate)) return add(a, operand(b, 0));
  return make(Op::subtract, {a, b});
}

NodeIndex ExpressionGraph::multiply(NodeIndex a, NodeIndex b) {
  if (is_constant(a)) return scale(value(a), b);
  if (is_constant(b)) return scale(value(b), a);
  if (is(a, Op::negate)) return negate(multiply(operand(a, 0), b));
  if (is(b, Op::negate)) return negate(multiply(a, operand(b, 0)));
  return make(Op::multiply, {a, b});
}

/// Whether a constant factor is among a node's operands, and where.
bool ExpressionGraph::is_scaled(NodeIndex a) const {
  return is(a, Op::scaled_difference) || is(a, Op::second_difference) || is(a, Op::star) ||
         (is(a, Op::multiply) && (is_constant(operand(a, 0)) || is_constant(operand(a, 1))));
}

std::size_t ExpressionGraph::scale_place(NodeIndex a) const {
  if (is(a, Op::multiply)) return is_constant(operand(a, 0)) ? 0 : 1;
  return static_cast<std::size_t>(num_operands(node(a).op)) - 1;
}

/// The node with another factor in its place.
NodeIndex ExpressionGraph::scaled_anew(double factor, NodeIndex a) {
  const auto [p, q, r, s, t, last] = node(a).operands;
  if (is(a, Op::multiply)) return scale(factor, scale_place(a) == 0 ? q : p);
  if (is(a, Op::scaled_difference)) return scaled_difference(factor, p, q);
  if (is(a, Op::second_difference)) return second_difference(factor, p, q, r);
  return star(factor, p, q, r, s, t);
}

/// factor · a, a factor inside taken together with it.
NodeIndex ExpressionGraph::scale(double factor, NodeIndex a) {
  if (is_constant(a)) return constant(factor * value(a));
  if (factor == 0.0) return constant(0.0);
  if (factor == 1.0) return a;
  if (is(a, Op::negate)) return scale(-factor, operand(a, 0));
  if (is(a, Op::subtract)) return scaled_difference(factor, operand(a, 0), operand(a, 1));
  if (is_scaled(a)) {
    const double both = factor * value(operand(a, scale_place(a)));
    if (is_sound_factor(both)) return scaled_anew(both, a);
  }
  if (factor == -1.0) return make(Op::negate, {a});
  return make(Op::multiply, {constant(factor), a});
}

NodeIndex ExpressionGraph::divide(NodeIndex a, NodeIndex b) {
  if (is_constant(b) && !is_constant(a) && std::isnormal(value(b)) && std::isnormal(1.0 / value(b))) {
    return scale(1.0 / value(b), a);
  }
  return make(Op::divide, {a, b});
}

NodeIndex ExpressionGraph::power(NodeIndex base, NodeIndex exponent) {
  if (is_constant(exponent) && !is_constant(base)) {
    const double n = value(exponent);
    if (n == 0.5) return make(Op::sqrt, {base});
    if (n == std::trunc(n) && std::abs(n) <= kMostFactors) {
      const NodeIndex product = whole_power(base, static_cast<int>(std::abs(n)));
      return n < 0.0 ? divide(constant(1.0), product) : product;
    }
  }
  return make(Op::power, {base, exponent});
}

NodeIndex ExpressionGraph::whole_power(NodeIndex base, int exponent) {
  if (exponent == 0) return constant(1.0);
  if (exponent == 1) return base;
  if (exponent % 2 == 1) return multiply(whole_power(base, exponent - 1), base);
  const NodeIndex half = whole_power(base, exponent / 2);
  return multiply(half, half);
}

NodeIndex ExpressionGraph::where(NodeIndex condition, NodeIndex a, NodeIndex b) {
  if (is_constant(condition)) return value(condition) != 0.0 ? a : b;
  if (a == b) return a;
  return make(Op::where, {condition, a, b});
}

NodeIndex ExpressionGraph::scaled_difference(double c, NodeIndex a, NodeIndex b) {
  if (a == b || c == 0.0) return constant(0.0);
  if (c == 1.0) return subtract(a, b);
  if (is_value(a, 0.0)) return scale(-c, b);
  if (is_value(b, 0.0)) return scale(c, a);
  return make(Op::scaled_difference, {a, b, constant(c)});
}

NodeIndex ExpressionGraph::star(double c, NodeIndex l, NodeIndex r, NodeIndex b, NodeIndex t, NodeIndex m) {
  if (c == 0.0) return constant(0.0);
  if (!are_of_one_kind({l, r, b, t, m})) {
    return scaled_difference(c, add(add(l, r), add(b, t)), scale(4.0, m));
  }
  return make(Op::star, {l, r, b, t, m, constant(c)});
}

/// As what is written at several points is unless some of it was folded away.
bool ExpressionGraph::are_of_one_kind(std::initializer_list<NodeIndex> nodes) const {
  const Dependence& kind = node(*nodes.begin()).depends;
  return kind.any() && std::all_of(nodes.begin(), nodes.end(), [&](NodeIndex i) { return node(i).depends == kind; });
}

NodeIndex ExpressionGraph::second_difference(double c, NodeIndex a, NodeIndex b, NodeIndex e) {
  if ((a == b && b == e) || c == 0.0) return constant(0.0);
  if (!are_of_one_kind({a, b, e})) return scale(c, add(subtract(a, scale(2.0, b)), e));
  return make(Op::second_difference, {a, b, e, constant(c)});
}

}  // namespace forerun
