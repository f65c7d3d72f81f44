#pragma once

#include <memory>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// The places of a square matrix that may be other than zero, by compressed columns: those of column j are
/// rows[starts[j]] … rows[starts[j + 1] − 1], ascending.
struct SparsityPattern {
  Index dimension = 0;
  std::vector<int> starts;
  std::vector<int> rows;

  Index num_entries() const { return static_cast<Index>(rows.size()); }
  int begin(Index column) const { return starts[static_cast<std::size_t>(column)]; }
  int end(Index column) const { return starts[static_cast<std::size_t>(column) + 1]; }
  Index row(int entry) const { return rows[static_cast<std::size_t>(entry)]; }
};

/// The pattern of the transposed matrix.
SparsityPattern transposed(const SparsityPattern& pattern);

/// A sparse matrix: the values of a pattern's places, in their order. Patterns are shared, values are one's own.
struct SparseMatrix {
  std::shared_ptr<const SparsityPattern> pattern;
  std::vector<double> values;

  Index dimension() const { return pattern->dimension; }
  double value(int entry) const { return values[static_cast<std::size_t>(entry)]; }
};

/// Columns in groups, no two of a group with an entry in the same row: one derivative in a group's direction gives all
/// its columns (Curtis, Powell, Reid, J. Inst. Math. Appl. 13 (1974), 117–119). Greedy, in the columns' order;
/// deterministic. Element j is column j's group; groups are counted from 0. Cost: Σ over rows of (entries of the row)².
std::vector<int> column_colors(const SparsityPattern& pattern);

}  // namespace forerun
