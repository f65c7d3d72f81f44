#include "learning/files/model_file.h"

#include <stdexcept>
#include <string>

#include "core/base/number_text.h"
#include "learning/files/harvest_tensors.h"
#include "learning/files/model_consistency.h"
#include "learning/files/signature_metadata.h"

namespace forerun {
namespace {

constexpr const char* format_name = "forerun.model";
constexpr std::int64_t format_version = 2;

std::string flag_text(bool flag) { return flag ? "true" : "false"; }

bool read_flag(const TensorFile& file, const std::string& key) {
  const std::string& text = file.text(key);
  if (text == "true" || text == "false") return text == "true";
  file.refuse("its metadata '" + key + "' are '" + text + "', not true or false");
}

void describe_layer(const LayerData& layer, TensorFileWriter& writer) {
  writer.set_metadata("layer.activation", layer.activation);
  writer.set_metadata("layer.seed", shortest_text(layer.seed));
  writer.set_metadata("layer.scale", shortest_text(layer.scale));
  writer.set_metadata("layer.input_degree", shortest_text(layer.input_degree));
  writer.set_metadata("layer.linear", flag_text(layer.linear));
  writer.set_metadata("layer.constant", flag_text(layer.constant));
  writer.set_metadata("layer.sketch_size", shortest_text(layer.sketch_size));
  writer.add_matrix("layer.weights", layer.weights);
  writer.add_vector("layer.biases", layer.biases);
}

LayerData read_layer(const TensorFile& file) {
  return {.activation = file.text("layer.activation"),
          .seed = read_number<std::uint64_t>(file, "layer.seed"),
          .scale = read_number<double>(file, "layer.scale"),
          .input_degree = read_number<Index>(file, "layer.input_degree"),
          .linear = read_flag(file, "layer.linear"),
          .constant = read_flag(file, "layer.constant"),
          .sketch_size = read_number<Index>(file, "layer.sketch_size"),
          .weights = file.matrix("layer.weights"),
          .biases = file.vector("layer.biases")};
}

void check_format(const TensorFile& file) {
  if (file.text("format") != format_name) file.refuse("is not a model but of format '" + file.text("format") + "'");
  const auto version = read_number<std::int64_t>(file, "version");
  if (version > format_version) {
    file.refuse("has model format version " + shortest_text(version) + "; this program reads up to version " +
                shortest_text(format_version));
  }
  if (version < 1) file.refuse("has no valid model format version");
}

}  // namespace

void save_model(const std::filesystem::path& path, const LearnedModel& model) {
  if (const auto sentence = contradiction(model))
    throw std::invalid_argument("the model cannot be saved: " + *sentence);
  const HarvestTensors harvest(model.harvest);
  TensorFileWriter writer;
  writer.set_metadata("format", format_name);
  writer.set_metadata("version", harvest.has_intervals() ? "2" : "1");
  writer.set_metadata("corrector", model.corrector);
  for (const auto& [name, value] : model.options) writer.set_metadata("option." + name, value);
  describe_signature(model.signature, writer);
  describe_layer(model.layer, writer);
  writer.add_vector("bounds.lower", model.bounds.lower);
  writer.add_vector("bounds.upper", model.bounds.upper);
  writer.add_matrix("readout", model.readout);
  if (model.basis.size() > 0) writer.add_matrix("basis", model.basis);
  harvest.add_to(writer);
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
  if (const auto sentence = contradiction(model)) file.refuse(*sentence);
  model.harvest = read_harvest(file, model.signature.dimension);
  if (const auto sentence = contradiction(model)) file.refuse(*sentence);
  return model;
}

void check_compatible(const ProblemSignature& learned, const ProblemSignature& used) {
  if (learned.problem == used.problem && learned.dimension == used.dimension) return;
  throw ModelFileError("the model was learned on '" + learned.problem + "' with dimension " +
                       shortest_text(learned.dimension) + " and cannot serve '" + used.problem + "' with dimension " +
                       shortest_text(used.dimension));
}

}  // namespace forerun
