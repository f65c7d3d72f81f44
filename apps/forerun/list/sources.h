#pragma once

#include <string>

namespace forerun {

/// Where a problem, integrator, method or corrector was published; empty where Forerun knows of none, as for what a
/// user has registered.
std::string source_of(const std::string& name);

}  // namespace forerun
