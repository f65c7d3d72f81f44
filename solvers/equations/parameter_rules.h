#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/parameters.h"

namespace forerun {

/// Specifications of an equation's parameters in one line each.

/// Any finite number.
ParameterSpec real_parameter(std::string name, double default_value, std::string description, std::string unit = "");
/// A number > 0.
ParameterSpec positive_parameter(std::string name, double default_value, std::string description,
                                 std::string unit = "");
/// An integer in [minimum, maximum].
ParameterSpec integer_parameter(std::string name, std::int64_t default_value, std::int64_t minimum,
                                std::int64_t maximum, std::string description);
/// One of `choices`, the first by default.
ParameterSpec choice_parameter(std::string name, std::vector<std::string> choices, std::string description);
/// The `seed` of a random initial state: an integer ≥ 0.
ParameterSpec seed_parameter();

}  // namespace forerun
