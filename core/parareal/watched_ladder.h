#pragma once

#include <memory>
#include <vector>

#include "core/propagation/fidelity_ladder.h"
#include "core/propagation/slice_watchdog.h"

namespace forerun {

/// A ladder under the eyes of a watchdog.
class WatchedLadder {
 public:
  WatchedLadder(const FidelityLadder& ladder, SliceWatchdog& watchdog) : ladder_(ladder) {
    std::vector<const Propagator*> levels;
    for (Index level = 0; level < ladder.num_levels(); ++level) {
      watched_.push_back(watchdog.watched(ladder.level(level)));
      levels.push_back(watched_.back().get());
    }
    ladder_ = ladder.crossed_by(std::move(levels));
  }

  const FidelityLadder& ladder() const { return ladder_; }

 private:
  std::vector<std::unique_ptr<Propagator>> watched_;
  FidelityLadder ladder_;
};

}  // namespace forerun
