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
struct Course {
  StateView start;
  std::vector<KeptPart> parts;
};

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
       const States& boundaries, const PartSolver& solver, std::span<const ColumnBlock> held)
      : components_(components),
        boundaries_(boundaries),
        held_(held.begin(), held.end()),
        rounding_(kRoundingsOfTimes * std::numeric_limits<double>::epsilon() *
                  std::max(std::abs(grid.begin()), std::abs(grid.end()))) {
    check_times(times, grid, rounding_);
    if (held_.empty()) held_.push_back({0, grid.num_slices() + 1, 0});
    const std::vector<Index> slices = slices_of(times, grid);
    find_columns(slices);
    const Index kept = components.empty() ? boundaries.rows() : static_cast<Index>(components.size());
    result_.states.resize(kept, num_columns(result_.columns));
    double crossed = 0.0;
    Index column = 0;
    for (std::size_t j = 0; j < times.size(); ++j) {
      const ColumnBlock* const block = block_of(slices[j]);
      crossed += add(grid.slice(slices[j]), times[j], block, block != nullptr ? column++ : 0, solver);
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
  std::vector<Index> slices_of(std::span<const double> times, const TimeGrid& grid) const {
    std::vector<Index> slices;
    Index n = 0;
    for (const double time : times) {
      while (n + 1 < grid.num_slices() && grid.slice(n).end <= time + rounding_) ++n;
      slices.push_back(n);
    }
    return slices;
  }

  /// That of the slice; nullptr: another process has it.
  const ColumnBlock* block_of(Index slice) const {
    const auto holds = [&](const ColumnBlock& block) {
      return slice >= block.first && slice + 1 < block.first + block.count;
    };
    const auto found = std::find_if(held_.begin(), held_.end(), holds);
    return found != held_.end() ? &*found : nullptr;
  }

  void find_columns(const std::vector<Index>& slices) {
    std::vector<ColumnBlock>& columns = result_.columns;
    Index column = 0;
    for (std::size_t j = 0; j < slices.size(); ++j) {
      if (block_of(slices[j]) == nullptr) continue;
      const auto time = static_cast<Index>(j);
      const bool goes_on = !columns.empty() && columns.back().first + columns.back().count == time;
      if (!goes_on) columns.push_back({time, 0, column});
      ++columns.back().count;
      ++column;
    }
  }

  StateView boundary(const ColumnBlock& block, Index n) const {
    return boundaries_.col(block.column + n - block.first);
  }

  /// Returns how much time has to be crossed for it, by whichever process.
  double add(const Slice& slice, double time, const ColumnBlock* block, Index column, const PartSolver& solver) {
    const bool is_begin = time <= slice.begin + rounding_;
    if (is_begin || time >= slice.end - rounding_) {
      if (block != nullptr) keep(boundary(*block, is_begin ? slice.index : slice.index + 1), column);
      return 0.0;
    }
    const bool goes_on = slice.index == crossed_slice_;
    const double begin = goes_on ? crossed_to_ : slice.begin;
    crossed_slice_ = slice.index;
    crossed_to_ = time;
    const double length = time - begin;
    if (block == nullptr) return length;
    if (!goes_on) courses_.push_back({boundary(*block, slice.index), {}});
    courses_.back().parts.push_back({{slice.index, begin, time}, column, &solver(length / slice.length())});
    return length;
  }

  void keep(const StateView& state, Index column) {
    if (components_.empty()) {
      result_.states.col(column) = state;
    } else {
      for (std::size_t i = 0; i < components_.size(); ++i) {
        result_.states(static_cast<Index>(i), column) = state[components_[i]];
      }
    }
  }

  void cross(const Course& course) {
    State state = course.start;
    State next(state.size());
    for (const KeptPart& part : course.parts) {
      StopScope::throw_if_stop_requested();
      CheckedPropagator{*part.solver, "fine", 0}.propagate(part.slice, state, next);
      keep(next, part.column);
      state.swap(next);
    }
  }

  const std::vector<Index>& components_;
  const States& boundaries_;
  std::vector<ColumnBlock> held_;
  const double rounding_;
  std::vector<Course> courses_;
  Index crossed_slice_ = -1;  ///< the one that parts have been added of last
  double crossed_to_ = 0.0;   ///< and up to where
  IntermediateStates result_;
};

}  // namespace

IntermediateStates intermediate_states(std::span<const double> times, const std::vector<Index>& components,
                                       const TimeGrid& grid, const States& boundaries, const PartSolver& solver,
                                       SliceExecutor& executor, std::span<const ColumnBlock> held) {
  return Plan(times, components, grid, boundaries, solver, held).carry_out(executor);
}

}  // namespace forerun
