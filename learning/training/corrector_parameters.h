#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/parameters.h"

namespace forerun {

/// What entries of the registry describe their options with.

/// Every option as text that reads back as the same value: what model files keep.
std::map<std::string, std::string> printed(const Parameters& parameters);

ParameterSpec integer_option(std::string name, std::int64_t value, double minimum, double maximum,
                             std::string description);
ParameterSpec number_option(std::string name, double value, double minimum, bool minimum_allowed,
                            std::string description);
ParameterSpec activation_option();

}  // namespace forerun
