#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/record/run_record.h"

namespace forerun {

/// What a run's iterations cost, in seconds, as JSON: enough to model it on other machines later. Numbers read back
/// exactly.
nlohmann::ordered_json history_json(const RunRecord& record);

/// The part of the record that `history_json` wrote, for a run on `num_slices` slices. Throws std::invalid_argument
/// with a sentence on anything that no run could have written.
RunRecord read_history(const nlohmann::ordered_json& json, Index num_slices);

}  // namespace forerun
