#pragma once

#include "apps/forerun/plan/plan_study.h"
#include "apps/forerun/record/verdict.h"

namespace forerun {

/// Who wins on this machine, measured where the study has measured Parareal and modelled else, and on the machine that
/// is planned for, modelled. Parareal has to beat the fastest serial solver that is as accurate as the configured one.
Verdict plan_verdict(const PlanStudy& study);

}  // namespace forerun
