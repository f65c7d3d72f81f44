#pragma once

#include <string>

#include "apps/forerun/cli/exit_status.h"
#include "apps/forerun/run/comparison.h"

namespace forerun {

/// "rk4 × 16", "dopri5 to 1e-09".
std::string solver_text(const SolverSpec& spec);

/// "2 threads", "3 processes with 2 threads each".
std::string executor_text(const Experiment& experiment);

/// What was solved, in two lines: problem, slices, solvers, threads, seed.
std::string problem_heading(const Experiment& experiment);

/// One table, a row a corrector, with a legend that says what is measured and what is modelled; ≤ 120 columns.
std::string comparison_table(const Comparison& comparison, const Experiment& experiment);

/// The same facts of a single run, one a line.
std::string run_summary(const Comparison& comparison, const Experiment& experiment);

/// Sentences about what went wrong, or not to the end: one for each run that did not converge; empty if all did.
std::vector<std::string> shortfalls(const Comparison& comparison, const Experiment& experiment);

/// What else a reader of the runs should know (`RunRecord::warnings`), with the corrector it is about.
std::vector<std::string> notes(const Comparison& comparison);

/// The gravest of what happened: interrupted (whatever the signal), then solver_failed, then not_converged.
ExitStatus exit_status(const Comparison& comparison);

}  // namespace forerun
