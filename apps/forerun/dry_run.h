#pragma once

#include <string>

#include "apps/forerun/comparison.h"
#include "apps/forerun/solve_request.h"

namespace forerun {

/// What a run would do: problem, sizes, step counts, memory, files. Nothing is solved or written.
std::string dry_run_text(const SolveRequest& request, const ComparisonPlan& plan, const Experiment& experiment);

}  // namespace forerun
