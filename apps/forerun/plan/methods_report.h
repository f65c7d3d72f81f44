#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "apps/forerun/plan/plan_study.h"

namespace forerun {

/// The trials of other methods than Parareal as a table, those that do not suit the problem below it with the reason.
std::string methods_table(const PlanStudy& study);

/// Why the method that is recommended is, and the lines of a configuration that ask for it; empty: Parareal.
std::string recommended_method_text(const PlanStudy& study);

/// Each trial, and which one is recommended.
nlohmann::ordered_json methods_json(const PlanStudy& study);

}  // namespace forerun
