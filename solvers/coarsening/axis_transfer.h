#pragma once

#include <vector>

#include "core/base/state_layout.h"

namespace forerun {

/// Rows of a sparse matrix from the values along one axis to those along another.
struct AxisTransfer {
  struct Term {
    Index source;
    double weight;
  };

  Index source_points = 0;
  std::vector<Term> terms;
  std::vector<Index> first;  ///< of each row's terms; one more than there are rows

  Index target_points() const { return static_cast<Index>(first.size()) - 1; }
  /// Every row takes one value as it is, that of its own place.
  bool is_identity() const;
};

/// What is beyond points where `AxisEnds::values_beyond_points`: zero, or not known.
enum class ValuesBeyond { zero, unknown };

/// Both are exact for polynomials of degree order − 1 (order 2: linear, order 4: cubic).
///
/// Places of two periodic axes correspond as parts of the period, others by their coordinates. Beyond the ends,
/// periodic axes repeat and walls beyond cells mirror; elsewhere formulas turn one-sided and use the values beyond
/// only where those are zero. With fewer than `order` points as many as there are.
///
/// Values of a mesh at the places of another, by Lagrange's formula with the `order` points around each.
AxisTransfer interpolation_along(const MeshAxis& from, const MeshAxis& to, int order, ValuesBeyond beyond);

/// Values of a periodic mesh at the places of another by the trigonometric polynomial through all of them, of the least
/// degrees that do: exact for all waves that both meshes show. Every row has all points, so it costs points × places.
AxisTransfer trigonometric_interpolation_along(const MeshAxis& from, const MeshAxis& to);

/// Means of a fine mesh around the places of one that is r ≥ 1 times as coarse,
///
///   v_i = Σ_j φ((x_j − X_i)/(r h)) u_j / r,
///
/// φ the kernel of the interpolation back (hat; cubic). They let through what the coarse mesh can show and damp what it
/// would mistake for something else. Where the kernel reaches beyond an end that says nothing, values as by
/// `interpolation_along`.
AxisTransfer averages_along(const MeshAxis& from, const MeshAxis& to, int order, ValuesBeyond beyond);

}  // namespace forerun
