#pragma once

#include <optional>
#include <string>

#include "apps/forerun/run/experiment.h"
#include "core/execution/time_communicator.h"
#include "core/record/run_record.h"

namespace forerun {

/// Where a run shows that its coarse solver did badly (it has warnings) and the coarse solver is an explicit method
/// with too few steps to be stable: "rk1 × 1 is unstable here: 36 steps or more". Looked at from the run's first,
/// middle and last finite states; where processes share the run, each looks at those it has, and all say the same.
/// nullopt otherwise. Collective.
std::optional<std::string> coarse_stability_warning(const Experiment& experiment, const RunRecord& record,
                                                    TimeCommunicator* communicator);

}  // namespace forerun
