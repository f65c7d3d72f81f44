#include "solvers/linear/dependencies.h"

#include <algorithm>
#include <iterator>

namespace forerun {

Dependencies Dependencies::on(Index component) {
  Dependencies result;
  result.num_few_ = 1;
  result.few_[0] = static_cast<int>(component);
  return result;
}

Dependencies Dependencies::united(const Dependencies& a, const Dependencies& b) {
  const std::span<const int> of_a = a.components();
  const std::span<const int> of_b = b.components();
  Dependencies result;
  if (of_a.size() + of_b.size() <= most_few) {
    int* const end = std::set_union(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), result.few_.data());
    result.num_few_ = static_cast<int>(end - result.few_.data());
    return result;
  }
  std::vector<int> all;
  all.reserve(of_a.size() + of_b.size());
  std::set_union(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(all));
  if (all.size() <= most_few) {
    std::copy(all.begin(), all.end(), result.few_.begin());
    result.num_few_ = static_cast<int>(all.size());
  } else {
    result.many_ = std::move(all);
  }
  return result;
}

SparsityPattern pattern_of_rows(std::span<const Dependencies> rows) {
  SparsityPattern columns_of_rows;
  columns_of_rows.dimension = static_cast<Index>(rows.size());
  columns_of_rows.starts.reserve(rows.size() + 1);
  columns_of_rows.starts.push_back(0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const int> components = rows[i].components();
    const auto diagonal = static_cast<int>(i);
    const auto after = std::lower_bound(components.begin(), components.end(), diagonal);
    std::vector<int>& all = columns_of_rows.rows;
    all.insert(all.end(), components.begin(), after);
    if (after == components.end() || *after != diagonal) all.push_back(diagonal);
    all.insert(all.end(), after, components.end());
    columns_of_rows.starts.push_back(static_cast<int>(all.size()));
  }
  return transposed(columns_of_rows);
}

}  // namespace forerun
