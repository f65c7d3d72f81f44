#include "learning/model_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forerun {
namespace {

constexpr const char* format_name = "forerun.model";
constexpr std::int64_t format_version = 1;
constexpr Index largest_count = 1'000'000'000;  // of slices, iterations

// ---- Numbers as metadata: shortest text that reads back as the same bits, in any locale.

template <class Number>
std::string to_text(Number number) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return std::string(buffer.data(), end);
}

std::string to_text(bool flag) { return flag ? "true" : "false"; }

template <class Number>
Number read_number(const TensorFile& file, const std::string& key) {
  const std::string& text = file.text(key);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    file.refuse("its metadata '" + key + "' are '" + text + "', not a number that fits");
  }
  return number;
}

bool read_flag(const TensorFile& file, const std::string& key) {
  const std::string& text = file.text(key);
  if (text != "true" && text != "false")
    file.refuse("its metadata '" + key + "' are '" + text + "', not true or false");
  return text == "true";
}

// ---- What makes a model consistent; the same law for writing and for reading.

bool in_range(const std::vector<Index>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](Index number) { return number >= 0 && number <= largest_count; });
}

std::optional<std::string> signature_defect(const LearnedModel& model) {
  const ProblemSignature& signature = model.signature;
  const Index dimension = signature.dimension;
  if (signature.problem.empty()) return "it does not say which problem it was learned on";
  if (model.corrector.empty()) return "it does not say which corrector it belongs to";
  if (dimension < 1) return "its dimension is not ≥ 1";
  if (!std::isfinite(signature.slice_length) || signature.slice_length <= 0) return "its slice length is not > 0";
  if (model.bounds.lower.size() != dimension || model.bounds.upper.size() != dimension) {
    return "its bounds do not have the dimension " + std::to_string(dimension) + " of its problem";
  }
  if (!model.bounds.lower.allFinite() || !model.bounds.upper.allFinite()) return "its bounds are not finite";
  if (!(model.bounds.lower.array() < model.bounds.upper.array()).all())
    return "its lower bounds are not below the upper";
  return std::nullopt;
}

std::optional<std::string> layer_defect(const LayerData& layer, Index dimension) {
  if (layer.activation != "relu" && layer.activation != "tanh")
    return "its activation '" + layer.activation + "' is unknown";
  if (!std::isfinite(layer.scale) || layer.scale <= 0) return "its layer's scale is not > 0";
  if (layer.sketch_size < 0 || layer.sketch_size > largest_count) return "its sketch size is out of range";
  if (layer.weights.rows() != layer.biases.size()) return "its layer has another number of weights than of biases";
  const Index num_inputs = layer.sketch_size > 0 ? layer.sketch_size : dimension;
  const bool has_layer = layer.biases.size() > 0;
  if (has_layer && layer.weights.cols() != num_inputs) {
    return "its layer takes " + std::to_string(layer.weights.cols()) + " inputs where there are " +
           std::to_string(num_inputs);
  }
  if (!layer.weights.allFinite() || !layer.biases.allFinite()) return "its layer holds a value that is not finite";
  return std::nullopt;
}

std::optional<std::string> readout_defect(const LearnedModel& model) {
  const LayerData& layer = model.layer;
  if (model.readout.size() == 0) {
    return model.basis.size() == 0 ? std::nullopt : std::optional<std::string>("it has a basis but no readout");
  }
  const Index num_inputs = layer.sketch_size > 0 ? layer.sketch_size : model.signature.dimension;
  const Index num_features = layer.biases.size() + (layer.linear ? num_inputs : 0) + (layer.constant ? 1 : 0);
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

std::optional<std::string> harvest_defect(const LearnedModel& model) {
  const Harvest& harvest = model.harvest;
  if (harvest.size() > 0 && harvest.dimension() != model.signature.dimension) {
    return "its harvest does not have the dimension of its problem";
  }
  if (!in_range(harvest.slices())) return "its harvest has a slice that is out of range";
  if (!in_range(harvest.iterations())) return "its harvest has an iteration that is out of range";
  return std::nullopt;
}

/// A sentence about what contradicts what, or nothing.
std::optional<std::string> defect(const LearnedModel& model) {
  if (auto sentence = signature_defect(model)) return sentence;
  if (auto sentence = layer_defect(model.layer, model.signature.dimension)) return sentence;
  if (auto sentence = readout_defect(model)) return sentence;
  return harvest_defect(model);
}

// ---- Parts of the file

void describe_signature(const ProblemSignature& signature, TensorFileWriter& writer) {
  writer.set_metadata("problem", signature.problem);
  for (const auto& [name, value] : signature.parameters) writer.set_metadata("problem." + name, value);
  writer.set_metadata("dimension", to_text(signature.dimension));
  writer.set_metadata("slice_length", to_text(signature.slice_length));
  writer.set_metadata("coarse", signature.coarse);
  writer.set_metadata("fine", signature.fine);
}

ProblemSignature read_signature(const TensorFile& file) {
  return {.problem = file.text("problem"),
          .parameters = file.texts_with_prefix("problem."),
          .dimension = read_number<Index>(file, "dimension"),
          .slice_length = read_number<double>(file, "slice_length"),
          .coarse = file.text("coarse"),
          .fine = file.text("fine")};
}

void describe_layer(const LayerData& layer, TensorFileWriter& writer) {
  writer.set_metadata("layer.activation", layer.activation);
  writer.set_metadata("layer.seed", to_text(layer.seed));
  writer.set_metadata("layer.scale", to_text(layer.scale));
  writer.set_metadata("layer.linear", to_text(layer.linear));
  writer.set_metadata("layer.constant", to_text(layer.constant));
  writer.set_metadata("layer.sketch_size", to_text(layer.sketch_size));
  writer.add_matrix("layer.weights", layer.weights);
  writer.add_vector("layer.biases", layer.biases);
}

LayerData read_layer(const TensorFile& file) {
  return {.activation = file.text("layer.activation"),
          .seed = read_number<std::uint64_t>(file, "layer.seed"),
          .scale = read_number<double>(file, "layer.scale"),
          .linear = read_flag(file, "layer.linear"),
          .constant = read_flag(file, "layer.constant"),
          .sketch_size = read_number<Index>(file, "layer.sketch_size"),
          .weights = file.matrix("layer.weights"),
          .biases = file.vector("layer.biases")};
}

Harvest read_harvest(const TensorFile& file, Index dimension) {
  const auto states = file.matrix("harvest.states");
  const auto discrepancies = file.matrix("harvest.discrepancies");
  const std::vector<Index> slices = file.integers("harvest.slices");
  const std::vector<Index> iterations = file.integers("harvest.iterations");
  Harvest harvest(dimension);
  if (states.size() == 0 && discrepancies.size() == 0 && slices.empty() && iterations.empty()) return harvest;
  try {
    harvest.append(states, discrepancies, slices, iterations);
  } catch (const std::invalid_argument& error) {
    file.refuse(std::string("its harvest is inconsistent: ") + error.what());
  }
  return harvest;
}

void check_format(const TensorFile& file) {
  if (file.text("format") != format_name) file.refuse("is not a model but of format '" + file.text("format") + "'");
  const auto version = read_number<std::int64_t>(file, "version");
  if (version > format_version) {
    file.refuse("has model format version " + to_text(version) + "; this program reads up to version " +
                to_text(format_version));
  }
  if (version < 1) file.refuse("has no valid model format version");
}

}  // namespace

void save_model(const std::filesystem::path& path, const LearnedModel& model) {
  if (const auto sentence = defect(model)) throw std::invalid_argument("the model cannot be saved: " + *sentence);
  TensorFileWriter writer;
  writer.set_metadata("format", format_name);
  writer.set_metadata("version", to_text(format_version));
  writer.set_metadata("corrector", model.corrector);
  for (const auto& [name, value] : model.options) writer.set_metadata("option." + name, value);
  describe_signature(model.signature, writer);
  describe_layer(model.layer, writer);
  writer.add_vector("bounds.lower", model.bounds.lower);
  writer.add_vector("bounds.upper", model.bounds.upper);
  writer.add_matrix("readout", model.readout);
  if (model.basis.size() > 0) writer.add_matrix("basis", model.basis);
  writer.add_matrix("harvest.states", model.harvest.states());
  writer.add_matrix("harvest.discrepancies", model.harvest.discrepancies());
  writer.add_integers("harvest.slices", model.harvest.slices());
  writer.add_integers("harvest.iterations", model.harvest.iterations());
  writer.write(path);
}

LearnedModel load_model(const std::filesystem::path& path) {
  const TensorFile file(path);
  check_format(file);
  LearnedModel model;
  model.corrector = file.text("corrector");
  model.options = file.texts_with_prefix("option.");
  model.signature = read_signature(file);
  model.bounds = {file.vector("bounds.lower"), file.vector("bounds.upper")};
  model.layer = read_layer(file);
  model.readout = file.matrix("readout");
  if (file.has_tensor("basis")) model.basis = file.matrix("basis");
  // Before the harvest, which allocates by the dimension: the bounds prove that the file has that many numbers.
  if (const auto sentence = defect(model)) file.refuse(*sentence);
  model.harvest = read_harvest(file, model.signature.dimension);
  if (const auto sentence = defect(model)) file.refuse(*sentence);
  return model;
}

void check_compatible(const ProblemSignature& learned, const ProblemSignature& used) {
  if (learned.problem == used.problem && learned.dimension == used.dimension) return;
  throw ModelFileError("the model was learned on '" + learned.problem + "' with dimension " +
                       to_text(learned.dimension) + " and cannot serve '" + used.problem + "' with dimension " +
                       to_text(used.dimension));
}

}  // namespace forerun
