#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "learning/stencil/padded_mesh.h"
#include "learning/stencil/stencil_recipe.h"

namespace forerun {

/// Scale of each field, and of its increment where there is one: (u − middle) / width.
struct FieldScale {
  State middle;
  State width;
};

/// The features of a point:
///
///   φ = [1; monomials at the point; their means over taps; products of both; a(C z + b)],
///
/// a = tanh or max(0, ·), z the scaled fields at the point and their means over taps, C normal with weights that decay
/// with distance, each row of length `scale`, b uniform in (−1, 1) (so smooth features, which a sweep can go through
/// hundreds of times without that errors grow: weights that see fine detail, sampled from the data or whitened, did
/// worse). The same function at every point; what lies beyond a wall PaddedMesh says.
///
/// Shapes: blocks of points are rows, features are columns. Cost of a point: its taps' points, and 2 (neurons · inputs)
/// flops. Deterministic and thread-safe; a point's features do not depend on the block.
class StencilFeatures {
 public:
  /// Throws std::invalid_argument for a layout without axes, or a recipe out of its ranges. Scales of increments that
  /// the recipe does not look at are left out.
  StencilFeatures(const StateLayout& layout, const StencilRecipe& recipe, const FieldScale& scale,
                  const std::string& activation, std::uint64_t seed);

  const StencilRecipe& recipe() const { return recipe_; }
  const FieldScale& scale() const { return scale_; }
  const std::string& activation() const { return activation_; }
  std::uint64_t seed() const { return seed_; }
  Index num_fields() const { return num_fields_; }
  /// Fields that are looked at: those of the state, then their increments.
  Index num_seen() const { return scale_.middle.size(); }
  Index num_points() const { return mesh_.num_points(); }
  const PaddedMesh& mesh() const { return mesh_; }
  Index num_features() const { return first_neuron_ + recipe_.neurons; }

  /// Numbers that `open` fills.
  Index opened_size() const { return mesh_.num_places() * num_padded_; }
  /// Pads and multiplies the fields of a state; `coarse` is G(state), and may be empty where it is not looked at.
  void open(const StateView& state, const StateView& coarse, double* opened) const;
  /// The same where these points look alone: what a few points of a large mesh ask for.
  void open_around(std::span<const Index> points, const StateView& state, const StateView& coarse,
                   double* opened) const;
  /// The end of the block of at most so many points of a line that begins at `first`: faster than others.
  Index end_of_block(Index first, Index most) const;
  /// Row i = φ at points[i].
  void evaluate(const double* opened, std::span<const Index> points, StatesOut features) const;

  /// The feature `column` of a point is the mean of opened[place + offset] over the offsets.
  struct Mean {
    Index column;
    std::vector<Index> offsets;
  };
  /// All features that are means of a padded field or monomial, by column: of recipes of degree 1 at the point, without
  /// products and neurons, all but the first.
  std::vector<Mean> means() const;

  /// Derivatives are there for features of fields, not of their powers, around a point; where there are neurons they
  /// save most.
  bool is_differentiable() const { return !recipe_.symmetric && recipe_.degree == 1 && recipe_.neurons > 0; }
  /// Inputs that derivatives are taken by: the fields at the point itself, then in each tap.
  Index num_tangent_inputs() const { return static_cast<Index>(neuron_inputs_.size()); }
  /// Row i = ∂(wᵀ φ)/∂(inputs) at the point whose features are row i, w the weights of one output.
  void differentiate(const StatesView& features, const StateView& weights, StatesOut gradients) const;
  /// Numbers that `open_change` fills with the means, around every place, of a change of a state.
  Index tangent_size() const { return 2 * mesh_.num_places() * num_seen(); }
  /// `increment`: the change of G(u) − u; empty where it is not looked at.
  void open_change(const StateView& change, const StateView& increment, double* means) const;
  /// out[i] += Σ_inputs gradients(i, input) · (that input's change at point i).
  void add_change(const StatesView& gradients, const double* means, StateOut out) const;

 private:
  struct Monomial {
    Index factor;  ///< an earlier one, −1: none
    Index field;
  };
  struct Block {
    std::span<const Index> points;
    bool is_in_a_line;  ///< their places follow each other
  };
  struct Input {
    Index monomial;
    std::size_t tap;
    Index first_product = 0;  ///< column of its products with the first monomials at the point
    Index num_products = 0;
  };

  void add_monomials();
  void add_taps();
  std::vector<Index> points_around(const PaddedMesh::Offset& offset) const;
  void draw_neurons();
  void evaluate_monomials(const double* opened, const Block& block, StatesOut features) const;
  void add_products();
  const PaddedMesh& mesh_of(Index seen) const;
  void evaluate_inputs(const double* opened, const Block& block, StatesOut features) const;
  void average(const double* values, const std::vector<Index>& shifts, const Block& block, double* out) const;
  void evaluate_products(StatesOut features) const;
  void evaluate_neurons(StatesOut features) const;

  StencilRecipe recipe_;
  FieldScale scale_;
  std::string activation_;
  std::uint64_t seed_;
  Index num_fields_;
  PaddedMesh mesh_;
  std::optional<PaddedMesh> odd_mesh_;    ///< the same places, for fields that are not mirrored
  std::vector<Monomial> monomials_;       ///< by degree; the fields first
  Index num_padded_ = 0;                  ///< of them are needed around points
  Index num_centre_ = 0;                  ///< of them are features at the point
  Index num_factors_ = 0;                 ///< of them are factors of products
  std::vector<Index> centre_;             ///< shifts of the points that the point itself is a mean of
  std::vector<std::vector<Index>> taps_;  ///< shifts of their points
  std::vector<Index> looked_at_;          ///< all shifts of taps and of the point's own mean, each once
  std::vector<double> distances_;         ///< of taps from where weights are largest, in points
  std::vector<Input> inputs_;
  Index first_input_ = 0;
  Index first_neuron_ = 0;
  std::vector<Index> neuron_inputs_;  ///< columns of φ
  std::vector<Index> input_fields_;   ///< of each of them
  std::vector<Index> input_shifts_;   ///< of the middle of its tap
  States weights_;                    ///< inputs × neurons
  States transposed_weights_;
  State biases_;
};

}  // namespace forerun
