#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/run/experiment.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// A model file that runs start from.
struct WarmStart {
  std::filesystem::path file;
  std::shared_ptr<const LearnedModel> model;
  std::vector<std::string> transfer;  ///< in words, what differs from what it was learned on
};

/// A model that is to serve `experiment`, with what it was learned on compared; `file` names it. Throws
/// `ModelFileError`.
WarmStart make_warm_start(std::filesystem::path file, std::shared_ptr<const LearnedModel> model,
                          const Experiment& experiment);
/// The same of a model that is read from the file; throws `FileError` as well.
WarmStart load_warm_start(const std::filesystem::path& file, const Experiment& experiment);

/// True where the model is of the corrector's kind, and for the guard, which starts from any.
bool serves(const std::optional<WarmStart>& warm_start, const NamedChoice& corrector);

}  // namespace forerun
