#pragma once

#include "core/fidelity_ladder.h"
#include "core/parareal_options.h"
#include "core/slice_executor.h"
#include "core/time_grid.h"

namespace forerun {

/// Which level of the fidelity ladder serves, and when it has given all it can.
///
/// Level ℓ is off from the next one by
///
///   d_ℓ = max_n ‖F_{ℓ+1}(U[n]) − F_ℓ(U[n])‖,
///
/// measured on a few slices (those where fine and coarse differ most; never more than 2 % of a full pass, but
/// at least one slice) during the level's first sweep. Iterating below that is wasted: slices are frozen at the
/// tolerance max(ε, level_factor · d_ℓ), and when all are, the run climbs. A level within a tenth of ε of the next one
/// leads straight to the top. At the top the tolerance is ε. So it is on a level that costs less than a thousandth of
/// the next one: iterating on it is cheaper than one slice of the next, for which many processors would wait.
class LevelControl {
 public:
  LevelControl(const FidelityLadder& ladder, const TimeGrid& grid, const PararealOptions& options);

  Index level() const { return level_; }
  bool at_top() const { return level_ + 1 == ladder_.num_levels(); }
  const Propagator& propagator() const { return ladder_.level(level_); }
  /// Below which increment this level's slices are frozen.
  double tolerance() const { return tolerance_; }
  /// True until `measure` has been called at this level; never at the top, nor where measuring costs more than it
  /// saves.
  bool needs_measure() const;

  /// Measures d_ℓ; `fine` and `coarse` hold F_ℓ(U[n]) and G(U[n]). Returns the work done ÷ one full pass of the top
  /// level. Throws `SliceError`.
  double measure(Index iteration, const States& boundaries, const States& fine, const States& coarse,
                 SliceExecutor& executor);
  void climb();

 private:
  const FidelityLadder& ladder_;
  const TimeGrid& grid_;
  const PararealOptions& options_;
  Index level_ = 0;
  bool measured_ = false;
  double difference_ = 0.0;
  double tolerance_;
};

}  // namespace forerun
