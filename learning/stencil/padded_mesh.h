#pragma once

#include <vector>

#include "core/base/state_layout.h"

namespace forerun {

/// A regular mesh with a margin of `reach` points around it, so that every point has all its neighbours:
///
///   periodic               beyond one end begins the other
///   walls_beyond_cells     u_{−1−k} = u_k             mirrored about a wall half a point beyond the end
///   walls_at_points        u_{−k} = u_k               mirrored about the end
///   values_beyond_points   u_{−1} = 0, u_{−1−k} = −u_{k−1}
///
/// Offsets are whole numbers of points along each axis; the place of p shifted by an offset is place(p) +
/// shift(offset). A reach beyond the length of an axis goes on mirroring. Memory: 12 bytes a place. Thread-safe.
class PaddedMesh {
 public:
  using Offset = std::vector<Index>;  ///< one number an axis

  /// Throws std::invalid_argument for a layout without axes.
  PaddedMesh(const StateLayout& layout, Index reach);

  Index num_axes() const { return static_cast<Index>(lengths_.size()); }
  Index num_points() const { return static_cast<Index>(places_.size()); }
  /// Of a padded field.
  Index num_places() const { return static_cast<Index>(sources_.size()); }
  Index place(Index point) const { return places_[static_cast<std::size_t>(point)]; }
  Index shift(const Offset& offset) const;
  /// Points in a row, along the last axis: their places follow each other.
  Index line_length() const { return lengths_.back(); }

  /// The number of a padded field at a place.
  double at(const double* field, Index place) const {
    const auto i = static_cast<std::size_t>(place);
    return static_cast<double>(signs_[i]) * field[sources_[i]];
  }
  /// padded (num_places numbers) = field (num_points numbers) and what lies around it.
  void pad(const double* field, double* padded) const;

 private:
  Index reach_;
  std::vector<Index> lengths_;
  std::vector<Index> strides_;  ///< of a padded field, by axis
  std::vector<Index> places_;
  std::vector<int> sources_;  ///< of each place
  std::vector<float> signs_;  ///< 1, −1 or 0
};

}  // namespace forerun
