#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state.h"

namespace forerun {

/// A string as a file spells it, quotes and all.
struct StringLiteral {
  std::string text;  ///< empty where the value is no string of a file
  std::string file_name;
  Index line = 1;  ///< of the first quote, from 1; columns count characters
  Index column = 1;
};

/// One `key = value` of a configuration, with the place to name when it breaks a rule.
struct Setting {
  std::string section;
  std::string key;  ///< "points"; of a table within the section "u.rhs"
  ParameterValue value;
  std::string place;  ///< "burgers.toml:4", "--set time.slices=8"
  StringLiteral literal = {};
};

/// A configuration as it was written: which keys exist and what they may hold is not known here.
///
/// A configuration file is TOML with one level of sections; values are booleans, integers, numbers and strings. In
/// [problem], [coarse], [lowest] and [highest] there may be tables, [problem.u] or mesh.x = { … }: their keys are
/// written with dots. Errors: `FileError` if the file cannot be read; `UsageError` "file:line: …" for anything that is
/// not such TOML (syntax, duplicate keys, invalid UTF-8, other types, keys outside of a section), and for more than 128
/// KiB of it.
class ConfigDocument {
 public:
  static ConfigDocument read(const std::filesystem::path& path);
  static ConfigDocument parse(std::string_view text, const std::string& file_name);

  /// Overrides, or adds, one setting.
  void set(Setting setting);
  void remove(std::string_view section, std::string_view key);
  /// `assignment` is section.key=value; the value is TOML, a bare word is taken as a string.
  void set_from_command_line(std::string_view assignment);
  /// The same with an option of its own, e.g. ("run", "seed", "3", "--seed 3").
  void set_from_text(const std::string& section, const std::string& key, std::string_view text,
                     const std::string& place);

  /// In the order of the file, as sections are.
  const std::vector<Setting>& settings() const { return settings_; }
  const std::vector<std::string>& sections() const { return sections_; }
  /// Where a section begins, or the file's name where there is none: the place of what is missing.
  std::string place_of_section(std::string_view section) const;
  /// nullptr where the key is not set.
  const Setting* find(std::string_view section, std::string_view key) const;
  const std::string& file_name() const { return file_name_; }
  /// The bytes of the file.
  const std::string& text() const { return text_; }

 private:
  std::string file_name_;
  std::string text_;
  std::vector<Setting> settings_;
  std::vector<std::string> sections_;
  std::vector<std::string> section_places_;
};

/// A value as TOML that reads back as the same value, bit for bit.
std::string toml_text(const ParameterValue& value);

}  // namespace forerun
