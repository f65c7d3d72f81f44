#include "apps/forerun/list/reference_page.h"

#include <algorithm>
#include <string_view>

#include "apps/forerun/cli/commands.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/list/catalogue.h"

namespace forerun {
namespace {

constexpr const char* introduction = R"(# Reference

Every command, every key of a configuration, and every method, problem, integrator and corrector that a configuration can
name. `forerun help COMMAND` and `forerun list NAME` say the same in a terminal. This page is written by the program
itself and not by hand:

```sh
forerun man --markdown > reference.md
```

)";

constexpr const char* values =
    R"(A configuration is a [TOML](https://toml.io) file. Names of files in it are relative to its own folder. An option
`--set section.key=value` replaces a value of the file; `--threads` and `--seed` replace both. `forerun config show FILE`
prints every value that a run would use and where it comes from. A key without a default may be left out unless it says
that it is required.

)";

/// As Markdown prints it within a line of a table.
std::string escaped_for_markdown(std::string_view text) {
  std::string result;
  bool is_code = false;
  for (const char c : text) {
    if (c == '`') is_code = !is_code;
    if (c == '\n') {
      result += ' ';
    } else if (c == '<' && !is_code) {
      result += "&lt;";
    } else {
      if (c == '|' || (!is_code && (c == '*' || c == '_' || c == '\\'))) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string code(const std::string& text) {
  std::string result = "`";
  for (const char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result + "`";
}

std::string options_table(const std::vector<OptionSpec>& options) {
  std::string text = "| option | meaning |\n|---|---|\n";
  for (const OptionSpec& option : options) {
    const std::string letter = option.letter == '\0' ? "" : std::string("`-") + option.letter + "`, ";
    const std::string name = "--" + option.name + (option.argument.empty() ? "" : " " + option.argument);
    text += "| " + letter + code(name) + " | " + escaped_for_markdown(option.description) + " |\n";
  }
  return text + "\n";
}

std::string command_section(const Command& command) {
  std::string text = "### forerun " + command.name + "\n\n" + command.summary + ".\n\n";
  text += "```text\nforerun " + command.name + " " + command.arguments + (command.arguments.empty() ? "" : " ") +
          "[OPTIONS]\n```\n\n";
  return text + options_table(command.options) + "```text\n" + command.details + "```\n\n";
}

std::string default_text(const CatalogueEntry& entry, const ParameterSpec& spec) {
  if (std::find(entry.required.begin(), entry.required.end(), spec.name) != entry.required.end()) return "required";
  if (entry.keys_are_patterns || spec.default_value == ParameterValue(std::string())) return "";
  return code(toml_text(spec.default_value));
}

std::string keys_table(const CatalogueEntry& entry) {
  if (entry.keys.empty()) return "";
  std::string text = "| key | meaning | value | default |\n|---|---|---|---|\n";
  for (const ParameterSpec& spec : entry.keys) {
    text += "| " + code(spec.name) + " | " + escaped_for_markdown(spec.description) + " | " +
            escaped_for_markdown(spec.rule()) + (spec.unit.empty() ? "" : ", in " + escaped_for_markdown(spec.unit)) +
            " | " + default_text(entry, spec) + " |\n";
  }
  return text + "\n";
}

/// "Forward Euler." of "forward Euler"
std::string sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 32);
  return text + ".";
}

std::string entry_section(const CatalogueGroup& group, const CatalogueEntry& entry) {
  const bool is_section = group.kind.ends_with("section");
  const std::string description =
      group.kind == "problem" ? code(entry.description) : sentence(escaped_for_markdown(entry.description));
  std::string text = "### " + (is_section ? "[" + entry.name + "]" : entry.name) + "\n\n" + description + "\n\n";
  if (!entry.source.empty()) text += "Source: " + escaped_for_markdown(entry.source) + "\n\n";
  return text + keys_table(entry);
}

}  // namespace

std::string reference_page() {
  std::string page = introduction;
  page += "## Commands\n\n`-h` prints a short help of each command, `--help` the long one below.\n\n";
  for (const Command& command : all_commands()) page += command_section(command);
  for (const CatalogueGroup& group : catalogue()) {
    page += "## " + group.heading + "\n\n";
    if (&group == &catalogue().front()) page += values;
    for (const CatalogueEntry& entry : group.entries) page += entry_section(group, entry);
  }
  page.pop_back();  // the page ends with its last line, not with an empty one
  return page;
}

}  // namespace forerun
