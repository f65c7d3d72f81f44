#pragma once

#include <optional>
#include <vector>

#include "core/record/run_record.h"

namespace forerun {

/// How long a run may still take.
struct RemainingTime {
  double seconds = 0.0;
  bool is_upper_bound = false;
};

/// From the iterations so far. When increments ρ_k shrink by a steady factor, those still to come are
///
///   ⌈log(ρ_K / tolerance) / mean log(ρ_{k−1} / ρ_k)⌉,     the mean over the last four iterations,
///
/// each as long as the last. Otherwise all that is known is that each iteration makes one more slice exact: an upper
/// bound, `limit` − K iterations. nullopt before the first iteration.
std::optional<RemainingTime> remaining_time(const std::vector<IterationRecord>& iterations, Index num_slices,
                                            Index limit, double tolerance);

}  // namespace forerun
