#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/exit_status.h"

namespace forerun {

/// The whole program but for the process: `words` is the command line without the program's name. All errors end here,
/// as one sentence on `console.err` and a status.
ExitStatus run_command_line(const std::vector<std::string>& words, const Console& console);

}  // namespace forerun
