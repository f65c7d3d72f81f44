#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "apps/forerun/run/experiment.h"

namespace forerun {

/// The experiment of a run directory (run_directory.h), by its config.toml. Throws `FileError`, for what is wrong in
/// the configuration as well: it is a file of the record here.
Experiment read_recorded_experiment(const std::filesystem::path& directory);

/// read(the record of a run directory), after it has been checked against itself and the experiment
/// (record_consistency.h). Throws `FileError` with the file's name, also for what `read` complains of by
/// std::invalid_argument.
void read_record(const std::filesystem::path& directory, const Experiment& experiment,
                 const std::function<void(const nlohmann::ordered_json&)>& read);

/// Members of a record that its readers share; std::invalid_argument where they are not what they must be.
int recorded_threads(const nlohmann::ordered_json& record);
/// nullopt where the serial fine solution was not computed.
std::optional<double> recorded_serial_seconds(const nlohmann::ordered_json& record);

}  // namespace forerun
