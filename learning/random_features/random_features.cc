#include "learning/random_features/random_features.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "learning/numerics/kernels.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr std::uint64_t kWeightStream = 0;
constexpr std::uint64_t kBiasStream = 1;
constexpr Index kLayerBlock = 64;  // states evaluated together

void check_layer(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("random layer: " + sentence);
}

Index inputs_for(Index coordinates, Index degree) {
  return degree == 1 ? coordinates : coordinates + coordinates * (coordinates + 1) / 2;
}

/// inputs = [s; s_i s_j for i ≤ j], column by column.
void fill_inputs(const StatesView& coordinates, Index degree, StatesOut inputs) {
  const Index size = coordinates.rows();
  inputs.topRows(size) = coordinates;
  if (degree == 1) return;
  for (Index c = 0; c < coordinates.cols(); ++c) {
    Index row = size;
    for (Index i = 0; i < size; ++i)
      for (Index j = i; j < size; ++j) inputs(row++, c) = coordinates(i, c) * coordinates(j, c);
  }
}

}  // namespace

LayerData draw_layer(const LayerOptions& options, Index dimension) {
  check_layer(options.activation == "relu" || options.activation == "tanh",
              "the activation must be relu or tanh, got \"" + options.activation + "\"");
  check_layer(options.neurons >= 1, "needs at least one neuron");
  check_layer(options.input_degree == 1 || options.input_degree == 2, "the degree of the inputs must be 1 or 2");
  check_layer(options.scale > 0 && options.bias_scale > 0, "scales must be > 0");
  const bool sketched = options.sketch_size > 0 && options.sketch_size < dimension;
  const Index num_inputs = inputs_for(sketched ? options.sketch_size : dimension, options.input_degree);

  LayerData layer;
  layer.activation = options.activation;
  layer.seed = options.seed;
  layer.scale = options.scale;
  layer.input_degree = options.input_degree;
  layer.linear = options.linear;
  layer.constant = options.constant;
  layer.sketch_size = sketched ? options.sketch_size : 0;
  const RandomStream weight_stream(options.seed, kWeightStream);
  const RandomStream bias_stream(options.seed, kBiasStream);
  layer.weights.resize(options.neurons, num_inputs);
  layer.biases.resize(options.neurons);
  for (Index neuron = 0; neuron < options.neurons; ++neuron) {
    layer.biases[neuron] = options.bias_scale * bias_stream.uniform(static_cast<std::uint64_t>(neuron));
    for (Index input = 0; input < num_inputs; ++input) {
      const auto counter = static_cast<std::uint64_t>(neuron * num_inputs + input);
      layer.weights(neuron, input) = options.scale * weight_stream.uniform(counter);
    }
  }
  return layer;
}

RandomFeatures::RandomFeatures(StateBounds bounds, LayerData layer)
    : normalizer_(std::move(bounds)), layer_(std::move(layer)) {
  check_layer(layer_.activation == "relu" || layer_.activation == "tanh", "the activation must be relu or tanh");
  check_layer(layer_.input_degree == 1 || layer_.input_degree == 2, "the degree of the inputs must be 1 or 2");
  check_layer(layer_.sketch_size >= 0 && layer_.sketch_size < std::max<Index>(dimension(), 1),
              "a sketch must be shorter than the state");
  if (layer_.sketch_size > 0) sketch_ = std::make_unique<const Sketch>(dimension(), layer_.sketch_size, layer_.seed);
  check_layer(layer_.weights.cols() == inputs_for(num_coordinates(), layer_.input_degree),
              "the weights do not fit states of " + std::to_string(dimension()) + " components");
  check_layer(layer_.weights.rows() == layer_.biases.size(), "as many biases as neurons are needed");
}

Index RandomFeatures::num_features() const {
  return layer_.weights.rows() + (layer_.linear ? num_inputs() : 0) + (layer_.constant ? 1 : 0);
}

double RandomFeatures::typical_energy() const {
  const double input_energy = static_cast<double>(num_inputs()) / 3.0 * static_cast<double>(dimension()) /
                              static_cast<double>(std::max<Index>(num_coordinates(), 1));
  const double mean_weight_energy =
      layer_.weights.squaredNorm() / static_cast<double>(std::max<Index>(num_inputs(), 1));
  const double neuron_energy = 0.5 * (mean_weight_energy * input_energy + layer_.biases.squaredNorm());
  return neuron_energy + (layer_.linear ? input_energy : 0.0) + (layer_.constant ? 1.0 : 0.0);
}

void RandomFeatures::coordinates(const StateView& state, StateOut s) const {
  if (!sketch_) return normalizer_.apply(state, s);
  thread_local Scratch memory;
  auto normalized = memory.vector(dimension());
  normalizer_.apply(state, normalized);
  sketch_->apply(normalized, s);
}

void RandomFeatures::evaluate(const StatesView& states, StatesOut features) const {
  check_layer(states.rows() == dimension(), "states must have " + std::to_string(dimension()) + " components");
  thread_local Scratch memory;
  for (Index first = 0; first < states.cols(); first += kLayerBlock) {
    const Index count = std::min(kLayerBlock, states.cols() - first);
    auto block = memory.matrix(num_coordinates(), count);
    for (Index c = 0; c < count; ++c) coordinates(states.col(first + c), block.col(c));
    evaluate_coordinates(block, features.middleCols(first, count));
  }
}

void RandomFeatures::evaluate_coordinates(const StatesView& coordinates, StatesOut features) const {
  check_layer(features.rows() == num_features() && features.cols() == coordinates.cols(),
              "features have the wrong shape");
  thread_local Scratch memory;
  const Index count = coordinates.cols();
  const Index num_neurons = layer_.weights.rows();
  auto inputs = memory.matrix(num_inputs(), count);
  fill_inputs(coordinates, layer_.input_degree, inputs);

  auto neurons = features.topRows(num_neurons);
  neurons.colwise() = layer_.biases;
  add_product(1.0, layer_.weights, inputs, neurons);
  if (layer_.activation == "relu") {
    neurons = neurons.cwiseMax(0.0);
  } else {
    // Not Eigen's array tanh: its vectorised version differs in the last bits from the scalar one.
    for (Index c = 0; c < count; ++c)
      for (Index i = 0; i < num_neurons; ++i) neurons(i, c) = std::tanh(neurons(i, c));
  }
  if (layer_.linear) features.middleRows(num_neurons, num_inputs()) = inputs;
  if (layer_.constant) features.row(features.rows() - 1).setOnes();
}

}  // namespace forerun
