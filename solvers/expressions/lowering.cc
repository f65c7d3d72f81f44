#include "solvers/expressions/lowering.h"

#include <cmath>

#include "core/base/number_text.h"
#include "core/base/split_mix.h"
#include "solvers/expressions/expression_error.h"

namespace forerun {
namespace {

Op function_op(Function function) {
  switch (function) {
    case Function::sin:
      return Op::sin;
    case Function::cos:
      return Op::cos;
    case Function::tan:
      return Op::tan;
    case Function::exp:
      return Op::exp;
    case Function::log:
      return Op::log;
    case Function::sqrt:
      return Op::sqrt;
    case Function::tanh:
      return Op::tanh;
    case Function::min:
      return Op::minimum;
    case Function::max:
      return Op::maximum;
    default:
      return Op::abs;
  }
}

}  // namespace

std::size_t Lowering::VisitHash::operator()(const Visit& visit) const {
  const auto word = [](Index value) { return static_cast<std::uint64_t>(value); };
  return split_mix(split_mix(word(visit.place) + split_mix_step * word(visit.shift.x)) + word(visit.shift.y));
}

NodeIndex Lowering::lower(const Syntax& syntax) {
  syntax_ = &syntax;
  known_.clear();
  return lower(syntax.root(), {});
}

NodeIndex Lowering::lower(int place, MeshShift shift) {
  if (const auto known = known_.find({place, shift}); known != known_.end()) return known->second;
  const SyntaxNode& node = syntax_->nodes[static_cast<std::size_t>(place)];
  const NodeIndex made = lower_new(node, shift);
  if (graph_.is_constant(made) && !std::isfinite(graph_.value(made))) {
    throw ExpressionError(syntax_->key, node.offset,
                          "this is " + shortest_text(graph_.value(made)) + ": a constant must be finite");
  }
  if (graph_.size() > most_operations || known_.size() > most_operations) {
    throw ExpressionError(syntax_->key, node.offset,
                          "the expression is too long: with its differences written out it has more than " +
                              std::to_string(most_operations) + " operations");
  }
  known_.emplace(Visit{place, shift}, made);
  return made;
}

NodeIndex Lowering::lower_new(const SyntaxNode& node, MeshShift shift) {
  switch (node.kind) {
    case SyntaxKind::number:
      return graph_.constant(node.number);
    case SyntaxKind::negate:
      return graph_.negate(lower(node.children[0], shift));
    case SyntaxKind::binary:
      return binary(node, shift);
    case SyntaxKind::call:
      return call(node, shift);
    case SyntaxKind::symbol:
      break;
  }
  switch (node.symbol.kind) {
    case Symbol::Kind::time:
      return graph_.time();
    case Symbol::Kind::coordinate:
      return graph_.coordinate(node.symbol.index, shift);
    case Symbol::Kind::field:
      return graph_.field(node.symbol.index, shift);
    case Symbol::Kind::number:
      break;
  }
  return graph_.constant(node.symbol.value);
}

NodeIndex Lowering::binary(const SyntaxNode& node, MeshShift shift) {
  const NodeIndex a = lower(node.children[0], shift);
  const NodeIndex b = lower(node.children[1], shift);
  switch (node.binary) {
    case BinaryOperator::add:
      return graph_.add(a, b);
    case BinaryOperator::subtract:
      return graph_.subtract(a, b);
    case BinaryOperator::multiply:
      return graph_.multiply(a, b);
    case BinaryOperator::divide:
      if (graph_.is_constant(b) && graph_.value(b) == 0.0) {
        throw ExpressionError(syntax_->key, node.offset, "division by 0");
      }
      return graph_.divide(a, b);
    case BinaryOperator::power:
      return graph_.power(a, b);
    case BinaryOperator::less:
      return graph_.function(Op::less, a, b);
    case BinaryOperator::less_equal:
      return graph_.function(Op::less_equal, a, b);
    case BinaryOperator::greater:
      return graph_.function(Op::less, b, a);
    case BinaryOperator::greater_equal:
      return graph_.function(Op::less_equal, b, a);
    case BinaryOperator::equal:
      return graph_.function(Op::equal, a, b);
    case BinaryOperator::not_equal:
      break;
  }
  return graph_.function(Op::not_equal, a, b);
}

NodeIndex Lowering::call(const SyntaxNode& node, MeshShift shift) {
  switch (node.function) {
    case Function::dx:
      return first_difference(node, shift, 0);
    case Function::dy:
      return first_difference(node, shift, 1);
    case Function::dxx:
      return second_difference(node, shift, 0);
    case Function::dyy:
      return second_difference(node, shift, 1);
    case Function::lap:
      return laplacian(node, shift);
    default:
      break;
  }
  const NodeIndex a = lower(node.children[0], shift);
  if (node.num_children == 1) return graph_.function(function_op(node.function), a);
  const NodeIndex b = lower(node.children[1], shift);
  if (node.function == Function::pow) return graph_.power(a, b);
  if (node.function == Function::where) return graph_.where(a, b, lower(node.children[2], shift));
  return graph_.function(function_op(node.function), a, b);
}

NodeIndex Lowering::neighbour(const SyntaxNode& node, MeshShift shift, Index axis, Index steps) {
  Index& along = axis == 0 ? shift.x : shift.y;
  along += steps;
  const MeshAxisSpec& spec = axes_[static_cast<std::size_t>(axis)];
  if (std::abs(along) >= spec.points) {
    throw ExpressionError(syntax_->key, node.offset,
                          "differences inside each other look " + std::to_string(std::abs(along)) +
                              " points far: the mesh has " + std::to_string(spec.points) + " in " + spec.name);
  }
  return lower(node.children[0], shift);
}

NodeIndex Lowering::first_difference(const SyntaxNode& node, MeshShift shift, Index axis) {
  const double factor = 0.5 / axes_[static_cast<std::size_t>(axis)].spacing();
  const NodeIndex before = neighbour(node, shift, axis, -1);
  return graph_.scaled_difference(factor, neighbour(node, shift, axis, 1), before);
}

NodeIndex Lowering::second_difference(const SyntaxNode& node, MeshShift shift, Index axis) {
  const double h = axes_[static_cast<std::size_t>(axis)].spacing();
  const NodeIndex before = neighbour(node, shift, axis, -1);
  const NodeIndex middle = lower(node.children[0], shift);
  return graph_.second_difference(1.0 / (h * h), before, middle, neighbour(node, shift, axis, 1));
}

NodeIndex Lowering::laplacian(const SyntaxNode& node, MeshShift shift) {
  if (axes_.size() == 1) return second_difference(node, shift, 0);
  const double h = axes_[0].spacing();
  if (h != axes_[1].spacing()) {
    const NodeIndex along_x = second_difference(node, shift, 0);
    return graph_.add(along_x, second_difference(node, shift, 1));
  }
  const NodeIndex left = neighbour(node, shift, 0, -1), right = neighbour(node, shift, 0, 1);
  const NodeIndex below = neighbour(node, shift, 1, -1), above = neighbour(node, shift, 1, 1);
  return graph_.star(1.0 / (h * h), left, right, below, above, lower(node.children[0], shift));
}

}  // namespace forerun
