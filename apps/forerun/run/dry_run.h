#pragma once

#include <string>
#include <vector>

#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/solve_request.h"

namespace forerun {

/// The parts of such a plan that runs and campaigns share: "  name      value", what one pass of a solver over all
/// slices takes, and the files that would be written.
std::string plan_line(const std::string& name, const std::string& value);
std::string pass_text(const SolverSpec& solver, const Experiment& experiment);
std::string plan_files(const std::vector<std::string>& files);
inline constexpr const char* dry_run_ending = "\nDry run: nothing was solved or written.\n";

/// What a run would do: problem, sizes, step counts, memory, files. Nothing is solved or written.
std::string dry_run_text(const SolveRequest& request, const ComparisonPlan& plan, const Experiment& experiment);

}  // namespace forerun
