#include "apps/forerun/config/time_boundaries.h"

#include <filesystem>
#include <stdexcept>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/number_list.h"
#include "core/base/time_grid.h"
#include "core/files/array_file.h"

namespace forerun {
namespace {

/// What is said twice must be the same.
void require_agreement(const ConfigDocument& document, const Parameters& time, const std::string& key,
                       const ParameterValue& found) {
  if (!time.is_set(key) || time.value(key) == found) return;
  throw UsageError(place_of(document, "time", key) + ": [time] " + key + " = " + toml_text(time.value(key)) +
                   ": must be left out or " + toml_text(found) + ", as 'boundaries' has it");
}

}  // namespace

std::vector<double> read_times(const ConfigDocument& document, const std::string& section, const std::string& key,
                               const std::string& text) {
  const std::string place = place_of(document, section, key) + ": [" + section + "] " + key;
  if (text.starts_with('[')) {
    if (std::optional<std::vector<double>> numbers = parse_numbers(text)) return *numbers;
    throw UsageError(place + " = " + text + ": must be a list of growing times like [0.0, 0.1, 0.5, 2.0]");
  }
  if (text.empty()) throw UsageError(place + " = '': must be a list of times or the name of a .csv or .npy file");
  const State state = read_state_file(std::filesystem::path(document.file_name()).parent_path() / text);
  return {state.begin(), state.end()};
}

ParameterSpec boundaries_key() {
  return {.name = "boundaries",
          .default_value = std::string(),
          .description =
              "slices between growing times like [0.0, 0.1, 0.5], or a .csv or .npy file of them, relative to this "
              "file; in place of begin, end and slices"};
}

std::optional<std::vector<double>> read_boundaries(const ConfigDocument& document, const Parameters& time) {
  if (!time.is_set("boundaries")) return std::nullopt;
  std::vector<double> boundaries = read_times(document, "time", "boundaries", time.text("boundaries"));
  try {
    const TimeGrid grid(boundaries);
    require_agreement(document, time, "begin", grid.begin());
    require_agreement(document, time, "end", grid.end());
    require_agreement(document, time, "slices", std::int64_t{grid.num_slices()});
  } catch (const std::invalid_argument& error) {
    throw UsageError(place_of(document, "time", "boundaries") + ": [time] " + error.what());
  }
  return boundaries;
}

}  // namespace forerun
