#include "core/base/state_layout.h"

namespace forerun {

Index StateLayout::dimension() const {
  auto size = static_cast<Index>(fields.size());
  for (const MeshAxis& axis : axes) size *= axis.points;
  return size;
}

StateLayout component_layout(std::vector<std::string> names, std::pair<Index, Index> portrait) {
  return {std::move(names), {}, portrait};
}

StateLayout default_layout(Index dimension) {
  constexpr Index few = 8;
  if (dimension > few) return {{"u"}, {{"index", dimension, 0.0, static_cast<double>(dimension - 1)}}};
  std::vector<std::string> names;
  for (Index i = 1; i <= dimension; ++i) names.push_back("u" + std::to_string(i));
  return component_layout(std::move(names));
}

}  // namespace forerun
