#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "apps/forerun/run/comparison.h"

namespace forerun {

/// The steps, which are integers, or the tolerances of a fine solver and its cheaper levels.
nlohmann::ordered_json levels_json(const FineLevels& levels);

/// The record of a comparison, or of one run, as JSON of schema "forerun.compare/1"; ends with a newline. What was not
/// measured and what is not finite is null.
std::string comparison_json(const Comparison& comparison, const Experiment& experiment,
                            const std::optional<WarmStart>& warm_start);

}  // namespace forerun
