#include "solvers/expressions/tape.h"

#include <algorithm>

namespace forerun {
namespace {

/// An instruction whose operands are still nodes.
struct Step {
  NodeIndex result = 0;
  Op op = Op::copy;
  std::array<NodeIndex, most_operands> in{};
};

class TapeBuilder {
 public:
  TapeBuilder(const ExpressionGraph& graph, const TapeRequest& request)
      : graph_(graph),
        request_(request),
        uses_(static_cast<std::size_t>(graph.size()), 0),
        places_(static_cast<std::size_t>(graph.size())),
        last_use_(static_cast<std::size_t>(graph.size()), -1) {}

  Tape build() {
    collect();
    place_outputs();
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      for (int k = 0; k < num_operands(steps_[s].op); ++k)
        last_use_[at(steps_[s].in[static_cast<std::size_t>(k)])] = static_cast<int>(s);
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) emit(steps_[s], static_cast<int>(s));
    for (const auto& [node, operand] : copies_) emit_copy(node, operand);
    return std::move(tape_);
  }

 private:
  static std::size_t at(NodeIndex node) { return static_cast<std::size_t>(node); }

  /// What is needed, and how often; then the steps, products joined to the sums they belong to.
  void collect() {
    for (const auto& [node, operand] : request_.outputs) ++uses_[at(node)];
    for (NodeIndex i = graph_.size() - 1; i >= 0; --i) {
      if (uses_[at(i)] == 0) continue;
      places_[at(i)] = request_.given(i);
      if (places_[at(i)]) continue;
      const GraphNode& node = graph_.node(i);
      for (int k = 0; k < node.num_inputs(); ++k) ++uses_[at(node.operands[static_cast<std::size_t>(k)])];
    }
    for (const auto& [node, operand] : request_.outputs) ++uses_[at(node)];  // an output is kept even if unused
    std::vector<bool> is_joined(uses_.size(), false);
    for (NodeIndex i = graph_.size() - 1; i >= 0; --i) {
      if (uses_[at(i)] == 0 || places_[at(i)] || is_joined[at(i)]) continue;
      steps_.push_back(joined(i, is_joined));
    }
    std::reverse(steps_.begin(), steps_.end());
  }

  bool is_own_product(NodeIndex i) const {
    return graph_.node(i).op == Op::multiply && uses_[at(i)] == 1 && !places_[at(i)];
  }

  Step joined(NodeIndex i, std::vector<bool>& is_joined) const {
    const GraphNode& node = graph_.node(i);
    const NodeIndex a = node.operands[0], b = node.operands[1];
    const auto join = [&](Op op, NodeIndex product, NodeIndex other) {
      is_joined[at(product)] = true;
      return Step{i, op, {graph_.node(product).operands[0], graph_.node(product).operands[1], other, 0}};
    };
    if (node.op == Op::add && is_own_product(b)) return join(Op::multiply_add, b, a);
    if (node.op == Op::add && is_own_product(a)) return join(Op::multiply_add, a, b);
    if (node.op == Op::subtract && is_own_product(b)) return join(Op::subtract_multiply, b, a);
    if (node.op == Op::subtract && is_own_product(a)) return join(Op::multiply_subtract, a, b);
    return {i, node.op, node.operands};
  }

  /// A node that is computed for an output goes there at once; the rest is copied in the end.
  void place_outputs() {
    for (const auto& [node, operand] : request_.outputs) {
      if (places_[at(node)]) {
        copies_.emplace_back(node, operand);
      } else {
        places_[at(node)] = operand;
      }
    }
  }

  void emit(Step step, int number) {
    // A product's factor that is one number stands first.
    const bool is_product =
        step.op == Op::multiply || (step.op >= Op::multiply_add && step.op <= Op::subtract_multiply);
    if (is_product && is_scalar(step.in[1])) std::swap(step.in[0], step.in[1]);
    if (step.op == Op::add && is_scalar(step.in[1])) std::swap(step.in[0], step.in[1]);
    Instruction instruction;
    unsigned scalars = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(num_operands(step.op)); ++k) {
      instruction.in[k] = *places_[at(step.in[k])];
      if (is_scalar(step.in[k])) scalars |= 1U << k;
    }
    instruction.code = instruction_code(step.op, static_cast<int>(scalars));
    for (std::size_t k = 0; k < static_cast<std::size_t>(num_operands(step.op)); ++k) release(step.in[k], number);
    if (!places_[at(step.result)]) places_[at(step.result)] = Operand{Space::registers, take_register()};
    instruction.out = *places_[at(step.result)];
    tape_.instructions.push_back(instruction);
  }

  void emit_copy(NodeIndex node, const Operand& operand) {
    Instruction instruction{.out = operand};
    instruction.in[0] = *places_[at(node)];
    instruction.code = instruction_code(Op::copy, is_scalar(node) ? 1 : 0);
    tape_.instructions.push_back(instruction);
  }

  bool is_scalar(NodeIndex node) const { return !request_.is_of_scalars && places_[at(node)]->space == Space::scalars; }

  Index take_register() {
    if (free_.empty()) return request_.register_stride * tape_.num_registers++;
    const Index taken = free_.back();
    free_.pop_back();
    return taken;
  }

  void release(NodeIndex node, int number) {
    const Operand& place = *places_[at(node)];
    if (place.space != Space::registers || last_use_[at(node)] != number) return;
    last_use_[at(node)] = -1;  // once, also where it is both operands
    free_.push_back(place.offset);
  }

  const ExpressionGraph& graph_;
  const TapeRequest& request_;
  std::vector<int> uses_;
  std::vector<std::optional<Operand>> places_;
  std::vector<int> last_use_;
  std::vector<Step> steps_;
  std::vector<std::pair<NodeIndex, Operand>> copies_;
  std::vector<Index> free_;
  Tape tape_;
};

}  // namespace

Tape build_tape(const ExpressionGraph& graph, const TapeRequest& request) {
  return TapeBuilder(graph, request).build();
}

}  // namespace forerun
