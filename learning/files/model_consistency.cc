#include "learning/files/model_consistency.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace forerun {
namespace {

constexpr Index kMostInAModel = 1'000'000'000;  // of components, slices, iterations

bool in_range(const std::vector<Index>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](Index number) { return number >= 0 && number <= kMostInAModel; });
}

std::optional<std::string> signature_defect(const LearnedModel& model) {
  const ProblemSignature& signature = model.signature;
  const Index dimension = signature.dimension;
  if (signature.problem.empty()) return "it does not say which problem it was learned on";
  if (model.corrector.empty()) return "it does not say which corrector it belongs to";
  if (dimension < 1 || dimension > kMostInAModel) return "its dimension is out of range";
  if (!std::isfinite(signature.slice_length) || signature.slice_length <= 0) return "its slice length is not > 0";
  if (model.bounds.lower.size() != dimension || model.bounds.upper.size() != dimension) {
    return "its bounds do not have the dimension " + std::to_string(dimension) + " of its problem";
  }
  if (!(model.bounds.upper - model.bounds.lower).allFinite()) return "its bounds or their widths are not finite";
  const bool is_ordered = (model.bounds.lower.array() < model.bounds.upper.array()).all();
  if (!is_ordered) return "its lower bounds are not below the upper";
  return std::nullopt;
}

/// Components of what the neurons see: the state or its sketch, with all products of two where the degree is 2.
Index num_inputs(const LayerData& layer, Index dimension) {
  const Index linear = layer.sketch_size > 0 ? layer.sketch_size : dimension;
  return layer.input_degree == 2 ? linear + linear * (linear + 1) / 2 : linear;
}

std::optional<std::string> layer_defect(const LayerData& layer, Index dimension) {
  if (layer.activation != "relu" && layer.activation != "tanh") {
    return "its activation '" + layer.activation + "' is unknown";
  }
  if (!std::isfinite(layer.scale) || layer.scale <= 0) return "its layer's scale is not > 0";
  if (layer.input_degree != 1 && layer.input_degree != 2) return "its layer's input degree is neither 1 nor 2";
  if (layer.sketch_size < 0 || layer.sketch_size >= dimension) return "its layer's sketch is not shorter than a state";
  if (layer.weights.rows() != layer.biases.size()) return "its layer has another number of weights than of biases";
  if (layer.weights.cols() != num_inputs(layer, dimension)) {
    return "its layer takes " + std::to_string(layer.weights.cols()) + " inputs where there are " +
           std::to_string(num_inputs(layer, dimension));
  }
  if (!layer.weights.allFinite() || !layer.biases.allFinite()) return "its layer holds a value that is not finite";
  return std::nullopt;
}

std::optional<std::string> readout_defect(const LearnedModel& model) {
  const LayerData& layer = model.layer;
  if (model.readout.size() == 0) {
    return model.basis.size() == 0 ? std::nullopt : std::optional<std::string>("it has a basis but no readout");
  }
  const Index num_features =
      layer.weights.rows() + (layer.linear ? layer.weights.cols() : 0) + (layer.constant ? 1 : 0);
  if (model.readout.cols() != num_features) {
    return "its readout takes " + std::to_string(model.readout.cols()) + " features where its layer gives " +
           std::to_string(num_features);
  }
  const bool has_basis = model.basis.size() > 0;
  if (has_basis && model.basis.cols() != model.readout.rows()) return "its basis does not take what its readout gives";
  const Index num_outputs = has_basis ? model.basis.rows() : model.readout.rows();
  if (num_outputs != model.signature.dimension) {
    return "it predicts " + std::to_string(num_outputs) + " components where its problem has " +
           std::to_string(model.signature.dimension);
  }
  if (!model.readout.allFinite() || !model.basis.allFinite()) return "its readout holds a value that is not finite";
  return std::nullopt;
}

/// Of a network with weights shared over a mesh, whose shapes the recipe decides.
std::optional<std::string> stencil_defect(const LearnedModel& model) {
  if (model.readout.size() == 0) return "it has no readout";
  if (!model.readout.allFinite()) return "its readout holds a value that is not finite";
  const Index fields = model.readout.rows();  // and perhaps their increments
  if (model.basis.cols() != 2 || (model.basis.rows() != fields && model.basis.rows() != 2 * fields)) {
    return "it has no scale for its fields";
  }
  if (!model.basis.allFinite() || !(model.basis.col(1).array() > 0.0).all()) return "its fields have no width";
  return std::nullopt;
}

std::optional<std::string> harvest_defect(const LearnedModel& model) {
  const Harvest& harvest = model.harvest;
  if (harvest.size() > 0 && harvest.dimension() != model.signature.dimension) {
    return "its harvest does not have the dimension of its problem";
  }
  if (!in_range(harvest.slices())) return "its harvest has a slice that is out of range";
  if (!in_range(harvest.iterations())) return "its harvest has an iteration that is out of range";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> contradiction(const LearnedModel& model) {
  if (auto sentence = signature_defect(model)) return sentence;
  if (model.corrector == "stencil") {
    if (auto sentence = stencil_defect(model)) return sentence;
    return harvest_defect(model);
  }
  if (auto sentence = layer_defect(model.layer, model.signature.dimension)) return sentence;
  if (auto sentence = readout_defect(model)) return sentence;
  return harvest_defect(model);
}

}  // namespace forerun
