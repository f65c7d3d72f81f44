#include "apps/forerun/config_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <sstream>

#include "apps/forerun/usage_error.h"
#include "core/read_file.h"

namespace forerun {
namespace {

std::string line_of(const std::string& file_name, const toml::source_region& source) {
  return file_name + ":" + std::to_string(source.begin.line);
}

/// Arrays become their text, "[ 16, 64, 256 ]", for the one key that takes a list. nullopt for the types that no key
/// holds: dates, times, tables.
std::optional<ParameterValue> known_value(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return ParameterValue(flag->get());
  if (const auto* integer = node.as_integer()) return ParameterValue(integer->get());
  if (const auto* number = node.as_floating_point()) return ParameterValue(number->get());
  if (const auto* text = node.as_string()) return ParameterValue(text->get());
  if (const auto* array = node.as_array()) {
    std::ostringstream text;
    text << *array;
    return ParameterValue(text.str());
  }
  return std::nullopt;
}

std::string type_name(const toml::node& node) {
  std::ostringstream name;
  name << node.type();
  return name.str();
}

bool is_bare_word(std::string_view text) {
  const auto may_start = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_' || c == '.' || c == '/'; };
  const auto may_follow = [&](unsigned char c) { return may_start(c) || std::isdigit(c) != 0 || c == '-' || c == '+'; };
  return !text.empty() && may_start(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return may_follow(static_cast<unsigned char>(c)); });
}

/// The one value that `text` is as TOML; nullopt where it is anything else.
std::optional<ParameterValue> value_from_toml(std::string_view text) {
  try {
    const toml::table table = toml::parse("value = " + std::string(text));
    const toml::node* node = table.get("value");
    if (table.size() == 1 && node != nullptr) return known_value(*node);
  } catch (const toml::parse_error&) {
  }
  return std::nullopt;
}

}  // namespace

ConfigDocument ConfigDocument::read(const std::filesystem::path& path) { return parse(read_file(path), path.string()); }

ConfigDocument ConfigDocument::parse(std::string_view text, const std::string& file_name) {
  toml::table root;
  try {
    root = toml::parse(text, std::string_view(file_name));
  } catch (const toml::parse_error& error) {
    throw UsageError(line_of(file_name, error.source()) + ": " + std::string(error.description()));
  }
  ConfigDocument document;
  document.file_name_ = file_name;
  document.text_ = text;
  for (const auto& [section, node] : root) {
    const toml::table* table = node.as_table();
    const std::string place = line_of(file_name, node.source());
    if (table == nullptr) {
      throw UsageError(place + ": '" + std::string(section.str()) +
                       "' stands outside of a section: keys belong below a "
                       "header like [problem]");
    }
    document.sections_.emplace_back(section.str());
    document.section_places_.push_back(place);
    for (const auto& [key, value] : *table) {
      const std::string value_place = line_of(file_name, value.source());
      std::optional<ParameterValue> known = known_value(value);
      if (!known) {
        throw UsageError(value_place + ": [" + std::string(section.str()) + "] " + std::string(key.str()) +
                         " is of type " + type_name(value) + ": must be a boolean, an integer, a number or a string");
      }
      document.settings_.push_back(
          {std::string(section.str()), std::string(key.str()), *std::move(known), value_place});
    }
  }
  return document;
}

void ConfigDocument::set(Setting setting) {
  const auto same = [&](const Setting& s) { return s.section == setting.section && s.key == setting.key; };
  const auto found = std::find_if(settings_.begin(), settings_.end(), same);
  if (found == settings_.end()) {
    settings_.push_back(std::move(setting));
  } else {
    *found = std::move(setting);
  }
}

void ConfigDocument::set_from_command_line(std::string_view assignment) {
  const std::string place = "--set " + std::string(assignment);
  const std::size_t equals = assignment.find('=');
  const std::string_view name = assignment.substr(0, equals);
  const std::size_t dot = name.find('.');
  if (equals == std::string_view::npos || dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) {
    throw UsageError(place + ": must be section.key=value, e.g. --set time.slices=64");
  }
  set_from_text(std::string(name.substr(0, dot)), std::string(name.substr(dot + 1)), assignment.substr(equals + 1),
                place);
}

void ConfigDocument::set_from_text(const std::string& section, const std::string& key, std::string_view text,
                                   const std::string& place) {
  std::optional<ParameterValue> value = value_from_toml(text);
  if (!value && is_bare_word(text)) value = std::string(text);
  if (!value) {
    throw UsageError(place + ": '" + std::string(text) +
                     "' is neither a TOML value nor a bare word: quote strings, e.g. "
                     "--set 'problem.name=\"burgers\"'");
  }
  set({section, key, *std::move(value), place});
}

std::string ConfigDocument::place_of_section(std::string_view section) const {
  const auto found = std::find(sections_.begin(), sections_.end(), section);
  if (found == sections_.end()) return file_name_;
  return section_places_[static_cast<std::size_t>(found - sections_.begin())];
}

const Setting* ConfigDocument::find(std::string_view section, std::string_view key) const {
  for (const Setting& setting : settings_) {
    if (setting.section == section && setting.key == key) return &setting;
  }
  return nullptr;
}

std::string toml_text(const ParameterValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) {
    std::ostringstream quoted;
    quoted << toml::value<std::string>(*text);
    return quoted.str();
  }
  std::array<char, 32> digits;
  const double number = std::get<double>(value);
  std::string text(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
  // "inf" and "nan" are TOML as they are; a whole number needs a sign that it is not an integer.
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

}  // namespace forerun
