#include "solvers/linear/sparse_matrix.h"

namespace forerun {

SparsityPattern transposed(const SparsityPattern& pattern) {
  SparsityPattern result;
  result.dimension = pattern.dimension;
  result.starts.assign(static_cast<std::size_t>(pattern.dimension) + 1, 0);
  result.rows.resize(pattern.rows.size());
  for (const int row : pattern.rows) ++result.starts[static_cast<std::size_t>(row) + 1];
  for (std::size_t i = 1; i < result.starts.size(); ++i) result.starts[i] += result.starts[i - 1];
  std::vector<int> next(result.starts.begin(), result.starts.end() - 1);
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      int& place = next[static_cast<std::size_t>(pattern.row(entry))];
      result.rows[static_cast<std::size_t>(place++)] = static_cast<int>(column);
    }
  }
  return result;
}

std::vector<int> column_colors(const SparsityPattern& pattern) {
  const SparsityPattern columns_of_rows = transposed(pattern);
  std::vector<int> colors(static_cast<std::size_t>(pattern.dimension), -1);
  std::vector<Index> taken_by;  // element c: the last column for which colour c was found to be taken
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      const Index row = pattern.row(entry);
      for (int other = columns_of_rows.begin(row); other < columns_of_rows.end(row); ++other) {
        const int color = colors[static_cast<std::size_t>(columns_of_rows.row(other))];
        if (color >= 0) taken_by[static_cast<std::size_t>(color)] = column;
      }
    }
    std::size_t color = 0;
    while (color < taken_by.size() && taken_by[color] == column) ++color;
    if (color == taken_by.size()) taken_by.push_back(-1);
    colors[static_cast<std::size_t>(column)] = static_cast<int>(color);
  }
  return colors;
}

}  // namespace forerun
