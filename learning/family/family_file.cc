#include "learning/family/family_file.h"

#include "core/base/number_text.h"
#include "learning/family/store_files.h"
#include "learning/files/tensor_file.h"
#include "learning/stencil/stencil_features.h"

namespace forerun {
namespace {

constexpr const char* family_format = "forerun.family";

Index layer_neurons(const TensorFile& file) {
  const auto weights = file.matrix("layer.weights");
  const auto biases = file.vector("layer.biases");
  if (!weights.allFinite() || !biases.allFinite()) file.refuse("its network holds a value that is not finite");
  if (biases.size() != weights.rows()) file.refuse("its layer has other weights than biases");
  return biases.size();
}

Index stencil_neurons(const TensorFile& file) {
  const auto scale = file.matrix("scale");
  if (scale.cols() != 2 || !scale.allFinite() || !(scale.col(1).array() > 0.0).all())
    file.refuse("its fields have no scale");
  try {
    return StencilRecipe::parse(file.text("recipe")).neurons;
  } catch (const std::invalid_argument& error) {
    file.refuse(error.what());
  }
}

Index kriging_neurons(const TensorFile& file) {
  const auto points = file.matrix("points");
  if (!points.allFinite()) file.refuse("its network holds a value that is not finite");
  if (points.cols() != file.matrix("readout").cols()) file.refuse("its readout is of another number of points");
  return points.cols();
}

}  // namespace

void write_family_file(const std::filesystem::path& path, const FamilyLearner& learner, const StoreFamily& family,
                       const std::map<std::string, std::string>& options) {
  const FamilyModel& network = learner.network();
  const State log_errors =
      Eigen::Map<const State>(learner.log_errors().data(), static_cast<Index>(learner.log_errors().size()));
  TensorFileWriter writer;
  writer.set_metadata("format", family_format);
  describe_family(family, writer);
  for (const auto& [name, value] : options) writer.set_metadata("network." + name, value);
  writer.set_metadata("runs", shortest_text(network.num_runs()));
  writer.set_metadata("samples", shortest_text(network.num_samples()));
  network.describe(writer);
  writer.add_matrix("readout", network.readout());
  writer.add_vector("log_errors", log_errors);
  writer.write(path);
}

FamilyDescription read_family_file(const std::filesystem::path& path) {
  const TensorFile file(path);
  check_store_format(file, family_format);
  FamilyDescription description;
  description.family = read_family(file);
  description.options = file.texts_with_prefix("network.");
  description.num_runs = read_store_count(file, "runs");
  description.num_samples = read_store_count(file, "samples");
  const auto log_errors = file.vector("log_errors");
  description.log_errors.assign(log_errors.begin(), log_errors.end());
  const auto readout = file.matrix("readout");
  if (!readout.allFinite()) file.refuse("its network holds a value that is not finite");
  description.num_features = readout.cols();
  description.num_neurons = file.has_tensor("scale")    ? stencil_neurons(file)
                            : file.has_tensor("points") ? kriging_neurons(file)
                                                        : layer_neurons(file);
  return description;
}

}  // namespace forerun
