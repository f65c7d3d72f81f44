#pragma once

#include <utility>

#include "core/base/stopwatch.h"

namespace forerun {

/// Wall-clock seconds by laps, which add up to all since construction.
class LapWatch {
 public:
  /// Seconds of the lap that ends here.
  double lap() {
    const double now = watch_.seconds();
    return now - std::exchange(last_, now);
  }
  /// Seconds of the lap under way.
  double since_lap() const { return watch_.seconds() - last_; }

 private:
  Stopwatch watch_;
  double last_ = 0.0;
};

}  // namespace forerun
