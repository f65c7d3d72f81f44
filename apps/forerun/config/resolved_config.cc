#include "apps/forerun/config/resolved_config.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "apps/forerun/config/commented_toml.h"

namespace forerun {
namespace {

bool has_section(const ConfigDocument& document, std::string_view name) {
  const auto& settings = document.settings();
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& s) { return s.section == name; });
}

/// The key whose value decides about this one, where nobody has said this one itself.
const Setting* deciding_setting(const ConfigDocument& document, const std::string& section, const std::string& key) {
  const bool says_how_fine = key == "steps" || key == "tolerance";
  if (section == "fine" && says_how_fine) return document.find("fine", "levels");
  if (section == "coarse" && !has_section(document, "coarse")) return document.find("fine", "levels");
  const bool says_how_states_travel = key == "interpolation" || key == "restriction";
  if (section == "coarse" && !says_how_states_travel) return document.find("coarse", "strategy");
  if (section == "network" && key == "kind") return document.find("corrector", "name");
  return nullptr;
}

ValueOrigin origin_of(const ConfigDocument& document, const std::string& section, const std::string& key) {
  using Kind = ValueOrigin::Kind;
  if (const Setting* given = document.find(section, key)) {
    const bool is_of_file = given->place.starts_with(document.file_name() + ":");
    return {is_of_file ? Kind::file : Kind::option, given->place, ""};
  }
  if (const Setting* other = deciding_setting(document, section, key)) {
    return {Kind::derived, other->place, "[" + other->section + "] " + other->key};
  }
  return {};
}

/// Keys that name a file beside the configuration.
bool names_file(const Setting& setting, bool is_list) {
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr || text->empty() || is_list) return false;
  if (setting.section == "problem") return setting.key == "initial_state";
  if (setting.section != "campaign") return false;
  return setting.key == "draws" || (setting.key == "initial_states" && *text != "problem" && *text != "box");
}

/// Of a problem's initial state the folder is part of the resolved name already.
std::string absolute_name(const ConfigDocument& document, const Setting& setting) {
  namespace fs = std::filesystem;
  const fs::path name = std::get<std::string>(setting.value);
  const bool has_folder = setting.section == "problem";
  return fs::absolute(has_folder ? name : fs::path(document.file_name()).parent_path() / name)
      .lexically_normal()
      .string();
}

std::string value_text(const ResolvedSetting& setting) {
  return setting.is_list ? std::get<std::string>(setting.value) : plain_toml_text(setting.value);
}

}  // namespace

std::string to_string(ValueOrigin::Kind kind) {
  switch (kind) {
    case ValueOrigin::Kind::file:
      return "file";
    case ValueOrigin::Kind::option:
      return "option";
    case ValueOrigin::Kind::derived:
      return "derived";
    case ValueOrigin::Kind::standard:
      break;
  }
  return "default";
}

std::string ValueOrigin::text() const {
  if (kind == Kind::standard) return to_string(kind);
  return kind == Kind::derived ? "follows from " + key + ", " + place : place;
}

std::vector<ResolvedSetting> resolved_settings(const ConfigDocument& document, const std::string& resolved) {
  std::vector<ResolvedSetting> all;
  const ConfigDocument read = ConfigDocument::parse(resolved, document.file_name());
  for (const Setting& setting : read.settings()) {
    // A list is a text that was not spelt as one.
    const bool is_list = std::holds_alternative<std::string>(setting.value) && setting.literal.text.empty();
    ResolvedSetting known{setting.section, setting.key, setting.value, is_list,
                          origin_of(document, setting.section, setting.key)};
    if (names_file(setting, is_list)) known.value = absolute_name(document, setting);
    all.push_back(std::move(known));
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> open_settings(const ConfigDocument& document,
                                                               const std::vector<ResolvedSetting>& settings) {
  const auto has = [&](const std::string& section, const std::string& key) {
    return std::any_of(settings.begin(), settings.end(),
                       [&](const ResolvedSetting& s) { return s.section == section && s.key == key; });
  };
  std::vector<std::pair<std::string, std::string>> open;
  if (!has("time", "begin") && !has("time", "boundaries")) open.emplace_back("time", "begin: the equation's own");
  const bool has_coarse = std::any_of(settings.begin(), settings.end(),
                                      [](const ResolvedSetting& setting) { return setting.section == "coarse"; });
  if (!has_coarse) {
    const Setting* levels = document.find("fine", "levels");
    open.emplace_back("coarse", "the cheapest of the levels, which are chosen when the run begins" +
                                    (levels != nullptr ? ": " + levels->place : std::string()));
  }
  return open;
}

std::string resolved_toml(const ConfigDocument& document, const std::vector<ResolvedSetting>& settings) {
  CommentedToml toml;
  const auto open = open_settings(document, settings);
  const auto say_open = [&](const std::string& section) {
    for (const auto& [name, sentence] : open) {
      if (name == section) toml.remark(sentence);
    }
  };
  toml.remark(document.file_name() + ", resolved");
  std::string section;
  for (const ResolvedSetting& setting : settings) {
    if (setting.section != section) {
      if (section == "fine" && setting.section != "coarse") {
        toml.remark("");
        toml.remark("[coarse]");
        say_open("coarse");
      }
      section = setting.section;
      toml.section(section);
      if (section != "coarse") say_open(section);
    }
    toml.set(setting.key, value_text(setting), setting.origin.text());
  }
  return toml.str();
}

}  // namespace forerun
