#include "solvers/expressions/mesh.h"

namespace forerun {
namespace {

/// Ghost k = 1, 2, … beyond the low end: its source and what it makes of it; the high end is its mirror image.
GhostPoint beyond_low_end(const MeshAxisSpec& axis, BoundaryValues::Kind kind, double value, Index k) {
  const double h = axis.spacing();
  const auto steps = static_cast<double>(k);
  if (kind == BoundaryValues::Kind::dirichlet) {
    if (axis.nodes == MeshNodes::cells) return {-k, k - 1, -1.0, 2.0 * value};
    return k == 1 ? GhostPoint{-1, 0, 0.0, value} : GhostPoint{-k, k - 2, -1.0, 2.0 * value};
  }
  if (axis.nodes == MeshNodes::cells) return {-k, k - 1, 1.0, -(2.0 * steps - 1.0) * h * value};
  return {-k, k, 1.0, -2.0 * steps * h * value};
}

}  // namespace

double MeshAxisSpec::spacing() const {
  const auto n = static_cast<double>(points);
  const double parts = nodes == MeshNodes::ends ? n - 1.0 : nodes == MeshNodes::inner ? n + 1.0 : n;
  return (to - from) / parts;
}

double MeshAxisSpec::coordinate(Index i) const {
  const double offset = nodes == MeshNodes::inner ? 1.0 : nodes == MeshNodes::cells ? 0.5 : 0.0;
  return from + spacing() * (static_cast<double>(i) + offset);
}

std::vector<GhostPoint> ghost_points(const MeshAxisSpec& axis, const BoundaryValues& values, Index reach) {
  std::vector<GhostPoint> ghosts;
  const Index last = axis.points - 1;
  for (Index k = 1; k <= reach; ++k) {
    if (axis.is_periodic) {
      ghosts.push_back({-k, axis.points - k});
      ghosts.push_back({last + k, k - 1});
      continue;
    }
    ghosts.push_back(beyond_low_end(axis, values.kind, values.low, k));
    // Seen from the other end, a slope along the axis has the opposite sign.
    const double mirrored = values.kind == BoundaryValues::Kind::neumann ? -values.high : values.high;
    GhostPoint high = beyond_low_end(axis, values.kind, mirrored, k);
    high.target = last - high.target;
    high.source = last - high.source;
    ghosts.push_back(high);
  }
  return ghosts;
}

}  // namespace forerun
