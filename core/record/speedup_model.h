#pragma once

#include <optional>

#include "core/record/run_record.h"

namespace forerun {

/// A speed-up that was computed, not observed.
struct ModelledSpeedup {
  Index processors = 0;
  double speedup = 0.0;
};

/// Speed-up with one processor a slice of a window (of the run, where there is one), from the run's own measured times:
///
///   S = N · T_F / Σ_k (max_n T_F,n + T_G + T_fit + T_predict),
///
/// T_F the mean seconds the run spent on crossing one slice with the (top-level) fine solver; the sum runs over the
/// initial sweep (no fine, no fit) and all iterations. Communication is not modelled. 0 when the run took no measurable
/// time.
///
/// A solver that advances several slices at once in SIMD lanes spends less on each than on one alone, which is what
/// serial stepping pays, and a processor that has one slice to itself. `serial_slice_seconds`, where serial stepping
/// was measured, is that: T_F then, and all fine times of the run are scaled so that their mean is T_F.
ModelledSpeedup modelled_speedup(const RunRecord& record, Index num_slices,
                                 std::optional<double> serial_slice_seconds = {});

}  // namespace forerun
