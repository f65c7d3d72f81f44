#pragma once

#include <vector>

#include "core/propagation/propagator.h"

namespace forerun {

/// F_1 ≺ … ≺ F_L = F: the fine solver and cheaper versions of it (fewer steps, looser tolerance, coarser mesh).
///
/// While the iterate is still far from the answer, a cheap level tells as much as F itself. The run climbs when the
/// increment falls below a level's own error; the answer is F_L's, since only its sweeps may end a run.
/// Holds pointers; the caller keeps the propagators alive.
/// Throws std::invalid_argument unless there is a level, all have one dimension, and each costs more than the one
/// before (`Propagator::work_per_slice`).
class FidelityLadder {
 public:
  /// A single level; implicit, because a fine solver is a ladder of one.
  FidelityLadder(const Propagator& fine);
  explicit FidelityLadder(std::vector<const Propagator*> levels);
  /// Levels whose work is known by crossing a slice only: `relative_work` is that of this slice from this state (where
  /// a level cannot cross it, what it states itself), and need not grow from level to level.
  FidelityLadder(std::vector<const Propagator*> levels, const Slice& slice, const StateView& state);

  /// The same ladder, crossed by other propagators, each of which stands for the one in its place.
  FidelityLadder crossed_by(std::vector<const Propagator*> levels) const;

  Index num_levels() const { return static_cast<Index>(levels_.size()); }
  /// Level 0 is the cheapest.
  const Propagator& level(Index level) const { return *levels_[static_cast<std::size_t>(level)]; }
  const Propagator& top() const { return *levels_.back(); }
  Index dimension() const { return top().dimension(); }
  /// Work of one slice at this level ÷ at the top level.
  double relative_work(Index level) const { return work_[static_cast<std::size_t>(level)] / work_.back(); }

 private:
  std::vector<const Propagator*> levels_;
  std::vector<double> work_;  ///< of each level
};

}  // namespace forerun
