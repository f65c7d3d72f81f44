#pragma once

#include <optional>
#include <string>
#include <vector>

namespace forerun {

/// The numbers of "[ 16, 64, 256 ]": how arrays of a configuration reach their keys. nullopt for anything else, the
/// empty list included.
std::optional<std::vector<double>> parse_numbers(const std::string& text);

/// "[0.0, 0.5, 2.0]", to read back exactly.
std::string numbers_text(const std::vector<double>& numbers);

}  // namespace forerun
