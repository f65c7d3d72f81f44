#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "core/base/parameters.h"

namespace forerun {

/// One problem of a suite: a section of the suite's file.
struct BenchEntry {
  std::string name;              ///< of the section
  Parameters values;             ///< "title", "config", "settings" and what the benchmark asks for
  std::filesystem::path config;  ///< relative paths are those of the suite's file
  std::string title() const { return values.is_set("title") ? values.text("title") : name; }

  /// The configuration, with the entry's settings.
  ConfigDocument document() const;
};

/// The entries called `only` (all where it is empty), in the order of the file; `specs` are the keys beside "title",
/// "config" and "settings". Throws `FileError`; `UsageError` with place and rule.
std::vector<BenchEntry> read_suite(const std::filesystem::path& path, const std::vector<ParameterSpec>& specs,
                                   const std::vector<std::string>& only);

/// A key that says what is to be reached: a number > 0.
ParameterSpec goal_key(const std::string& name, const std::string& description);

/// The words between separators, without empty ones.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace forerun
