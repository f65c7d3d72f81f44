// Derivatives of the features by what they look at, and what changes of a state make of them.
#include <algorithm>

#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"
#include "learning/stencil/stencil_features.h"

namespace forerun {

void StencilFeatures::differentiate(const StatesView& features, const StateView& weights, StatesOut gradients) const {
  const Index count = features.rows();
  thread_local Scratch slope_memory, monomial_memory;
  // Inputs as they are, and in products with monomials at the point.
  const Index first_tap = num_centre_ > 0 ? num_seen() : 0;
  for (Index j = first_tap; j < gradients.cols(); ++j) {
    const Index i = neuron_inputs_[static_cast<std::size_t>(j)] - first_input_;
    auto gradient = gradients.col(j);
    gradient.setConstant(weights[first_input_ + i]);
    const Input& input = inputs_[static_cast<std::size_t>(i)];
    for (Index m = 0; m < input.num_products; ++m) {
      gradient += weights[input.first_product + m] * features.col(1 + m);
    }
  }
  if (num_centre_ > 0) {
    auto slopes = monomial_memory.matrix(count, num_centre_);
    for (Index m = 0; m < num_centre_; ++m) slopes.col(m).setConstant(weights[1 + m]);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      for (Index m = 0; m < inputs_[i].num_products; ++m) {
        slopes.col(m) += weights[inputs_[i].first_product + m] * features.col(first_input_ + static_cast<Index>(i));
      }
    }
    // By the highest degrees first: u_a … u_b = (u_a …) u_b.
    for (Index m = num_centre_ - 1; m >= num_seen(); --m) {
      const Monomial& monomial = monomials_[static_cast<std::size_t>(m)];
      slopes.col(monomial.factor) += slopes.col(m).cwiseProduct(features.col(1 + monomial.field));
      slopes.col(monomial.field) += slopes.col(m).cwiseProduct(features.col(1 + monomial.factor));
    }
    gradients.leftCols(num_seen()) = slopes.leftCols(num_seen());
  }
  auto slopes = slope_memory.matrix(count, recipe_.neurons);
  for (Index k = 0; k < recipe_.neurons; ++k) {
    const double weight = weights[first_neuron_ + k];
    const auto neuron = features.col(first_neuron_ + k).array();
    if (activation_ == "tanh") {
      slopes.col(k) = weight * (1.0 - neuron.square());
    } else {
      slopes.col(k) = weight * (neuron > 0.0).cast<double>();
    }
  }
  add_product(1.0, slopes, transposed_weights_, gradients);
}

void StencilFeatures::open_change(const StateView& change, const StateView& increment, double* means) const {
  const Index places = mesh_.num_places();
  const auto width = static_cast<Index>(centre_.size());  // of a mean
  for (Index f = 0; f < num_seen(); ++f) {
    const bool is_increment = f >= num_fields();
    const StateView& field = is_increment ? increment : change;
    double* const mean = means + 2 * f * places;
    double* const padded = mean + places;
    mesh_of(f).pad(field.data() + f % num_fields() * num_points(), padded);
    const double weight = 1.0 / (scale_.width[f] * static_cast<double>(width));
    std::fill_n(mean, places, 0.0);
    for (Index i = 0; i < width; ++i) {
      const Index shift = i - width / 2;
      const Index begin = std::max<Index>(0, -shift), end = places - std::max<Index>(0, shift);
      for (Index p = begin; p < end; ++p) mean[p] += padded[p + shift];
    }
    for (Index p = 0; p < places; ++p) mean[p] *= weight;
  }
}

void StencilFeatures::add_change(const StatesView& gradients, const double* means, StateOut out) const {
  const Index count = out.size();
  for (Index j = 0; j < gradients.cols(); ++j) {
    const auto input = static_cast<std::size_t>(j);
    const double* const mean = means + 2 * input_fields_[input] * mesh_.num_places() + input_shifts_[input];
    const double* const gradient = gradients.col(j).data();
    if (mesh_.num_axes() == 1) {  // the places of all points follow each other
      const double* const at = mean + mesh_.place(0);
      for (Index i = 0; i < count; ++i) out[i] += gradient[i] * at[i];
    } else {
      for (Index i = 0; i < count; ++i) out[i] += gradient[i] * mean[mesh_.place(i)];
    }
  }
}

}  // namespace forerun
