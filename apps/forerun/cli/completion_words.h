#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/command.h"

namespace forerun {

/// What may stand where an argument is, of a command or of an option.
struct Completion {
  enum class Kind { nothing, words, files, configurations, folders };
  Kind kind = Kind::nothing;
  std::vector<std::string> words = {};
  bool goes_on = false;  ///< a word is the beginning of what is meant, such as "time.slices="
};

/// By what the argument is called in the help: "FILE", "DIR", "CONFIG", "NAME", …
Completion completion_of_option(const OptionSpec& option);
/// Of what is no option.
Completion completion_of_argument(const Command& command);

}  // namespace forerun
