#pragma once

#include <optional>
#include <string>
#include <vector>

namespace forerun {

/// The numbers of "[ 16, 64, 256 ]": how arrays of a configuration reach their keys. nullopt for anything else, the
/// empty list included.
std::optional<std::vector<double>> parse_numbers(const std::string& text);

}  // namespace forerun
