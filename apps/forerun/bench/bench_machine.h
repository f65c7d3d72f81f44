#pragma once

#include <string>
#include <vector>

namespace forerun {

/// "AMD EPYC, 2 cores"; "unknown" for what the system does not tell.
std::string machine_text();

/// Sentences about what makes wall-clock figures doubtful: other work on the machine by its load average, this moment.
std::vector<std::string> load_warnings();

}  // namespace forerun
