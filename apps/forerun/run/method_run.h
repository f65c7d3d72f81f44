#pragma once

#include <stop_token>
#include <string>

#include "apps/forerun/run/experiment.h"
#include "core/propagation/slice_watchdog.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/solve_log.h"
#include "core/record/speedup_model.h"

namespace forerun {

/// Runs of a comparison that are known by their method: of MGRIT, PFASST and ParaExp, not of Parareal with a corrector.
/// `method` is one of those.

/// Whether a run of this name is one.
bool is_by_method(const std::string& run);
/// Whether it goes on until a residual is small; else it ends after one go.
bool iterates(const std::string& method);
/// Whether the run may learn something that can be kept.
bool can_learn(const NamedChoice& run);

/// Throws `UsageError` with the place of what the method cannot take.
void require_suitable(const ConfigDocument& document, const Experiment& experiment, const std::string& method);

/// `log`: as in `MgritProblem` and its like.
RunRecord run_by_method(const std::string& method, const Experiment& experiment, const States* reference, SolveLog* log,
                        const std::stop_token& stop, const SliceLimit& limit, IterationObserver* observer);

/// The method's options in words.
std::string method_text(const std::string& method, const Experiment& experiment);
Index most_iterations(const std::string& method, const Experiment& experiment);
double tolerance_of(const std::string& method, const Experiment& experiment);
/// What the states of a run take.
double method_bytes(const std::string& method, const Experiment& experiment);
ModelledSpeedup modelled_method_speedup(const std::string& method, const Experiment& experiment,
                                        const RunRecord& record);

}  // namespace forerun
