#include "solvers/linear/band_ordering.h"

#include <algorithm>
#include <numeric>

namespace forerun {
namespace {

/// Who is coupled with whom, in either direction.
class Graph {
 public:
  explicit Graph(const SparsityPattern& pattern) : columns_(pattern), rows_(transposed(pattern)) {}

  Index size() const { return columns_.dimension; }
  int degree(int node) const { return columns_.end(node) - columns_.begin(node) + rows_.end(node) - rows_.begin(node); }
  template <class Visit>
  void for_neighbours(int node, const Visit& visit) const {
    for (const SparsityPattern* side : {&columns_, &rows_}) {
      for (int entry = side->begin(node); entry < side->end(node); ++entry) {
        visit(side->rows[static_cast<std::size_t>(entry)]);
      }
    }
  }

 private:
  const SparsityPattern& columns_;
  SparsityPattern rows_;
};

/// Nodes that can be reached from `start`, nearest first, each one's neighbours by their degree; appended to `order`.
/// `seen` has `mark` for nodes met. Returns the first node of the last level.
std::size_t append_by_distance(const Graph& graph, int start, int mark, std::vector<int>& seen,
                               std::vector<int>& order) {
  const std::size_t first = order.size();
  order.push_back(start);
  seen[static_cast<std::size_t>(start)] = mark;
  std::size_t level_begin = first;
  std::size_t level_end = order.size();
  for (std::size_t next = first; next < order.size(); ++next) {
    if (next == level_end) {
      level_begin = level_end;
      level_end = order.size();
    }
    const std::size_t children = order.size();
    graph.for_neighbours(order[next], [&](int node) {
      if (seen[static_cast<std::size_t>(node)] == mark) return;
      seen[static_cast<std::size_t>(node)] = mark;
      order.push_back(node);
    });
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(children), order.end(),
                     [&](int a, int b) { return graph.degree(a) < graph.degree(b); });
  }
  return level_begin;
}

std::vector<int> reverse_cuthill_mckee(const SparsityPattern& pattern) {
  const Graph graph(pattern);
  const auto size = static_cast<std::size_t>(graph.size());
  std::vector<int> seen(size, 0);
  std::vector<int> order;
  order.reserve(size);
  int mark = 0;
  std::vector<bool> is_placed(size, false);
  for (std::size_t seed = 0; seed < size; ++seed) {
    if (is_placed[seed]) continue;
    // From an end of the part: the last node met from the last one met from anywhere.
    const std::size_t first = order.size();
    int start = static_cast<int>(seed);
    for (int search = 0; search < 3; ++search) {
      order.resize(first);
      const std::size_t last_level = append_by_distance(graph, start, ++mark, seen, order);
      if (search == 2) break;
      start = *std::min_element(order.begin() + static_cast<std::ptrdiff_t>(last_level), order.end(),
                                [&](int a, int b) { return graph.degree(a) < graph.degree(b); });
    }
    for (std::size_t i = first; i < order.size(); ++i) is_placed[static_cast<std::size_t>(order[i])] = true;
  }
  std::vector<int> place(size);
  for (std::size_t i = 0; i < size; ++i) place[static_cast<std::size_t>(order[i])] = static_cast<int>(size - 1 - i);
  return place;
}

BandOrdering measured(std::vector<int> place, const SparsityPattern& pattern) {
  BandOrdering result{std::move(place), 0, 0};
  const auto at = [&](Index i) -> Index {
    return result.place.empty() ? i : result.place[static_cast<std::size_t>(i)];
  };
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      const Index offset = at(pattern.row(entry)) - at(column);
      result.below = std::max(result.below, offset);
      result.above = std::max(result.above, -offset);
    }
  }
  return result;
}

}  // namespace

BandOrdering narrow_band(const SparsityPattern& pattern) {
  BandOrdering own = measured({}, pattern);
  if (own.width() <= 1) return own;
  BandOrdering reordered = measured(reverse_cuthill_mckee(pattern), pattern);
  return reordered.width() < own.width() ? reordered : own;
}

}  // namespace forerun
