#include "apps/forerun/bench/bench_suite.h"

#include <algorithm>
#include <sstream>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/overrides.h"

namespace forerun {
namespace {

BenchEntry read_entry(const ConfigDocument& document, const std::string& section,
                      const std::vector<ParameterSpec>& specs) {
  BenchEntry entry{section, Parameters(specs), {}};
  for (const Setting& setting : document.settings()) {
    if (setting.section != section) continue;
    try {
      entry.values.set(setting.key, setting.value);
    } catch (const ParameterError& error) {
      throw UsageError(setting.place + ": [" + section + "] " + error.what());
    }
  }
  if (entry.values.text("config").empty()) {
    throw UsageError(document.place_of_section(section) + ": [" + section +
                     "] has no 'config': must be the file of a run's configuration");
  }
  entry.config = std::filesystem::path(document.file_name()).parent_path() / entry.values.text("config");
  return entry;
}

}  // namespace

ConfigDocument BenchEntry::document() const {
  ConfigDocument document = ConfigDocument::read(config);
  for (const std::string& setting : split(values.text("settings"), ' ')) document.set_from_command_line(setting);
  leave_options_behind(document);
  return document;
}

std::vector<BenchEntry> read_suite(const std::filesystem::path& path, const std::vector<ParameterSpec>& specs,
                                   const std::vector<std::string>& only) {
  const ConfigDocument document = ConfigDocument::read(path);
  std::vector<ParameterSpec> keys = {{"title", std::string(), "what people call the problem"},
                                     {"config", std::string(), "a run's configuration; relative to this file"},
                                     {"settings", std::string(), "section.key=value, blanks between them"}};
  keys.insert(keys.end(), specs.begin(), specs.end());
  for (const std::string& name : only) {
    const auto& known = document.sections();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw UsageError(path.string() + ": unknown problem '" + name + "': " + suggestion(name, known));
    }
  }
  std::vector<BenchEntry> entries;
  for (const std::string& section : document.sections()) {
    if (!only.empty() && std::find(only.begin(), only.end(), section) == only.end()) continue;
    entries.push_back(read_entry(document, section, keys));
  }
  return entries;
}

ParameterSpec goal_key(const std::string& name, const std::string& description) {
  ParameterSpec goal{name, 1.0, description, 0.0};
  goal.minimum_allowed = false;
  return goal;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

}  // namespace forerun
