#pragma once

#include <span>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// One time slice: its index n in the whole grid and its interval [begin, end].
struct Slice {
  Index index = 0;
  double begin = 0.0;
  double end = 0.0;

  double length() const { return end - begin; }
};

/// N slices of equal length on [begin, end], or slices between boundaries of one's own:
///
///   t_n = begin + (end − begin) · n / N,      n = 0 … N.
///
/// Every boundary is computed from its index, never by adding up steps, so t_N is `end` exactly and neighbouring
/// slices share their boundary to the last bit.
/// Throws std::invalid_argument unless begin < end, both finite, 1 ≤ num_slices ≤ 10⁹ and the slices are long
/// enough for neighbouring boundaries to differ in double precision; unless own boundaries are finite and grow.
class TimeGrid {
 public:
  TimeGrid(double begin, double end, Index num_slices);
  /// N slices between N + 1 boundaries.
  explicit TimeGrid(const std::vector<double>& boundaries);

  double begin() const { return begin_; }
  double end() const { return end_; }
  Index num_slices() const { return static_cast<Index>(slices_.size()); }
  /// On average.
  double slice_length() const { return (end_ - begin_) / static_cast<double>(num_slices()); }

  /// Slices [first, first + count) as a grid of their own. They keep their indices and times; `slice(n)` and
  /// `boundary(n)` are counted from its first.
  TimeGrid part(Index first, Index count) const;

  const Slice& slice(Index n) const { return slices_[static_cast<std::size_t>(n)]; }
  /// Slices [first, first + count).
  std::span<const Slice> slices(Index first, Index count) const;
  /// t_n, n = 0 … N.
  double boundary(Index n) const;

 private:
  explicit TimeGrid(std::vector<Slice> slices);

  double begin_;
  double end_;
  std::vector<Slice> slices_;
};

}  // namespace forerun
