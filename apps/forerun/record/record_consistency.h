#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/forerun/run/experiment.h"

namespace forerun {

/// Whether a run directory's record (schema "forerun.compare/1") can be of the experiment of its configuration, and
/// agrees with itself: problem, slices, time, seed and levels; one entry an iteration in every series; fronts that
/// follow from each other; sums and last entries that are what they say. Throws std::invalid_argument with what
/// contradicts what.
void check_record(const nlohmann::ordered_json& record, const Experiment& experiment);

}  // namespace forerun
