#pragma once

#include <memory>
#include <vector>

#include "learning/stencil/stencil_features.h"

namespace forerun {

/// A readout of features that are all linear in what single points hold, as one convolution of the padded fields:
///
///   m_f(u)(x) = c_f + Σ_g Σ_o w_{f,g}(o) z_g(x + o),      z the scaled fields (and their increments),
///
/// the same function as the product of features and readout, to rounding, at a tenth of its cost: line by line along
/// the last axis, without the features. Points that share their weights, as those of a shell, are added up first. Cost
/// of a point: an addition for each such point and field that is looked at, then two flops a field and shell.
/// Const and thread-safe.
class StencilConvolution {
 public:
  /// Whether all features of a recipe are linear.
  static bool serves(const StencilRecipe& recipe);

  /// `readout` is features × fields. Throws std::invalid_argument where the features are not linear.
  StencilConvolution(const StencilFeatures& features, const StatesView& readout);

  /// `opened` as `StencilFeatures::open` fills it; `out` is a state.
  void evaluate(const double* opened, StateOut out) const;

 private:
  void evaluate_part(const double* at, Index first, Index count, StateOut out) const;

  std::vector<Index> lines_;                ///< place of the first point of each
  Index length_;                            ///< of a line
  State constants_;                         ///< of each field
  std::vector<Index> points_;               ///< offsets from the place
  States point_weights_;                    ///< points × fields
  std::vector<std::vector<Index>> shells_;  ///< offsets of points that share their weights
  States shell_weights_;                    ///< shells × fields
};

}  // namespace forerun
