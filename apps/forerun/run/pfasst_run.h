#pragma once

#include <string>

#include "apps/forerun/run/experiment.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"

namespace forerun {

/// Throws `UsageError` with the place of what PFASST cannot take: solvers that are no spectral deferred corrections, or
/// not one step a slice, nodes without the step's end, a coarser mesh or fewer nodes than there are, a time limit of
/// fine solves, which it does not make.
void require_pfasst_levels(const ConfigDocument& document, const Experiment& experiment);

/// Solves the experiment by PFASST, one step a slice; `log` as in `PfasstProblem`.
RunRecord run_pfasst(const Experiment& experiment, const PfasstOptions& options, const States* reference, SolveLog* log,
                     IterationObserver* observer);

/// "levels of 5, 3 nodes, after burn-in, residual below 1e-09".
std::string pfasst_text(const Experiment& experiment);

/// What the states of a run take.
double pfasst_bytes(const Experiment& experiment);

}  // namespace forerun
