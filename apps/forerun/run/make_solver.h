#pragma once

#include <memory>

#include "apps/forerun/run/experiment.h"

namespace forerun {

/// The solver that `spec` says for a problem with these parameters: the problem's own integrator, or one that is not
/// ours, which up to `callers` threads may call at once. Nothing is started or opened. Throws `ParameterError`.
std::unique_ptr<Propagator> make_solver(const SolverSpec& spec, const OdeProblem& problem, const Parameters& parameters,
                                        int callers);

/// Threads for a run: as [run] says, and more where more programs than that are to run at once.
std::unique_ptr<SliceExecutor> make_run_executor(const RunConfig& config);

/// Before work starts: whether programs and libraries are there. Throws `UsageError` with the place in the document.
void open_external_solvers(const ConfigDocument& document, const Experiment& experiment);

}  // namespace forerun
