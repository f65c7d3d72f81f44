#pragma once

#include <string>

#include "core/base/state_layout.h"

namespace forerun {

/// What a network with weights shared over the mesh looks at around a point.
///
/// Taps are where: with `symmetric`, *shells*, sets of points that reflections along axes and exchanges of them map
/// onto each other, out to `radius` steps; else in |j| ≤ radius steps of `stride` points to each side of `shift`, means
/// over as many points, and so is the point itself (of one axis), or the single points of the diamond of `radius` (of
/// several).
struct StencilRecipe {
  bool symmetric = false;
  Index radius = 2;
  Index stride = 1;
  Index shift = 0;
  Index degree = 1;          ///< of the products of fields at a point that are averaged over a tap
  Index centre_degree = 1;   ///< the same at the point itself
  Index product_degree = 0;  ///< products at the point of this degree at most times the fields in taps
  Index neurons = 0;
  double decay = 1.0;  ///< of the neurons' weights, in points: e^{−(distance/decay)²/2}
  double scale = 1.0;  ///< length of a neuron's weights: how far from linear it is
  /// What the coarse solver does, G(u) − u, is looked at like further fields, to the first power.
  bool increments = false;
  Index odd = 0;  ///< bit f: field f is 0 one point beyond walls, and odd about it; else it is mirrored

  bool operator==(const StencilRecipe&) const = default;
  /// Steps from a point to the furthest one that is looked at, along each axis.
  Index reach() const;
  /// "shells radius=2 stride=1 …", and back; throws std::invalid_argument.
  std::string text() const;
  static StencilRecipe parse(const std::string& text);
};

/// The recipe; throws std::invalid_argument where it is out of its ranges, or asks on this mesh for what no run could
/// hold: recipes come from files, too.
const StencilRecipe& possible(const StencilRecipe& recipe, const StateLayout& layout);

}  // namespace forerun
