#pragma once

#include <string>

#include "apps/forerun/init/starting_point.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {

/// A configuration of the problem that runs as it is, each key with a comment of what it means; `file` is what it will
/// be called, for the commands it names. For "equations" it holds a small system to be replaced by one's own.
std::string starting_configuration(const ProblemEntry& entry, const StartingPoint& point, const std::string& file);

}  // namespace forerun
