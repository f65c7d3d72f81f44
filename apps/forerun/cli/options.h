#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forerun {

/// One long option of a command.
struct OptionSpec {
  std::string name;
  std::string argument;  ///< "FILE" in the help; empty: a flag
  std::string description;
  bool repeatable = false;
  char letter = '\0';  ///< "-v" as well; \0: none
};

/// What was given: options with their texts in order, and the arguments that are not options.
class ParsedOptions {
 public:
  bool has(const std::string& name) const { return texts_.count(name) != 0; }
  /// nullopt where the option was not given.
  std::optional<std::string> text(const std::string& name) const;
  const std::vector<std::string>& texts(const std::string& name) const;
  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  friend ParsedOptions parse_options(const std::vector<OptionSpec>&, const std::vector<std::string>&);

  std::map<std::string, std::vector<std::string>> texts_;
  std::vector<std::string> arguments_;
};

/// Reads a command's words. `-h` and `--help` are known to every command.
/// Throws `UsageError`: an unknown option (with the nearest known one), a missing or superfluous value, an option given
/// twice that is not repeatable.
ParsedOptions parse_options(const std::vector<OptionSpec>& specs, const std::vector<std::string>& words);

/// The options as an aligned list, one or more lines each.
std::string options_help(const std::vector<OptionSpec>& specs);

}  // namespace forerun
