#pragma once

#include <stop_token>
#include <string>

#include "apps/forerun/config/paraexp_settings.h"
#include "apps/forerun/run/experiment.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"

namespace forerun {

/// Throws `UsageError` with the place of what ParaExp cannot take: an equation that is not linear but for a source,
/// more parts than slices.
void require_linear_problem(const ConfigDocument& document, const Experiment& experiment);

/// Solves the experiment by ParaExp, the equation without its source by the exponential.
RunRecord run_paraexp(const Experiment& experiment, const States* reference, SolveLog* log, const std::stop_token& stop,
                      const SliceLimit& limit, IterationObserver* observer);

ParaexpSettings paraexp_settings(const Experiment& experiment);

/// "8 parts, carried on by exponentials to 1e-9".
std::string paraexp_text(const Experiment& experiment);

/// What the states of a run take.
double paraexp_bytes(const Experiment& experiment);

}  // namespace forerun
