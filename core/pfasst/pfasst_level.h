#pragma once

#include "core/base/state.h"
#include "core/sdc/sdc_step.h"

namespace forerun {

/// How states, and differences of them, get from a level to the next coarser one and back; both maps are linear.
/// Deterministic; const members may run on many threads.
class LevelTransfer {
 public:
  virtual ~LevelTransfer() = default;
  virtual void restrict_to_coarse(const StateView& fine, StateOut coarse) const = 0;
  virtual void interpolate_to_fine(const StateView& coarse, StateOut fine) const = 0;
};

/// One level of the hierarchy: an equation, nodes, and how often it is swept each time that it is visited.
struct PfasstLevel {
  const SplitEquation* equation = nullptr;
  const SdcMethod* method = nullptr;
  Index sweeps = 1;
  /// From the next finer level; nullptr: both have the same states.
  const LevelTransfer* transfer = nullptr;
};

}  // namespace forerun
