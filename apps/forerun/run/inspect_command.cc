#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/run/store_description.h"
#include "learning/files/model_file.h"
#include "learning/networks/operator_file.h"
#include "learning/stencil/effective_stencil.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* inspect_details =
    R"(Checks a model file completely and prints what it holds: who learned it, on which problem, the network and its harvest;
of one with weights shared over the mesh what it does to small disturbances, as a differential operator;
of an operator network what it was trained for and what that has cost.

Examples:
  forerun inspect burgers.safetensors
  forerun inspect burgers.safetensors --json | jq .harvest.samples
  forerun inspect runs/burgers/store

Exit status: 0 sound, 4 the file cannot be read, 5 it is damaged, of a later version or not a model.
)";

/// Lines "name  value" below headings, and the same facts as JSON, from one description.
class ModelDescription {
 public:
  void section(const std::string& name) {
    text_ += (text_.empty() ? "" : "\n") + name + "\n";
    current_ = &(json_[name] = Json::object());
  }
  void fact(const std::string& name, const Json& value) {
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    text_ +=
        "  " + printable(name) + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + printable(shown) + "\n";
    (*current_)[name] = value;
  }
  /// What is too long to be read: in the JSON alone.
  void data(const std::string& name, const Json& value) { (*current_)[name] = value; }
  const std::string& text() const { return text_; }
  const Json& json() const { return json_; }

 private:
  std::string text_;
  Json json_;
  Json* current_ = nullptr;
};

Json shape(const Eigen::MatrixXd& matrix) { return Json::array({matrix.rows(), matrix.cols()}); }

void describe_layer(const LayerData& layer, ModelDescription& description) {
  description.section("layer");
  description.fact("neurons", layer.weights.rows());
  description.fact("inputs", layer.weights.cols());
  description.fact("activation", layer.activation);
  description.fact("seed", layer.seed);
  description.fact("scale", layer.scale);
  description.fact("linear", layer.linear);
  description.fact("constant", layer.constant);
  description.fact("sketch_size", layer.sketch_size);
}

void describe_harvest(const Harvest& harvest, ModelDescription& description) {
  description.section("harvest");
  description.fact("samples", harvest.size());
  if (harvest.size() == 0) return;
  const auto [lowest, highest] = std::minmax_element(harvest.slices().begin(), harvest.slices().end());
  description.fact("first_slice", *lowest);
  description.fact("last_slice", *highest);
  description.fact("iterations", *std::max_element(harvest.iterations().begin(), harvest.iterations().end()));
  description.fact("max_discrepancy", harvest.discrepancies().cwiseAbs().maxCoeff());
}

/// What a network that is shared over the mesh does to small disturbances, h being a step of the mesh.
void describe_stencil(const LearnedModel& model, ModelDescription& description) {
  std::optional<EffectiveStencil> stencil;
  try {
    stencil = effective_stencil(model);
  } catch (const std::invalid_argument& error) {
    throw ModelFileError(error.what());
  }
  if (!stencil) return;
  description.section("effective stencil");
  description.fact("reach", stencil->reach);
  const auto num_fields = static_cast<Index>(stencil->fields.size());
  for (Index f = 0; f < num_fields; ++f) {
    for (Index g = 0; g < static_cast<Index>(stencil->inputs.size()); ++g) {
      const std::string name =
          stencil->fields[static_cast<std::size_t>(f)] + " from " + stencil->inputs[static_cast<std::size_t>(g)];
      description.fact(name, stencil->as_operator(f, g));
      const State& weights = stencil->of(f, g);
      description.data("weights of " + name, std::vector<double>(weights.begin(), weights.end()));
    }
  }
}

ModelDescription describe(const LearnedModel& model) {
  ModelDescription description;
  description.section("model");
  description.fact("corrector", model.corrector);
  for (const auto& [name, value] : model.options) description.fact(name, value);
  description.section("learned on");
  description.fact("problem", model.signature.problem);
  for (const auto& [name, value] : model.signature.parameters) description.fact(name, value);
  description.fact("dimension", model.signature.dimension);
  description.fact("slice_length", model.signature.slice_length);
  description.fact("fine", model.signature.fine);
  description.fact("coarse", model.signature.coarse);
  describe_layer(model.layer, description);
  description.section("readout");
  description.fact("shape", shape(model.readout));
  description.fact("basis", shape(model.basis));
  if (model.readout.size() > 0) description.fact("norm", model.readout.norm());
  describe_stencil(model, description);
  describe_harvest(model.harvest, description);
  return description;
}

ModelDescription describe(const TrainedOperator& trained) {
  ModelDescription description;
  description.section("operator");
  description.fact("kind", trained.network->kind());
  description.fact("weights", trained.network->num_weights());
  description.fact("multiplications", trained.network->num_operations());
  description.section("trained for");
  const ProblemSignature& signature = trained.family.common;
  description.fact("problem", signature.problem);
  for (const auto& [name, value] : signature.parameters) description.fact(name, value);
  const ParameterBox& box = trained.family.box;
  for (Index j = 0; j < box.size(); ++j)
    description.fact(box.names[static_cast<std::size_t>(j)], Json::array({box.lower[j], box.upper[j]}));
  description.fact("dimension", signature.dimension);
  description.fact("slice_length", signature.slice_length);
  description.fact("fine", signature.fine);
  description.section("cost");
  description.fact("fine_slices", trained.num_solves);
  description.fact("fine_seconds", trained.solve_seconds);
  description.fact("training_seconds", trained.training_seconds);
  description.fact("error", std::isfinite(trained.error) ? Json(trained.error) : Json());
  return description;
}

ExitStatus inspect_files(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                         const Console& console) {
  if (options.arguments().size() != 1) {
    throw UsageError("inspect takes one model file, e.g. `forerun inspect model.safetensors`");
  }
  const std::filesystem::path path = options.arguments().front();
  if (std::filesystem::is_directory(path)) {
    console.out << store_description(path, options.has("json"));
    return ExitStatus::ok;
  }
  const ModelDescription description =
      is_operator_file(path) ? describe(read_operator_file(path)) : describe(load_model(path));
  if (options.has("json")) {
    Json json = {{"schema", "forerun.model-description/1"}, {"file", path.string()}};
    json["bytes"] = std::filesystem::file_size(path);
    json.update(description.json());
    console.out << json_page(json);
  } else {
    console.out << printable(path.string()) << ", "
                << format_bytes(static_cast<double>(std::filesystem::file_size(path))) << "\n\n"
                << description.text();
  }
  return ExitStatus::ok;
}

}  // namespace

Command inspect_command() {
  return {"inspect",
          "MODEL|STORE",
          "Check a model file or a store and show what it holds",
          inspect_details,
          {{"json", "", "as JSON"}},
          inspect_files};
}

}  // namespace forerun
