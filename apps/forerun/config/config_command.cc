#include <nlohmann/json.hpp>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/overrides.h"
#include "apps/forerun/config/resolved_config.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/run/solve_request.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* config_details =
    R"(Shows what a run or a campaign would read: every key with its value and, as a comment, where the value comes from
(a line of the file, an option, another key that it follows from, the default). Checks each value against its rule;
what only shows when solvers are made is checked by `forerun run --dry-run`.

Examples:
  forerun config show data/configs/burgers.toml
  forerun config show data/configs/burgers.toml --set time.slices=64 > mine.toml
  forerun config show data/campaigns/burgers.toml --json | jq '.settings[] | select(.origin.kind != "default")'

The text is a configuration itself and runs as it is; files it names are named by absolute paths.

Exit status: 0 shown, 2 wrong usage or configuration, 4 the file cannot be read.
)";

std::string file_argument(const ParsedOptions& options) {
  const auto& arguments = options.arguments();
  if (arguments.empty() || arguments.front() != "show") {
    throw UsageError((arguments.empty() ? std::string("config") : "config " + arguments.front()) +
                     ": must be `forerun config show CONFIG`" +
                     (arguments.empty() ? "" : "; " + suggestion(arguments.front(), {"show"})));
  }
  if (arguments.size() != 2 || arguments[1].empty()) {
    throw UsageError("config show takes one configuration file, e.g. `forerun config show data/configs/burgers.toml`");
  }
  return arguments[1];
}

std::string resolved_text(const ConfigDocument& document) {
  if (is_campaign(document)) return read_campaign_config(document).resolved;
  const RunConfig config = read_config(document);
  return to_toml(config, config.initial_state);
}

Json value_json(const ResolvedSetting& setting) {
  if (setting.is_list) {
    const std::string& text = std::get<std::string>(setting.value);
    if (Json::accept(text)) return Json::parse(text);
  }
  return std::visit([](const auto& value) { return Json(value); }, setting.value);
}

std::string json_text(const ConfigDocument& document, const std::vector<ResolvedSetting>& settings) {
  Json json = {{"schema", "forerun.config/1"}, {"file", document.file_name()}};
  json["kind"] = is_campaign(document) ? "campaign" : "run";
  json["settings"] = Json::array();
  for (const ResolvedSetting& setting : settings) {
    Json origin = {{"kind", to_string(setting.origin.kind)}};
    if (!setting.origin.place.empty()) origin["place"] = setting.origin.place;
    if (!setting.origin.key.empty()) origin["follows_from"] = setting.origin.key;
    json["settings"].push_back({{"section", setting.section},
                                {"key", setting.key},
                                {"value", value_json(setting)},
                                {"origin", std::move(origin)}});
  }
  json["open"] = Json::array();
  for (const auto& [section, sentence] : open_settings(document, settings)) {
    json["open"].push_back({{"section", section}, {"sentence", sentence}});
  }
  return json_page(json);
}

ExitStatus show_config(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                       const Console& console) {
  ConfigDocument document = ConfigDocument::read(file_argument(options));
  override_settings(document, options, console);
  const std::vector<ResolvedSetting> settings = resolved_settings(document, resolved_text(document));
  console.out << (options.has("json") ? json_text(document, settings) : resolved_toml(document, settings));
  return ExitStatus::ok;
}

}  // namespace

Command config_command() {
  std::vector<OptionSpec> options;
  for (const OptionSpec& spec : solve_option_specs())
    for (const char* name : {"set", "threads", "seed"})
      if (spec.name == name) options.push_back(spec);
  options.push_back({"json", "", "as JSON"});
  return {"config",       "show CONFIG", "Show a configuration resolved, with where each value comes from",
          config_details, options,       show_config};
}

}  // namespace forerun
