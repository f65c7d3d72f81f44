#include "learning/stencil/stencil_features.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "learning/numerics/kernels.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

/// All offsets with |o_1| + … ≤ radius, in lexicographic order.
void add_diamond(Index axes, Index radius, PaddedMesh::Offset& offset, std::vector<PaddedMesh::Offset>& all) {
  if (static_cast<Index>(offset.size()) == axes) {
    all.push_back(offset);
    return;
  }
  for (Index o = -radius; o <= radius; ++o) {
    offset.push_back(o);
    add_diamond(axes, radius - std::abs(o), offset, all);
    offset.pop_back();
  }
}

std::vector<PaddedMesh::Offset> diamond(Index axes, Index radius) {
  std::vector<PaddedMesh::Offset> all;
  PaddedMesh::Offset offset;
  add_diamond(axes, radius, offset, all);
  return all;
}

/// What reflections and exchanges leave of an offset.
PaddedMesh::Offset orbit(PaddedMesh::Offset offset) {
  for (Index& o : offset) o = std::abs(o);
  std::sort(offset.begin(), offset.end());
  return offset;
}

/// Walls beyond which a field is 0 at the next point.
StateLayout with_zeros_beyond(StateLayout layout) {
  for (MeshAxis& axis : layout.axes) {
    if (axis.ends != AxisEnds::periodic) axis.ends = AxisEnds::values_beyond_points;
  }
  return layout;
}

double length(const PaddedMesh::Offset& offset) {
  double squares = 0.0;
  for (const Index o : offset) squares += static_cast<double>(o * o);
  return std::sqrt(squares);
}

/// Standard normal, of two uniform numbers.
double standard_normal(const RandomStream& stream, std::uint64_t counter) {
  const double u = 0.5 * (stream.uniform(2 * counter) + 1.0);
  return std::sqrt(-2.0 * std::log(u)) * std::cos(std::numbers::pi * stream.uniform(2 * counter + 1));
}

}  // namespace

StencilFeatures::StencilFeatures(const StateLayout& layout, const StencilRecipe& recipe, const FieldScale& scale,
                                 const std::string& activation, std::uint64_t seed)
    : recipe_(possible(recipe, layout)),
      scale_(scale),
      activation_(activation),
      seed_(seed),
      num_fields_(static_cast<Index>(layout.fields.size())),
      mesh_(layout, recipe.reach()) {
  const Index seen = recipe.increments ? 2 * num_fields_ : num_fields_;
  if (scale.middle.size() < seen || scale.width.size() < seen || !(scale.width.head(seen).array() > 0.0).all()) {
    throw std::invalid_argument("stencil: must have a scale for each field");
  }
  if (activation != "tanh" && activation != "relu") {
    throw std::invalid_argument("stencil: unknown activation '" + activation + "'");
  }
  scale_ = {scale.middle.head(seen), scale.width.head(seen)};
  if (recipe.odd != 0) odd_mesh_.emplace(with_zeros_beyond(layout), recipe.reach());
  add_monomials();
  add_taps();
  add_products();
  draw_neurons();
}

const PaddedMesh& StencilFeatures::mesh_of(Index seen) const {
  const bool is_odd = (recipe_.odd >> (seen % num_fields_) & 1) != 0;
  return is_odd ? *odd_mesh_ : mesh_;
}

void StencilFeatures::add_monomials() {
  const Index most = std::max({recipe_.degree, recipe_.centre_degree, recipe_.product_degree});
  std::size_t first = 0;
  for (Index degree = 1; degree <= most; ++degree) {
    const std::size_t end = monomials_.size();
    if (degree == 1) {
      for (Index f = 0; f < num_seen(); ++f) monomials_.push_back({-1, f});
    } else {
      // Fields in rising order, increments last: each product once, and at most one increment in it.
      for (std::size_t m = first; m < end; ++m) {
        if (monomials_[m].field >= num_fields()) continue;
        for (Index f = monomials_[m].field; f < num_seen(); ++f) monomials_.push_back({static_cast<Index>(m), f});
      }
    }
    first = end;
    const auto size = static_cast<Index>(monomials_.size());
    if (degree <= recipe_.degree) num_padded_ = size;
    if (degree <= recipe_.centre_degree) num_centre_ = size;
    if (degree <= recipe_.product_degree) num_factors_ = size;
  }
}

void StencilFeatures::add_taps() {
  const Index axes = mesh_.num_axes();
  centre_ = points_around(PaddedMesh::Offset(static_cast<std::size_t>(axes), 0));
  std::vector<PaddedMesh::Offset> offsets;
  if (axes == 1 && !recipe_.symmetric) {
    for (Index j = -recipe_.radius; j <= recipe_.radius; ++j) offsets.push_back({recipe_.shift + recipe_.stride * j});
  } else {
    offsets = diamond(axes, recipe_.radius);
  }
  std::map<PaddedMesh::Offset, std::vector<Index>> shells;
  for (const PaddedMesh::Offset& offset : offsets) {
    const bool is_centre = length(offset) == 0.0;
    if (is_centre && recipe_.centre_degree > 0) continue;  // the monomials at the point
    if (recipe_.symmetric) {
      shells[orbit(offset)].push_back(mesh_.shift(offset));
    } else {
      taps_.push_back(points_around(offset));
      PaddedMesh::Offset from = offset;
      if (axes == 1) from[0] -= recipe_.shift;
      distances_.push_back(length(from));
    }
  }
  for (auto& [offset, shifts] : shells) {
    taps_.push_back(std::move(shifts));
    distances_.push_back(length(offset));
  }
  looked_at_ = centre_;
  for (const std::vector<Index>& tap : taps_) looked_at_.insert(looked_at_.end(), tap.begin(), tap.end());
  std::ranges::sort(looked_at_);
  looked_at_.erase(std::ranges::unique(looked_at_).begin(), looked_at_.end());
  first_input_ = 1 + num_centre_;
  for (std::size_t tap = 0; tap < taps_.size(); ++tap) {
    for (Index m = 0; m < num_padded_; ++m) inputs_.push_back({m, tap});
  }
}

/// Of increments with the fields themselves alone: an equation's second derivatives are linear in its first.
void StencilFeatures::add_products() {
  first_neuron_ = first_input_ + static_cast<Index>(inputs_.size());
  for (Input& input : inputs_) {
    if (input.monomial >= num_seen()) continue;
    input.first_product = first_neuron_;
    const bool is_increment = input.monomial >= num_fields();
    input.num_products = is_increment ? std::min(num_factors_, num_fields()) : num_factors_;
    first_neuron_ += input.num_products;
  }
}

/// As many points as a stride has, about the middle: between points that are looked at one by one, noise of the mesh's
/// own width would go unseen, and grow.
std::vector<Index> StencilFeatures::points_around(const PaddedMesh::Offset& offset) const {
  std::vector<Index> shifts;
  if (mesh_.num_axes() > 1 || recipe_.symmetric) return {mesh_.shift(offset)};
  for (Index i = 0; i < recipe_.stride; ++i) shifts.push_back(mesh_.shift({offset[0] + i - recipe_.stride / 2}));
  return shifts;
}

void StencilFeatures::draw_neurons() {
  if (recipe_.neurons == 0) return;
  std::vector<double> decays;
  const auto add = [&](Index column, double distance, Index field, const std::vector<Index>& tap) {
    neuron_inputs_.push_back(column);
    input_fields_.push_back(field);
    input_shifts_.push_back(tap[tap.size() / 2]);
    decays.push_back(std::exp(-0.5 * std::pow(distance / recipe_.decay, 2)));
  };
  const double centre = mesh_.num_axes() == 1 && !recipe_.symmetric ? static_cast<double>(recipe_.shift) : 0.0;
  if (num_centre_ > 0) {
    for (Index f = 0; f < num_seen(); ++f) add(1 + f, centre, f, centre_);
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Input& input = inputs_[i];
    if (input.monomial >= num_seen()) continue;
    add(first_input_ + static_cast<Index>(i), distances_[input.tap], input.monomial, taps_[input.tap]);
  }
  const RandomStream weights(seed_, 0);
  const RandomStream biases(seed_, 1);
  const auto num_inputs = static_cast<Index>(decays.size());
  weights_.resize(num_inputs, recipe_.neurons);
  biases_.resize(recipe_.neurons);
  for (Index k = 0; k < recipe_.neurons; ++k) {
    for (Index i = 0; i < num_inputs; ++i) {
      weights_(i, k) = decays[static_cast<std::size_t>(i)] *
                       standard_normal(weights, static_cast<std::uint64_t>(k * num_inputs + i));
    }
    weights_.col(k) *= recipe_.scale / weights_.col(k).norm();
    biases_[k] = biases.uniform(static_cast<std::uint64_t>(k));
  }
  transposed_weights_ = weights_.transpose();
}

void StencilFeatures::open(const StateView& state, const StateView& coarse, double* opened) const {
  thread_local Scratch memory;
  const Index places = mesh_.num_places();
  auto increment = memory.vector(recipe_.increments ? state.size() : 0);
  if (recipe_.increments) increment = coarse - state;
  for (Index m = 0; m < num_padded_; ++m) {
    const Monomial& monomial = monomials_[static_cast<std::size_t>(m)];
    double* const values = opened + m * places;
    if (monomial.factor < 0) {
      const bool is_increment = monomial.field >= num_fields();
      const double* const field = is_increment ? increment.data() + (monomial.field - num_fields()) * num_points()
                                               : state.data() + monomial.field * num_points();
      mesh_of(monomial.field).pad(field, values);
      const double middle = scale_.middle[monomial.field];
      const double inverse = 1.0 / scale_.width[monomial.field];
      for (Index i = 0; i < places; ++i) values[i] = (values[i] - middle) * inverse;
    } else {
      const double* const a = opened + monomial.factor * places;
      const double* const b = opened + monomial.field * places;
      for (Index i = 0; i < places; ++i) values[i] = a[i] * b[i];
    }
  }
}

void StencilFeatures::open_around(std::span<const Index> points, const StateView& state, const StateView& coarse,
                                  double* opened) const {
  const Index places = mesh_.num_places();
  if (std::ssize(points) * std::ssize(looked_at_) >= places) return open(state, coarse, opened);
  for (const Index point : points) {
    for (const Index shift : looked_at_) {
      const Index place = mesh_.place(point) + shift;
      for (Index m = 0; m < num_padded_; ++m) {
        const Monomial& monomial = monomials_[static_cast<std::size_t>(m)];
        double& value = opened[m * places + place];
        if (monomial.factor < 0) {
          const Index first = monomial.field % num_fields() * num_points();
          const PaddedMesh& mesh = mesh_of(monomial.field);
          const bool is_increment = monomial.field >= num_fields();
          const auto at = [&](const StateView& values) { return mesh.at(values.data() + first, place); };
          const double field = is_increment ? at(coarse) - at(state) : at(state);
          value = (field - scale_.middle[monomial.field]) * (1.0 / scale_.width[monomial.field]);
        } else {
          value = opened[monomial.factor * places + place] * opened[monomial.field * places + place];
        }
      }
    }
  }
}

Index StencilFeatures::end_of_block(Index first, Index most) const {
  const Index length = mesh_.line_length();
  const Index blocks = (length + most - 1) / most;  // of a line, of about one size
  const Index line = first / length * length;
  const Index place = first - line;
  Index block = 0;
  while (length * (block + 1) / blocks <= place) ++block;
  return line + length * (block + 1) / blocks;
}

void StencilFeatures::evaluate(const double* opened, std::span<const Index> points, StatesOut features) const {
  const auto follows = [this](Index before, Index point) { return mesh_.place(point) == mesh_.place(before) + 1; };
  const Block block{points, std::ranges::adjacent_find(points, std::not_fn(follows)) == points.end()};
  features.col(0).setOnes();
  evaluate_monomials(opened, block, features);
  evaluate_inputs(opened, block, features);
  evaluate_products(features);
  if (recipe_.neurons > 0) evaluate_neurons(features);
}

void StencilFeatures::evaluate_monomials(const double* opened, const Block& block, StatesOut features) const {
  const Index count = features.rows();
  for (Index m = 0; m < num_centre_; ++m) {
    const Monomial& monomial = monomials_[static_cast<std::size_t>(m)];
    double* const out = features.col(1 + m).data();
    if (monomial.factor < 0) {
      average(opened + monomial.field * mesh_.num_places(), centre_, block, out);
    } else {
      const double* const a = features.col(1 + monomial.factor).data();
      const double* const b = features.col(1 + monomial.field).data();
      for (Index i = 0; i < count; ++i) out[i] = a[i] * b[i];
    }
  }
}

/// out[i] = mean over `shifts` of a padded field about points[i].
void StencilFeatures::average(const double* values, const std::vector<Index>& shifts, const Block& block,
                              double* out) const {
  const double weight = 1.0 / static_cast<double>(shifts.size());
  if (block.is_in_a_line) {
    const auto count = static_cast<Index>(block.points.size());
    add_up_shifted(values + mesh_.place(block.points.front()), shifts, out, count);
    for (Index i = 0; i < count; ++i) out[i] *= weight;
    return;
  }
  for (std::size_t i = 0; i < block.points.size(); ++i) {
    const double* const at = values + mesh_.place(block.points[i]);
    double sum = 0.0;
    for (const Index shift : shifts) sum += at[shift];
    out[i] = weight * sum;
  }
}

void StencilFeatures::evaluate_inputs(const double* opened, const Block& block, StatesOut features) const {
  for (std::size_t n = 0; n < inputs_.size(); ++n) {
    average(opened + inputs_[n].monomial * mesh_.num_places(), taps_[inputs_[n].tap], block,
            features.col(first_input_ + static_cast<Index>(n)).data());
  }
}

std::vector<StencilFeatures::Mean> StencilFeatures::means() const {
  std::vector<Mean> means;
  const auto add = [&](Index column, Index monomial, std::vector<Index> shifts) {
    for (Index& shift : shifts) shift += monomial * mesh_.num_places();
    means.push_back({column, std::move(shifts)});
  };
  for (Index m = 0; m < std::min(num_centre_, num_seen()); ++m) add(1 + m, m, centre_);
  for (std::size_t n = 0; n < inputs_.size(); ++n) {
    add(first_input_ + static_cast<Index>(n), inputs_[n].monomial, taps_[inputs_[n].tap]);
  }
  return means;
}

void StencilFeatures::evaluate_products(StatesOut features) const {
  const Index count = features.rows();
  for (std::size_t n = 0; n < inputs_.size(); ++n) {
    const double* const input = features.col(first_input_ + static_cast<Index>(n)).data();
    for (Index m = 0; m < inputs_[n].num_products; ++m) {
      const double* const factor = features.col(1 + m).data();
      double* const out = features.col(inputs_[n].first_product + m).data();
      for (Index i = 0; i < count; ++i) out[i] = factor[i] * input[i];
    }
  }
}

void StencilFeatures::evaluate_neurons(StatesOut features) const {
  thread_local Scratch memory;
  const Index count = features.rows();
  auto inputs = memory.matrix(count, static_cast<Index>(neuron_inputs_.size()));
  for (std::size_t j = 0; j < neuron_inputs_.size(); ++j) {
    inputs.col(static_cast<Index>(j)) = features.col(neuron_inputs_[j]);
  }
  auto neurons = features.rightCols(recipe_.neurons);
  neurons.rowwise() = biases_.transpose();
  add_product(1.0, inputs, weights_, neurons);
  for (Index k = 0; k < recipe_.neurons; ++k) {
    if (activation_ == "tanh") {
      replace_by_tanh(neurons.col(k).data(), count);
    } else {
      neurons.col(k) = neurons.col(k).cwiseMax(0.0);
    }
  }
}

}  // namespace forerun
