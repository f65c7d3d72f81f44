#pragma once

#include <memory>
#include <vector>

#include "core/pfasst/pfasst_level.h"

namespace forerun {

/// One time step on all levels of the full approximation scheme. With R and P between two levels, in mesh and nodes,
/// the coarser one solves
///
///   u_m = u_0 + h Σ_j Q_mj f(u_j) + τ_m,      τ = R (h Q f(u) + τ)_finer − h Q f(R u),
///
/// which R u solves where u is the solution on the finer level, who then takes P (u − R u) = 0. Each level's τ has all
/// of those above in it, so whatever the number of levels the finest's collocation solution is left where it is.
///
/// R and P in nodes are Lagrange interpolation through the nodes, and through the step's begin where that is none.
/// Level 0 is the finest. Belongs to one thread at a time; the levels outlive it.
class StepHierarchy {
 public:
  explicit StepHierarchy(const std::vector<PfasstLevel>& levels);

  Index num_levels() const { return static_cast<Index>(levels_.size()); }
  SdcStep& step(Index level) { return *at(level).step; }
  const SdcStep& step(Index level) const { return *levels_[static_cast<std::size_t>(level)].step; }

  /// From `begin`, so long; the finest level starts from `initial`.
  void place(double begin, double length, const State& initial);
  /// As often as the level is swept each time it is visited.
  void sweep(Index level);
  /// Level + 1 takes start and values of this one, and its equation with them.
  void restrict_from(Index level);
  /// This level takes what level + 1 has changed since `restrict_from` at the nodes,
  void correct(Index level);
  /// and u_0, which may be another since, what level + 1 starts from besides.
  void correct_start(Index level);

 private:
  struct Level {
    std::unique_ptr<SdcStep> step;
    Index sweeps = 1;
    const LevelTransfer* transfer = nullptr;
    States down, up;    ///< R and P in nodes, from the next finer level and back
    States restricted;  ///< values as they were restricted
  };

  Level& at(Index level) { return levels_[static_cast<std::size_t>(level)]; }
  /// R and P in mesh between a level and the next finer one, column by column.
  States restricted(Index to, const States& fine) const;
  States interpolated(Index from, const States& coarse) const;
  /// P of what a level starts from besides R of the finer one's start.
  State start_change(Index finer) const;

  std::vector<Level> levels_;
};

}  // namespace forerun
