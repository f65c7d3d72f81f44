#pragma once

#include <string>

#include "core/record/record_archive.h"

namespace forerun::testing {

/// All that a record says, bit for bit, but for the seconds: two runs are the same if these are equal.
inline std::string without_seconds(RunRecord record) {
  record.seconds = {};
  record.initial_seconds = {};
  for (IterationRecord& iteration : record.iterations) {
    iteration.seconds = {};
    for (LevelSweep& sweep : iteration.levels) sweep.slice_seconds = sweep.max_slice_seconds = 0.0;
  }
  return to_bytes(record);
}

}  // namespace forerun::testing
