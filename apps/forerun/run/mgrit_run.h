#pragma once

#include <string>

#include "apps/forerun/run/experiment.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"

namespace forerun {

/// Solves the experiment by MGRIT; each grid has a coarse solver of its own, since theirs are slices of other lengths.
RunRecord run_mgrit(const Experiment& experiment, const MgritOptions& options, const States* reference, SolveLog* log,
                    IterationObserver* observer);

/// "coarsening 4, FCF-relaxation, V-cycles, grids of 64, 16, 4 slices, residual below 5e-07".
std::string mgrit_text(const Experiment& experiment);

/// Iterations until every slice is exact, or as many as are allowed.
Index most_iterations(const MgritOptions& options, Index num_slices);

/// What the states of a run take.
double mgrit_bytes(const MgritOptions& options, Index dimension, Index num_slices);

}  // namespace forerun
