#pragma once

#include <functional>

namespace forerun {

/// What one thread of this machine can do at best, by two small loops.
struct CoreLimits {
  double flops_per_second = 0.0;  ///< multiplications and additions, unfused, in the widest registers
  double bytes_per_second = 0.0;  ///< read and written, in the nearest cache
};

CoreLimits probe_core();

/// Seconds of one call of `work`: the least of several batches, each long enough for the clock. What disturbs a batch
/// only makes it longer.
double least_seconds(const std::function<void()>& work);

}  // namespace forerun
