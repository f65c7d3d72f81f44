#pragma once

#include <memory>

#include "core/base/state.h"
#include "learning/numerics/normalizer.h"
#include "learning/subspace/sketch.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// What a random layer is drawn from.
struct LayerOptions {
  std::string activation = "relu";  ///< "relu" or "tanh"
  Index neurons = 100;              ///< M
  double scale = 1.0;               ///< weights are uniform in (−scale, scale)
  double bias_scale = 1.0;          ///< biases are uniform in (−bias_scale, bias_scale)
  Index input_degree = 1;           ///< 2: products of two inputs are inputs as well
  bool linear = false;              ///< the inputs are features as well
  bool constant = false;            ///< so is 1
  Index sketch_size = 0;            ///< states longer than this are compressed to it first; 0: never
  std::uint64_t seed = 1;
};

/// Draws weights and biases for states of `dimension` components. The first M neurons do not depend on how many there
/// are. Throws std::invalid_argument for an unknown activation, M < 1, a degree other than 1 or 2, scales not > 0.
LayerData draw_layer(const LayerOptions& options, Index dimension);

/// The hidden layer of a random-feature network:
///
///   φ(u) = [a(C z + b); z if linear; 1 if constant],   z = s or [s; s_i s_j (i ≤ j)],   s = x or S x,   x = N(u),
///
/// N the `Normalizer`, S the `Sketch` (only where the layer has one), C and b fixed random, a = max(0, ·) or tanh.
/// Cost O(d + M · inputs) a state; without a sketch inputs = d. Deterministic, thread-safe, no allocation in steady
/// state; a state's features do not depend, bit for bit, on the block it is evaluated in.
/// Throws std::invalid_argument where the layer's shapes do not fit the bounds' dimension.
/// Source: Gattiglio, Grigoryeva, Tamborrino (2024), eq. (9); Gonon, Grigoryeva, Ortega (2023).
class RandomFeatures {
 public:
  RandomFeatures(StateBounds bounds, LayerData layer);

  Index dimension() const { return normalizer_.dimension(); }
  Index num_features() const;
  /// What E ‖φ(u)‖² would be for ReLU and x uniform in the bounds: the unit a relative ridge is measured in.
  double typical_energy() const;

  const Normalizer& normalizer() const { return normalizer_; }
  const LayerData& layer() const { return layer_; }
  /// Components of s.
  Index num_coordinates() const { return sketch_ ? sketch_->size() : dimension(); }

  /// s for one state.
  void coordinates(const StateView& state, StateOut s) const;
  /// Column j of `features` = φ(column j of `states`).
  void evaluate(const StatesView& states, StatesOut features) const;
  /// The same from coordinates that are known already.
  void evaluate_coordinates(const StatesView& coordinates, StatesOut features) const;

 private:
  Index num_inputs() const { return layer_.weights.cols(); }

  Normalizer normalizer_;
  LayerData layer_;
  std::unique_ptr<const Sketch> sketch_;
};

}  // namespace forerun
