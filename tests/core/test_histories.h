#pragma once

#include "core/record/iteration_history.h"

namespace forerun::testing {

inline constexpr double fine_seconds = 1.0;
inline constexpr double coarse_seconds = 0.01;

/// Costs that are easy to add up: F takes 1, G a hundredth; iteration k begins at slice k − 1.
inline IterationHistory even_history(Index num_slices, Index num_iterations) {
  IterationHistory history;
  history.num_slices = num_slices;
  history.dimension = 3;
  history.serial_slice = fine_seconds;
  history.initial_coarse = coarse_seconds;
  for (Index k = 0; k < num_iterations; ++k) {
    IterationCost cost;
    cost.levels = {{.level = 1, .first_slice = k, .num_slices = num_slices - k, .fine = fine_seconds}};
    cost.coarse = coarse_seconds;
    history.iterations.push_back(cost);
  }
  return history;
}

/// One with everything that costs: a ladder of two levels that the front climbs first, stragglers, learning.
inline IterationHistory rich_history(Index num_slices) {
  IterationHistory history = even_history(num_slices, 5);
  history.initial_prediction = 0.002;
  const Index half = num_slices / 2;
  const double cheap = 0.25 * fine_seconds;
  history.iterations[0].levels = {{1, 0, num_slices, cheap, 0.3}};
  history.iterations[0].level_check = fine_seconds;
  history.iterations[1].levels = {{1, 1, num_slices - 1, cheap, 0.3}};
  history.iterations[2].levels = {{2, 0, half, fine_seconds, 0.3}, {1, half, num_slices - half, cheap, 0.3}};
  history.iterations[3].levels = {{2, 1, num_slices - 1, fine_seconds, 0.3}};
  history.iterations[4].levels = {{2, 2, num_slices - 2, fine_seconds, 0.3}};
  for (std::size_t k = 0; k < history.iterations.size(); ++k) {
    history.iterations[k].fit = 0.05;
    history.iterations[k].prediction = 0.002;
    history.iterations[k].at_top_level = k >= 3;
  }
  return history;
}

inline constexpr RecordedRun recorded{8, 2};

/// A record as a run on 8 slices might have left it.
inline RunRecord recorded_run() {
  RunRecord record;
  record.initial_seconds.coarse = 0.08;
  for (Index k = 1; k <= 3; ++k) {
    IterationRecord iteration;
    iteration.iteration = k;
    iteration.first_slice = 2 * (k - 1);
    const Index active = 8 - iteration.first_slice;
    const double others = static_cast<double>(active - 1);
    iteration.levels = {{1, iteration.first_slice, active, 1.5 + others, 1.5}};
    iteration.seconds.coarse = 0.01 * others;
    record.iterations.push_back(iteration);
  }
  return record;
}

}  // namespace forerun::testing
