#pragma once

#include <optional>

#include "apps/forerun/plan/plan_study.h"

namespace forerun {

/// Which of `study.methods` is modelled to be faster on the machine that is planned for than serial stepping and than
/// Parareal, its ladder included, by more than can be told apart; no value: none, so Parareal.
std::optional<std::size_t> recommended_method(const PlanStudy& study);

/// The best that Parareal is modelled to reach there, with a ladder where that is expected to help; 0: no trial solved.
double parareal_speedup_there(const PlanStudy& study);

}  // namespace forerun
