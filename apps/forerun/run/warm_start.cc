#include "apps/forerun/run/warm_start.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "learning/files/model_file.h"
#include "learning/stencil/moved_model.h"

namespace forerun {

WarmStart make_warm_start(std::filesystem::path file, std::shared_ptr<const LearnedModel> model,
                          const Experiment& experiment) {
  std::vector<std::string> transfer = differences(model->signature, experiment.signature);
  try {
    const bool is_of_another_size = model->signature.problem == experiment.signature.problem &&
                                    model->signature.dimension != experiment.dimension() &&
                                    model->corrector == "stencil";
    if (is_of_another_size) {
      model = std::make_shared<const LearnedModel>(moved_to(*model, experiment.problem->layout(), experiment.bounds));
    }
    check_compatible(model->signature, experiment.signature);
    make_correction(model);  // before anything is computed: its options are not looked at by the reader of files
  } catch (const ModelFileError& error) {
    throw ModelFileError(file.string() + ": " + error.what());
  } catch (const std::invalid_argument& error) {
    throw ModelFileError(file.string() + ": " + error.what());
  }
  return {std::move(file), std::move(model), std::move(transfer)};
}

WarmStart load_warm_start(const std::filesystem::path& file, const Experiment& experiment) {
  return make_warm_start(file, std::make_shared<const LearnedModel>(load_model(file)), experiment);
}

bool serves(const std::optional<WarmStart>& warm_start, const NamedChoice& corrector) {
  if (!warm_start) return false;
  const std::string& learned_by = warm_start->model->corrector;
  const std::vector<ParameterSpec>& options = corrector.parameters.specs();
  const auto is_by_slice = [](const ParameterSpec& option) { return option.name == "by_slice"; };
  const bool learns_by_slice =
      std::any_of(options.begin(), options.end(), is_by_slice) && corrector.parameters.flag("by_slice");
  return learned_by == corrector.name || corrector.name == "auto" ||
         (learned_by == "secant" && (learns_by_slice || corrector.name == "tangent"));
}

}  // namespace forerun
