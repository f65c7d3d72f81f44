#include "learning/networks/operator_file.h"

#include <cmath>
#include <stdexcept>

#include "core/base/number_text.h"
#include "learning/family/store_files.h"
#include "learning/files/signature_metadata.h"
#include "learning/networks/fourier_operator.h"
#include "learning/networks/neural_operator.h"
#include "learning/networks/physics_flow.h"
#include "learning/networks/physics_operator.h"
#include "learning/networks/pod_operator.h"

namespace forerun {
namespace {

constexpr const char* kFormat = "forerun.operator";

std::shared_ptr<const OperatorNetwork> read_network(const TensorFile& file) {
  const std::string& kind = file.text("kind");
  if (kind == "fourier") return read_fourier_operator(file);
  if (kind == "pod") return read_pod_operator(file);
  if (kind == "fno" || kind == "deeponet") return read_neural_operator(kind, file);
  if (kind == "pinn") return read_physics_operator(file);
  if (kind == "nonlinear_pinn") return read_physics_flow(file);
  file.refuse("its kind '" + kind + "' is unknown");
}

double read_seconds(const TensorFile& file, const std::string& key) {
  const auto seconds = read_number<double>(file, key);
  if (!(seconds >= 0.0) || !std::isfinite(seconds)) file.refuse("its metadata '" + key + "' are out of range");
  return seconds;
}

}  // namespace

State TrainedOperator::inputs(const StateView& parameters) const {
  const ParameterBox& box = family.box;
  for (Index j = 0; j < box.size(); ++j) {
    if (parameters[j] >= box.lower[j] && parameters[j] <= box.upper[j]) continue;
    throw std::invalid_argument("trained for " + box.names[static_cast<std::size_t>(j)] + " from " +
                                shortest_text(box.lower[j]) + " to " + shortest_text(box.upper[j]) + ", not for " +
                                shortest_text(parameters[j]));
  }
  return 2.0 * (parameters - box.lower).cwiseQuotient(box.upper - box.lower) - State::Ones(box.size());
}

void write_operator_file(const std::filesystem::path& path, const TrainedOperator& trained) {
  TensorFileWriter writer;
  writer.set_metadata("format", kFormat);
  describe_family(trained.family, writer);
  writer.set_metadata("kind", std::string(trained.network->kind()));
  writer.set_metadata("num_solves", shortest_text(trained.num_solves));
  writer.set_metadata("solve_seconds", shortest_text(trained.solve_seconds));
  writer.set_metadata("training_seconds", shortest_text(trained.training_seconds));
  if (std::isfinite(trained.error)) writer.set_metadata("error", shortest_text(trained.error));
  writer.add_vector("probe", trained.probe);
  writer.add_vector("slope", trained.slope);
  trained.network->describe(writer);
  writer.write(path);
}

TrainedOperator read_operator_file(const std::filesystem::path& path) {
  const TensorFile file(path);
  check_store_format(file, kFormat);
  TrainedOperator trained;
  trained.family = read_family(file);
  trained.probe = file.vector("probe");
  trained.slope = file.vector("slope");
  const Index dimension = trained.family.common.dimension;
  if (trained.probe.size() != dimension || trained.slope.size() != dimension || !trained.probe.allFinite() ||
      !trained.slope.allFinite()) {
    file.refuse("it does not say of which equation it is");
  }
  if (!(trained.family.common.slice_length > 0.0) || !std::isfinite(trained.family.common.slice_length))
    file.refuse("its slice length is not > 0");
  trained.num_solves = read_store_count(file, "num_solves");
  trained.solve_seconds = read_seconds(file, "solve_seconds");
  trained.training_seconds = read_seconds(file, "training_seconds");
  const bool has_error = file.texts_with_prefix("error").contains("");
  trained.error = has_error ? read_seconds(file, "error") : std::nan("");
  trained.network = read_network(file);
  if (trained.network->dimension() != dimension) file.refuse("its network is for states of another dimension");
  if (trained.network->num_inputs() != trained.family.box.size())
    file.refuse("its network takes another number of inputs than it was trained for");
  return trained;
}

bool is_operator_file(const std::filesystem::path& path) { return TensorFile(path).text("format") == kFormat; }

}  // namespace forerun
