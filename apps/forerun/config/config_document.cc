#include "apps/forerun/config/config_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/key_depth.h"
#include "core/base/number_text.h"
#include "core/base/plain_text.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

std::string line_of(const std::string& file_name, const toml::source_region& source) {
  return file_name + ":" + std::to_string(source.begin.line);
}

/// "[16, 64, 256]", on one line and each number as short as it can be.
std::string array_text(const toml::array& array) {
  PlainText text;
  for (const toml::node& element : array) {
    text << (&element == array.get(0) ? "" : ", ");
    if (const auto* number = element.as_floating_point()) {
      text << shortest_text(number->get());
    } else {
      element.visit([&](const auto& value) { text << value; });
    }
  }
  return "[" + text.str() + "]";
}

/// Arrays become their text, for the one key that takes a list. nullopt for the types that no key holds: dates, times,
/// tables.
std::optional<ParameterValue> known_value(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return ParameterValue(flag->get());
  if (const auto* integer = node.as_integer()) return ParameterValue(integer->get());
  if (const auto* number = node.as_floating_point()) return ParameterValue(number->get());
  if (const auto* text = node.as_string()) return ParameterValue(text->get());
  if (const auto* array = node.as_array()) return ParameterValue(array_text(*array));
  return std::nullopt;
}

std::string type_name(const toml::node& node) {
  PlainText name;
  name << node.type();
  return name.str();
}

bool is_bare_word(std::string_view text) {
  const auto may_start = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_' || c == '.' || c == '/'; };
  const auto may_follow = [&](unsigned char c) { return may_start(c) || std::isdigit(c) != 0 || c == '-' || c == '+'; };
  return !text.empty() && may_start(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return may_follow(static_cast<unsigned char>(c)); });
}

bool is_number_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_'; }

/// Where a line of the parser's begins, and the byte of a place in it. Columns count characters, which are a byte that
/// continues none and those that do.
std::size_t begin_of_line(std::string_view text, const toml::source_position& place) {
  std::size_t begin = 0;
  for (toml::source_index line = 1; line < place.line; ++line) begin = text.find('\n', begin) + 1;
  return begin;
}
std::size_t byte_in_line(std::string_view line, const toml::source_position& place) {
  std::size_t at = 0;
  for (toml::source_index column = 1; column < place.column && at < line.size(); ++column) {
    do ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U);
  }
  return at;
}

/// The word of number's letters and signs around the place behind which the parser gave up.
std::string word_at(std::string_view text, const toml::source_position& place) {
  text = text.substr(begin_of_line(text, place));
  text = text.substr(0, text.find('\n'));
  const std::size_t at = byte_in_line(text, place);
  const auto belongs = [&](std::size_t i) { return is_number_letter(text[i]) || text[i] == '-' || text[i] == '+'; };
  std::size_t begin = at, end = at;
  while (begin > 0 && belongs(begin - 1)) --begin;
  while (end < text.size() && belongs(end)) ++end;
  return std::string(text.substr(begin, end - begin));
}

/// Whether all of the digits are a number, and one that Value cannot hold.
template <class Value>
bool exceeds(std::string_view digits, auto... format) {
  Value value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, format...);
  return error == std::errc::result_out_of_range && end == digits.data() + digits.size();
}

/// "1e400 does not fit: …" where that is why a text is not TOML.
std::optional<std::string> complaint_of_size(std::string_view text, const toml::source_region& source) {
  const std::string word = word_at(text, source.begin);
  std::string digits = word;
  std::erase(digits, '_');
  if (digits.starts_with('+')) digits.erase(0, 1);
  constexpr std::size_t longest = 40;
  const std::string shown = word.size() <= longest ? word : word.substr(0, longest) + "…";
  const std::string_view prefix = std::string_view(digits).substr(0, 2);
  const int base = prefix == "0x" ? 16 : prefix == "0o" ? 8 : prefix == "0b" ? 2 : 10;
  if (exceeds<std::int64_t>(base == 10 ? digits : digits.substr(2), base)) {
    return shown + " does not fit: integers must lie from -2^63 to 2^63 - 1";
  }
  if (exceeds<double>(digits)) return shown + " does not fit: numbers must lie from -1.8e308 to 1.8e308";
  return std::nullopt;
}

/// The one value that `text` is as TOML; nullopt where it is anything else. Throws `UsageError` for numbers that are
/// too large.
std::optional<ParameterValue> value_from_toml(std::string_view text, const std::string& place) {
  const std::string line = "value = " + std::string(text);
  if (line_of_deep_key(line)) return std::nullopt;
  try {
    const toml::table table = toml::parse(line);
    const toml::node* node = table.get("value");
    if (table.size() == 1 && node != nullptr) return known_value(*node);
  } catch (const toml::parse_error& error) {
    if (const auto complaint = complaint_of_size(line, error.source())) throw UsageError(place + ": " + *complaint);
  }
  return std::nullopt;
}

struct NamedNode {
  std::string name;
  const toml::node* node;
};

/// What a table holds, in the order of the text; the table itself is sorted by name.
std::vector<NamedNode> in_order(const toml::table& table) {
  std::vector<NamedNode> nodes;
  for (const auto& [key, node] : table) nodes.push_back({std::string(key.str()), &node});
  std::stable_sort(nodes.begin(), nodes.end(), [](const NamedNode& a, const NamedNode& b) {
    return a.node->source().begin < b.node->source().begin;
  });
  return nodes;
}

/// A string of a file with everything behind it: where it ends is found by whoever reads it.
StringLiteral literal_of(std::string_view text, const std::string& file_name, const toml::node& node) {
  if (!node.is_string()) return {};
  const toml::source_position& begin = node.source().begin;
  const std::string_view rest = text.substr(begin_of_line(text, begin));
  const std::size_t quote = byte_in_line(rest, begin);
  return {std::string(rest.substr(quote, string_size(rest.substr(quote)))), file_name, static_cast<Index>(begin.line),
          static_cast<Index>(begin.column)};
}

/// How deep tables of a section may stand within each other, whose keys are then written with dots. Those of the
/// equation that a solver sees otherwise are one deeper than the equation's own.
int most_levels(std::string_view section) {
  if (section == "coarse") return 3;
  return section == "problem" || section == "lowest" || section == "highest" ? 2 : 0;
}

/// What a section holds, keys of tables with dots, in the order of the text.
std::vector<NamedNode> flattened(const std::string& section, const toml::table& table, const std::string& file_name) {
  std::vector<NamedNode> found;
  const auto take = [&](const auto& self, const std::string& prefix, const toml::table& from, int level) -> void {
    for (const auto& [key, node] : in_order(from)) {
      const toml::table* inner = node->as_table();
      if (inner == nullptr || level == most_levels(section)) {
        found.push_back({prefix + key, node});
        continue;
      }
      if (inner->empty()) {
        throw UsageError(line_of(file_name, node->source()) + ": [" + section + "." + prefix + key +
                         "] is empty: must hold keys or be left out");
      }
      self(self, prefix + key + ".", *inner, level + 1);
    }
  };
  take(take, "", table, 0);
  std::stable_sort(found.begin(), found.end(), [](const NamedNode& a, const NamedNode& b) {
    return a.node->source().begin < b.node->source().begin;
  });
  return found;
}

/// Keys outside of a section, and sections that are none.
[[noreturn]] void refuse_top_level(const std::string& name, const toml::node& node, const std::string& place) {
  if (node.is_array_of_tables()) {
    throw UsageError(place + ": [[" + name + "]] is a list of sections: must be written [" + name + "], and once");
  }
  throw UsageError(place + ": '" + name + "' stands outside of a section: keys belong below a header like [problem]");
}

}  // namespace

ConfigDocument ConfigDocument::read(const std::filesystem::path& path) { return parse(read_file(path), path.string()); }

ConfigDocument ConfigDocument::parse(std::string_view text, const std::string& file_name) {
  // Settings are looked for one by one, which is quick for those that people write.
  constexpr std::size_t most_bytes = 131'072;
  if (text.size() > most_bytes) {
    throw UsageError(file_name + ": is " + std::to_string(text.size()) + " bytes long: a configuration has at most " +
                     std::to_string(most_bytes));
  }
  if (const std::optional<int> line = line_of_deep_key(text)) {
    throw UsageError(file_name + ":" + std::to_string(*line) + ": a key of more than " +
                     std::to_string(most_key_parts) + " parts: must be a key of a section, like end below [time]");
  }
  toml::table root;
  try {
    root = toml::parse(text, std::string_view(file_name));
  } catch (const toml::parse_error& error) {
    const std::string description(error.description());
    throw UsageError(line_of(file_name, error.source()) + ": " +
                     complaint_of_size(text, error.source()).value_or(description));
  }
  ConfigDocument document;
  document.file_name_ = file_name;
  document.text_ = text;
  for (const auto& [section, node] : in_order(root)) {
    const toml::table* table = node->as_table();
    const std::string place = line_of(file_name, node->source());
    if (table == nullptr) refuse_top_level(section, *node, place);
    document.sections_.push_back(section);
    document.section_places_.push_back(place);
    for (const auto& [key, value] : flattened(section, *table, file_name)) {
      const std::string value_place = line_of(file_name, value->source());
      std::optional<ParameterValue> known = known_value(*value);
      if (!known) {
        throw UsageError(value_place + ": [" + section + "] " + key + " is of type " + type_name(*value) +
                         ": must be a boolean, an integer, a number or a string");
      }
      document.settings_.push_back({section, key, *std::move(known), value_place, literal_of(text, file_name, *value)});
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

void ConfigDocument::remove(std::string_view section, std::string_view key) {
  std::erase_if(settings_, [&](const Setting& s) { return s.section == section && s.key == key; });
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
  std::optional<ParameterValue> value = value_from_toml(text, place);
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
    PlainText quoted;
    quoted << toml::value<std::string>(*text);
    return quoted.str();
  }
  std::string text = shortest_text(std::get<double>(value));
  // "inf" and "nan" are TOML as they are; a whole number needs a sign that it is not an integer.
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

}  // namespace forerun
