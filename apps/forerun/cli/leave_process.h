#pragma once

#include <string>

#include "apps/forerun/cli/exit_status.h"

namespace forerun {

/// Says `sentence` on standard error and ends the process without waiting for its other threads: for the case that one
/// of them is in something that does not return. Files that are not written by then are not.
[[noreturn]] void leave_process(ExitStatus status, const std::string& sentence);

}  // namespace forerun
