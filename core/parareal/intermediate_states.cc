#include "core/parareal/intermediate_states.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "core/base/number_text.h"
#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

constexpr double kRoundingsOfTimes = 8.0;

/// From one time to the next, both within a slice, at which a state is kept.
struct KeptPart {
  Slice slice;
  Index column;  ///< of the result
  const Propagator* solver;
};

/// What one slice has to give: parts that follow each other.
using Course = std::vector<KeptPart>;

void check_times(std::span<const double> times, const TimeGrid& grid, double rounding) {
  for (std::size_t j = 0; j < times.size(); ++j) {
    const bool grows = j == 0 || times[j] > times[j - 1];
    if (grows && times[j] >= grid.begin() - rounding && times[j] <= grid.end() + rounding) continue;
    throw std::invalid_argument("time " + std::to_string(j + 1) + ", " + shortest_text(times[j]) +
                                ": must be later than the one before and within [" + shortest_text(grid.begin()) +
                                ", " + shortest_text(grid.end()) + "]");
  }
}

class Plan {
 public:
  Plan(std::span<const double> times, const std::vector<Index>& components, const TimeGrid& grid,
       const States& boundaries, const PartSolver& solver)
      : components_(components),
        boundaries_(boundaries),
        rounding_(kRoundingsOfTimes * std::numeric_limits<double>::epsilon() *
                  std::max(std::abs(grid.begin()), std::abs(grid.end()))) {
    check_times(times, grid, rounding_);
    const Index kept = components.empty() ? boundaries.rows() : static_cast<Index>(components.size());
    result_.states.resize(kept, static_cast<Index>(times.size()));
    double crossed = 0.0;
    Index n = 0;
    for (std::size_t j = 0; j < times.size(); ++j) {
      while (n + 1 < grid.num_slices() && grid.slice(n).end <= times[j] + rounding_) ++n;
      crossed += add(grid.slice(n), times[j], static_cast<Index>(j), solver);
    }
    result_.fine_passes = crossed / (grid.end() - grid.begin());
  }

  IntermediateStates carry_out(SliceExecutor& executor) {
    const Stopwatch watch;
    executor.for_each(static_cast<Index>(courses_.size()),
                      [this](Index i) { cross(courses_[static_cast<std::size_t>(i)]); });
    result_.seconds = watch.seconds();
    return std::move(result_);
  }

 private:
  /// Returns how much time has to be crossed for it.
  double add(const Slice& slice, double time, Index column, const PartSolver& solver) {
    if (time <= slice.begin + rounding_) return keep(boundaries_.col(slice.index), column);
    if (time >= slice.end - rounding_) return keep(boundaries_.col(slice.index + 1), column);
    const bool goes_on = !courses_.empty() && courses_.back().back().slice.index == slice.index;
    if (!goes_on) courses_.emplace_back();
    const double begin = goes_on ? courses_.back().back().slice.end : slice.begin;
    const double length = time - begin;
    courses_.back().push_back({{slice.index, begin, time}, column, &solver(length / slice.length())});
    return length;
  }

  double keep(const StateView& state, Index column) {
    if (components_.empty()) {
      result_.states.col(column) = state;
    } else {
      for (std::size_t i = 0; i < components_.size(); ++i) {
        result_.states(static_cast<Index>(i), column) = state[components_[i]];
      }
    }
    return 0.0;
  }

  void cross(const Course& course) {
    State state = boundaries_.col(course.front().slice.index);
    State next(state.size());
    for (const KeptPart& part : course) {
      StopScope::throw_if_stop_requested();
      CheckedPropagator{*part.solver, "fine", 0}.propagate(part.slice, state, next);
      keep(next, part.column);
      state.swap(next);
    }
  }

  const std::vector<Index>& components_;
  const States& boundaries_;
  const double rounding_;
  std::vector<Course> courses_;
  IntermediateStates result_;
};

}  // namespace

IntermediateStates intermediate_states(std::span<const double> times, const std::vector<Index>& components,
                                       const TimeGrid& grid, const States& boundaries, const PartSolver& solver,
                                       SliceExecutor& executor) {
  return Plan(times, components, grid, boundaries, solver).carry_out(executor);
}

}  // namespace forerun
