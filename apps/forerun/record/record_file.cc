#include "apps/forerun/record/record_file.h"

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/record/record_consistency.h"

namespace forerun {

Experiment read_recorded_experiment(const std::filesystem::path& directory) {
  try {
    return make_experiment(ConfigDocument::read(directory / "config.toml"));
  } catch (const UsageError& error) {
    throw FileError(error.what());  // the message names the file and the line
  }
}

void read_record(const std::filesystem::path& directory, const Experiment& experiment,
                 const std::function<void(const nlohmann::ordered_json&)>& read) {
  read_json_file(directory / "record.json", [&](const nlohmann::ordered_json& json) {
    check_record(json, experiment);
    read(json);
  });
}

int recorded_threads(const nlohmann::ordered_json& record) {
  constexpr Index most = 1'000'000;
  return static_cast<int>(json_integer(record, "threads", 1, most));
}

std::optional<double> recorded_serial_seconds(const nlohmann::ordered_json& record) {
  if (json_member(record, "serial_fine_seconds").is_null()) return std::nullopt;
  return json_seconds(record, "serial_fine_seconds");
}

}  // namespace forerun
