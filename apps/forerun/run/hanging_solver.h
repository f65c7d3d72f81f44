#pragma once

#include <functional>
#include <string>

#include "core/propagation/slice_watchdog.h"

namespace forerun {

/// `limit` for a command, which cannot wait for a solver that never returns: where one overruns it and does not stop,
/// `keep` says what was kept and the process ends with the status of a failed solver (leave_process.h).
SliceLimit leaving_the_process(SliceLimit limit, std::function<std::string(const SliceFailure&)> keep = {});

}  // namespace forerun
