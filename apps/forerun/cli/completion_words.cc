#include "apps/forerun/cli/completion_words.h"

#include <cctype>
#include <set>
#include <sstream>

#include "apps/forerun/cli/commands.h"
#include "apps/forerun/list/catalogue.h"

namespace forerun {
namespace {

using Kind = Completion::Kind;

std::vector<std::string> names_of(const std::string& kind) {
  std::vector<std::string> names;
  for (const CatalogueGroup& group : catalogue()) {
    if (group.kind != kind) continue;
    for (const CatalogueEntry& entry : group.entries) names.push_back(entry.name);
  }
  return names;
}

std::vector<std::string> all_names() {
  std::set<std::string> names;
  for (const CatalogueGroup& group : catalogue()) {
    for (const CatalogueEntry& entry : group.entries) names.insert(entry.name);
  }
  return {names.begin(), names.end()};
}

/// "time.slices=" for every key that a section has by itself.
std::vector<std::string> assignments() {
  std::vector<std::string> beginnings;
  for (const CatalogueGroup& group : catalogue()) {
    if (!group.kind.ends_with("section")) continue;
    for (const CatalogueEntry& section : group.entries) {
      for (const ParameterSpec& key : section.keys) beginnings.push_back(section.name + "." + key.name + "=");
    }
  }
  return beginnings;
}

/// The words of "published|speed".
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, '|');) words.push_back(word);
  return words;
}

}  // namespace

Completion completion_of_option(const OptionSpec& option) {
  if (option.name == "set") return {Kind::words, assignments(), true};
  if (option.name == "correctors") return {Kind::words, names_of("corrector"), true};
  if (option.name == "methods") return {Kind::words, names_of("method"), true};
  if (option.argument == "FILE") return {Kind::files};
  if (option.argument == "DIR") return {Kind::folders};
  return {};
}

Completion completion_of_argument(const Command& command) {
  if (command.name == "init") return {Kind::words, names_of("problem")};
  if (command.name == "list") return {Kind::words, all_names()};
  if (command.name == "completion") return {Kind::words, {"bash", "zsh", "fish"}};
  if (command.name == "config") return {Kind::configurations, {"show"}};
  if (command.name == "man" || command.name == "help") {
    Completion commands{Kind::words};
    for (const Command& other : all_commands()) commands.words.push_back(other.name);
    return commands;
  }
  const std::string& arguments = command.arguments;
  if (!arguments.empty() && std::islower(static_cast<unsigned char>(arguments.front())) != 0) {
    return {Kind::words, split(arguments)};
  }
  if (arguments.starts_with("CONFIG") || arguments.starts_with("CAMPAIGN")) return {Kind::configurations};
  if (arguments.find("DIR") != std::string::npos || arguments == "STORE") return {Kind::folders};
  return arguments.empty() ? Completion{} : Completion{Kind::files};
}

}  // namespace forerun
