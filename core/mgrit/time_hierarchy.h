#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/mgrit/mgrit_options.h"
#include "core/mgrit/time_level.h"

namespace forerun {

/// The time grids of a run, each m times as coarse as the one before, and the way between them.
///
/// Grid 0 is the run's own. One iteration is `relax` and `correct`: in between is known how far the C-points of the
/// finest grid are from what their intervals end with, which is the residual of the whole equation, since relaxation
/// leaves none at F-points.
class TimeHierarchy {
 public:
  /// `coarse[l]` crosses slices of grid l + 1; the last serves those that follow, too. Options are referred to, and
  /// have been validated for this grid.
  TimeHierarchy(const TimeGrid& grid, const State& initial, const Propagator& fine,
                const std::vector<const Propagator*>& coarse, const MgritOptions& options);

  Index num_levels() const { return static_cast<Index>(levels_.size()); }
  TimeLevel& finest() { return *levels_.front(); }
  /// R of the finest grid's C-points: what their intervals end with.
  const States& targets() const { return levels_[1]->targets(); }

  /// C-points of the finest grid from a serial solution on the coarsest, carried up by F-relaxation, and by V-cycles
  /// where options ask for full multigrid.
  void start(SliceExecutor& executor);

  /// Iteration k begins; the first `exact` slices are final.
  void begin(Index iteration, Index exact);
  /// Relaxation on the finest grid. Throws `SliceError` where a slice cannot be crossed from an exact state.
  void relax(SliceExecutor& executor, Movement& movement, const std::function<void(Index)>& crossed);
  /// The finest C-points get the coarser grids' correction. Returns how many did not, since it was not finite.
  Index correct(SliceExecutor& executor, Movement& movement);

  /// Of this iteration, or the start: slices of coarser grids that could not be crossed, and the first of them.
  Index num_coarse_failures() const;
  std::optional<SliceFailure> first_coarse_failure() const;

 private:
  TimeLevel& level(Index l) { return *levels_[static_cast<std::size_t>(l)]; }
  /// Improves the states of grid l, l ≥ 1, all of its points.
  void v_cycle(Index l, SliceExecutor& executor);
  void f_cycle(Index l, SliceExecutor& executor);
  void relax_coarser(Index l, SliceExecutor& executor);

  const MgritOptions& options_;
  std::vector<std::unique_ptr<TimeLevel>> levels_;
};

}  // namespace forerun
