#pragma once

#include <vector>

#include "solvers/linear/sparse_matrix.h"

namespace forerun {

/// An order of a matrix's rows and columns, and how far its entries then lie from the diagonal.
struct BandOrdering {
  std::vector<int> place;  ///< component i comes at place[i]; empty: at i
  Index below = 0;         ///< places below the diagonal
  Index above = 0;         ///< places above it

  Index width() const { return below > above ? below : above; }
};

/// The narrower of two: the components' own order, and that of Cuthill and McKee (1969) reversed (George 1971). The
/// latter makes narrow bands of chains, closed ones too, whatever the order in which a state holds its fields.
/// Deterministic. Cost O(entries).
BandOrdering narrow_band(const SparsityPattern& pattern);

}  // namespace forerun
