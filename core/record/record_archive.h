#pragma once

#include <string>
#include <string_view>

#include "core/record/run_record.h"

namespace forerun {

/// Records as bytes, complete and exact, for checkpoints. What is read back is not believed to be one:
/// std::invalid_argument for bytes that are not exactly a record.
std::string to_bytes(const RunRecord& record);
std::string to_bytes(const IterationRecord& iteration);
RunRecord run_record(std::string_view bytes);
IterationRecord iteration_record(std::string_view bytes);

}  // namespace forerun
