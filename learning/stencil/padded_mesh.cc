#include "learning/stencil/padded_mesh.h"

#include <limits>
#include <stdexcept>

namespace forerun {
namespace {

struct Source {
  Index index;
  float sign;
};

Index modulo(Index i, Index n) { return ((i % n) + n) % n; }

/// The point of an axis of n points that gives the value at i, which may be any number.
Source source(AxisEnds ends, Index i, Index n) {
  switch (ends) {
    case AxisEnds::periodic:
      return {modulo(i, n), 1.0F};
    case AxisEnds::walls_beyond_cells: {
      const Index j = modulo(i, 2 * n);
      return {j < n ? j : 2 * n - 1 - j, 1.0F};
    }
    case AxisEnds::walls_at_points: {
      if (n == 1) return {0, 1.0F};
      const Index j = modulo(i, 2 * n - 2);
      return {j < n ? j : 2 * n - 2 - j, 1.0F};
    }
    case AxisEnds::values_beyond_points: {
      const Index j = modulo(i + 1, 2 * n + 2);
      if (j == 0 || j == n + 1) return {0, 0.0F};
      return j <= n ? Source{j - 1, 1.0F} : Source{2 * n + 1 - j, -1.0F};
    }
  }
  return {0, 0.0F};
}

}  // namespace

PaddedMesh::PaddedMesh(const StateLayout& layout, Index reach) : reach_(reach) {
  if (layout.axes.empty()) throw std::invalid_argument("mesh: the state has none");
  Index num_points = 1;
  Index num_places = 1;
  for (const MeshAxis& axis : layout.axes) {
    lengths_.push_back(axis.points);
    num_points *= axis.points;
    num_places *= axis.points + 2 * reach;
  }
  if (num_places > std::numeric_limits<int>::max()) throw std::invalid_argument("mesh: has too many points");
  strides_.assign(lengths_.size(), 1);
  for (std::size_t a = lengths_.size() - 1; a-- > 0;) strides_[a] = strides_[a + 1] * (lengths_[a + 1] + 2 * reach);
  places_.resize(static_cast<std::size_t>(num_points));
  sources_.resize(static_cast<std::size_t>(num_places));
  signs_.resize(static_cast<std::size_t>(num_places));
  for (Index place = 0; place < num_places; ++place) {
    Index point = 0;
    float sign = 1.0F;
    bool is_inside = true;
    for (std::size_t a = 0; a < lengths_.size(); ++a) {
      const Index i = place / strides_[a] % (lengths_[a] + 2 * reach) - reach;
      const Source from = source(layout.axes[a].ends, i, lengths_[a]);
      is_inside = is_inside && i >= 0 && i < lengths_[a];
      point = point * lengths_[a] + from.index;
      sign *= from.sign;
    }
    sources_[static_cast<std::size_t>(place)] = static_cast<int>(point);
    signs_[static_cast<std::size_t>(place)] = sign;
    if (is_inside) places_[static_cast<std::size_t>(point)] = place;
  }
}

Index PaddedMesh::shift(const Offset& offset) const {
  Index shift = 0;
  for (std::size_t a = 0; a < strides_.size(); ++a) shift += offset[a] * strides_[a];
  return shift;
}

void PaddedMesh::pad(const double* field, double* padded) const {
  const auto gather = [&](Index begin, Index end) {
    for (Index place = begin; place < end; ++place) padded[place] = at(field, place);
  };
  const Index length = line_length();
  for (Index line = 0; line < num_places(); line += length + 2 * reach_) {
    const auto first = static_cast<std::size_t>(line + reach_);
    const double* const source = field + sources_[first];
    const auto sign = static_cast<double>(signs_[first]);
    gather(line, line + reach_);
    for (Index i = 0; i < length; ++i) padded[line + reach_ + i] = sign * source[i];
    gather(line + reach_ + length, line + length + 2 * reach_);
  }
}

}  // namespace forerun
