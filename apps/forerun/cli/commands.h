#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/command.h"

namespace forerun {

/// All commands, in the order in which people are told of them.
const std::vector<Command>& all_commands();

/// Throws `UsageError`, the nearest name suggested.
const Command& find_command(const std::string& name);

/// What every command knows beside its own options: -h and --help.
const std::vector<OptionSpec>& help_options();

/// "Usage: …", options, and in the long form what it does, with examples.
std::string command_help(const Command& command, bool long_form);

}  // namespace forerun
