#pragma once

#include <string>

#include "apps/forerun/plan/plan_study.h"

namespace forerun {

/// What was measured, tried and modelled, then the advice, in words; ≤ 120 columns.
std::string plan_text(const PlanStudy& study, const Experiment& experiment);

/// The same as JSON of schema "forerun.plan/1"; ends with a newline.
std::string plan_json(const PlanStudy& study, const Experiment& experiment);

/// "On 128 processors Parareal is modelled 14x faster than serial stepping", or that serial stepping wins there.
std::string verdict(const ScalingPoint& point);

}  // namespace forerun
