#pragma once

#include <string>

#include "core/base/state_layout.h"

namespace forerun {

/// Fields and axes in one line, "1 x:128:periodic": what is needed to find neighbours.
std::string mesh_text(const StateLayout& layout);
/// And back; throws std::invalid_argument.
StateLayout parse_mesh(const std::string& text);

}  // namespace forerun
