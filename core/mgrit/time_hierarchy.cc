#include "core/mgrit/time_hierarchy.h"

#include <algorithm>

namespace forerun {

TimeHierarchy::TimeHierarchy(const TimeGrid& grid, const State& initial, const Propagator& fine,
                             const std::vector<const Propagator*>& coarse, const MgritOptions& options)
    : options_(options) {
  const std::span<const Slice> all = grid.slices(0, grid.num_slices());
  std::vector<Slice> slices(all.begin(), all.end());
  const std::size_t count = options.grid_sizes(grid.num_slices()).size();
  for (std::size_t l = 0; l < count; ++l) {
    if (l > 0) slices = levels_.back()->coarse_slices();
    const Propagator& propagator = l == 0 ? fine : *coarse[std::min(l, coarse.size()) - 1];
    levels_.push_back(std::make_unique<TimeLevel>(std::move(slices), options.coarsening, propagator, l == 0));
    levels_.back()->states().col(0) = initial;
  }
}

void TimeHierarchy::start(SliceExecutor& executor) {
  begin(0, 0);
  level(num_levels() - 1).solve();
  for (Index l = num_levels() - 2; l >= 0; --l) {
    level(l).start_from(level(l + 1));
    if (l == 0) return;
    if (options_.full_multigrid) {
      v_cycle(l, executor);
    } else {
      level(l).relax(executor, nullptr);
    }
  }
}

void TimeHierarchy::begin(Index iteration, Index exact) {
  for (const std::unique_ptr<TimeLevel>& level : levels_) {
    level->begin(iteration, exact);
    exact /= options_.coarsening;
  }
}

void TimeHierarchy::relax(SliceExecutor& executor, Movement& movement, const std::function<void(Index)>& crossed) {
  for (Index pass = 0; pass < options_.num_passes(); ++pass) {
    if (pass > 0) finest().take_targets(level(1), executor, &movement);
    finest().relax(executor, &level(1), pass + 1, crossed);
  }
}

Index TimeHierarchy::correct(SliceExecutor& executor, Movement& movement) {
  finest().restrict_to(level(1), executor);
  if (options_.cycle == MultigridCycle::f) {
    f_cycle(1, executor);
  } else {
    v_cycle(1, executor);
  }
  return finest().correct_by(level(1), executor, &movement);
}

void TimeHierarchy::relax_coarser(Index l, SliceExecutor& executor) {
  for (Index pass = 0; pass < options_.num_passes(); ++pass) {
    if (pass > 0) level(l).take_targets(level(l + 1), executor);
    level(l).relax(executor, &level(l + 1));
  }
}

void TimeHierarchy::v_cycle(Index l, SliceExecutor& executor) {
  if (l + 1 == num_levels()) return level(l).solve();
  relax_coarser(l, executor);
  level(l).restrict_to(level(l + 1), executor);
  v_cycle(l + 1, executor);
  level(l).correct_by(level(l + 1), executor);
  level(l).relax(executor, nullptr);
}

void TimeHierarchy::f_cycle(Index l, SliceExecutor& executor) {
  if (l + 1 == num_levels()) return level(l).solve();
  relax_coarser(l, executor);
  level(l).restrict_to(level(l + 1), executor);
  f_cycle(l + 1, executor);
  level(l).correct_by(level(l + 1), executor);
  v_cycle(l, executor);  // begins with what F-points want
}

Index TimeHierarchy::num_coarse_failures() const {
  Index count = 0;
  for (std::size_t l = 1; l < levels_.size(); ++l) count += levels_[l]->num_uncrossed();
  return count;
}

std::optional<SliceFailure> TimeHierarchy::first_coarse_failure() const {
  for (std::size_t l = 1; l < levels_.size(); ++l) {
    if (const SliceFailure* failure = levels_[l]->first_failure()) return *failure;
  }
  return std::nullopt;
}

}  // namespace forerun
