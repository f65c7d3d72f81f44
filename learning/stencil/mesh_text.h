#pragma once

#include <string>

#include "core/base/state_layout.h"

namespace forerun {

/// Fields and axes in one line, "1 x:128:periodic": what is needed to find neighbours.
std::string mesh_text(const StateLayout& layout);
/// And back; throws std::invalid_argument.
StateLayout parse_mesh(const std::string& text);

/// How far neighbouring points of each axis are from each other, "0.1 0.05"; and whether a text says the same of this
/// mesh, but for rounding. An axis of one point has steps of 0.
std::string steps_text(const StateLayout& layout);
bool same_steps(const std::string& text, const StateLayout& layout);

}  // namespace forerun
