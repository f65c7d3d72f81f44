#include "apps/forerun/config/level_tables.h"

#include <toml++/toml.h>

#include <algorithm>

#include "core/base/plain_text.h"

namespace forerun {
namespace {

/// The list that `text` is as TOML.
std::optional<toml::array> parsed_list(const std::string& text) {
  try {
    const toml::table table = toml::parse("value = " + text);
    const toml::array* list = table["value"].as_array();
    return list != nullptr ? std::optional(*list) : std::nullopt;
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

void read_table(const toml::table& table, const std::string& prefix, Parameters& values) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    ParameterValue value;
    if (const auto* inner = node.as_table()) {
      read_table(*inner, key + ".", values);
      continue;
    }
    if (const auto* flag = node.as_boolean()) value = flag->get();
    if (const auto* integer = node.as_integer()) value = integer->get();
    if (const auto* number = node.as_floating_point()) value = number->get();
    if (const auto* text = node.as_string()) value = text->get();
    if (const auto* list = node.as_array()) {
      PlainText text;
      text << *list;
      value = text.str();
    }
    values.set(key, value);
  }
}

}  // namespace

std::optional<std::vector<std::string>> read_words(const std::string& text) {
  const std::optional<toml::array> list = parsed_list(text);
  if (!list) return std::nullopt;
  std::vector<std::string> words;
  for (const toml::node& node : *list) {
    if (!node.is_string()) return std::nullopt;
    words.push_back(node.as_string()->get());
  }
  return words;
}

std::optional<std::vector<Parameters>> read_tables(const std::string& text, const std::vector<ParameterSpec>& specs) {
  const std::optional<toml::array> list = parsed_list(text);
  if (!list) return std::nullopt;
  std::vector<Parameters> tables;
  for (const toml::node& node : *list) {
    if (!node.is_table()) return std::nullopt;
    read_table(*node.as_table(), "", tables.emplace_back(specs));
  }
  return tables.empty() ? std::nullopt : std::optional(std::move(tables));
}

bool tables_have_any(const std::string& text, const std::vector<std::string>& keys) {
  const toml::array list = parsed_list(text).value_or(toml::array());
  return std::any_of(list.begin(), list.end(), [&](const toml::node& node) {
    const toml::table* table = node.as_table();
    return table != nullptr &&
           std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return table->contains(key); });
  });
}

}  // namespace forerun
