#include "learning/family/family_file.h"

#include "core/base/number_text.h"
#include "learning/family/store_files.h"
#include "learning/files/tensor_file.h"

namespace forerun {
namespace {

constexpr const char* family_format = "forerun.family";

}  // namespace

void write_family_file(const std::filesystem::path& path, const FamilyLearner& learner, const StoreFamily& family,
                       const std::map<std::string, std::string>& options) {
  const FamilyNetwork& network = learner.network();
  const LayerData& layer = network.features().layer();
  const StateBounds& bounds = network.features().normalizer().bounds();
  const State log_errors =
      Eigen::Map<const State>(learner.log_errors().data(), static_cast<Index>(learner.log_errors().size()));
  TensorFileWriter writer;
  writer.set_metadata("format", family_format);
  describe_family(family, writer);
  for (const auto& [name, value] : options) writer.set_metadata("network." + name, value);
  writer.set_metadata("runs", shortest_text(network.num_runs()));
  writer.set_metadata("samples", shortest_text(network.num_samples()));
  writer.add_matrix("layer.weights", layer.weights);
  writer.add_vector("layer.biases", layer.biases);
  writer.add_vector("bounds.lower", bounds.lower);
  writer.add_vector("bounds.upper", bounds.upper);
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
  const auto weights = file.matrix("layer.weights"), readout = file.matrix("readout");
  if (!weights.allFinite() || !file.vector("layer.biases").allFinite() || !readout.allFinite())
    file.refuse("its network holds a value that is not finite");
  if (file.vector("layer.biases").size() != weights.rows()) file.refuse("its layer has other weights than biases");
  description.num_neurons = weights.rows();
  description.num_features = readout.cols();
  return description;
}

}  // namespace forerun
