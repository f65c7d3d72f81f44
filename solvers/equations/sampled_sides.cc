#include "solvers/equations/sampled_sides.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace forerun {
namespace {

/// The operations of one component, in order, its own places in them; and the components of the state it looks at.
struct Operations {
  std::vector<RecordedNode> nodes;
  std::vector<Index> looked_at;
};

bool has_left(RecordedOp op) { return op >= RecordedOp::add; }
bool has_right(RecordedOp op) { return op >= RecordedOp::add && op <= RecordedOp::divide; }

/// In the order in which operations ask for them: alike for components that are computed alike, wherever their
/// operands are in the state.
void append(const Recording& recording, int result, std::map<int, int>& places, Operations& to) {
  struct Visit {
    int node;
    bool is_ready;
  };
  std::vector<Visit> open{{result, false}};
  while (!open.empty()) {
    const Visit visit = open.back();
    open.pop_back();
    if (places.contains(visit.node)) continue;
    RecordedNode node = recording.nodes[static_cast<std::size_t>(visit.node)];
    const bool is_leaf = !has_left(node.op);
    if (!visit.is_ready && !is_leaf) {
      open.push_back({visit.node, true});
      if (has_right(node.op)) open.push_back({node.b, false});
      open.push_back({node.a, false});
      continue;
    }
    if (node.op == RecordedOp::component) {
      to.looked_at.push_back(node.a);
      node.a = static_cast<int>(to.looked_at.size()) - 1;
    }
    if (has_left(node.op)) node.a = places.at(node.a);
    if (has_right(node.op)) node.b = places.at(node.b);
    places[visit.node] = static_cast<int>(to.nodes.size());
    to.nodes.push_back(node);
  }
}

}  // namespace

SampledSides::SampledSides(const Recording& recording, std::span<const int> results, std::span<const Index> components)
    : functions_(recording.functions), num_outputs_(static_cast<Index>(components.size())) {
  if (!recording.is_complete) throw std::invalid_argument("a recording must be complete to be sampled");
  for (std::size_t k = 0; k < components.size(); ++k) {
    Operations operations;
    std::map<int, int> places;
    append(recording, results[static_cast<std::size_t>(components[k])], places, operations);
    auto group = std::find_if(groups_.begin(), groups_.end(),
                              [&](const Group& other) { return other.operations == operations.nodes; });
    if (group == groups_.end()) {
      group = groups_.insert(groups_.end(), Group{operations.nodes, {}, {}});
      group->places.resize(operations.looked_at.size());
    }
    group->members.push_back(static_cast<Index>(k));
    for (std::size_t slot = 0; slot < operations.looked_at.size(); ++slot)
      group->places[slot].push_back(operations.looked_at[slot]);
    inputs_.insert(inputs_.end(), operations.looked_at.begin(), operations.looked_at.end());
  }
  std::sort(inputs_.begin(), inputs_.end());
  inputs_.erase(std::unique(inputs_.begin(), inputs_.end()), inputs_.end());
  for (Group& group : groups_) {
    for (std::vector<Index>& row : group.places) {
      for (Index& place : row) place = std::lower_bound(inputs_.begin(), inputs_.end(), place) - inputs_.begin();
    }
    const auto size = static_cast<Index>(group.operations.size() * group.members.size());
    scratch_size_ = std::max(scratch_size_, size);
  }
}

Index SampledSides::num_operations() const {
  Index count = 0;
  for (const Group& group : groups_) count += static_cast<Index>(group.operations.size() * group.members.size());
  return count;
}

}  // namespace forerun
