#pragma once

#include <string>

namespace forerun {

/// As the system names it: "AMD EPYC 7763 64-Core Processor"; "unknown" where it does not.
std::string cpu_model();

}  // namespace forerun
