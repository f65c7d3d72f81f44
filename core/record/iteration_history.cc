#include "core/record/iteration_history.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace forerun {
namespace {

double ratio(double amount, double count) { return count > 0.0 ? amount / count : 0.0; }

LevelCost cost_of(const LevelSweep& sweep) {
  LevelCost cost{sweep.level, sweep.first_slice, sweep.num_slices};
  const double others = sweep.slice_seconds - sweep.max_slice_seconds;
  cost.fine = sweep.num_slices > 1 ? others / static_cast<double>(sweep.num_slices - 1) : sweep.max_slice_seconds;
  cost.straggler = std::max(0.0, sweep.max_slice_seconds - cost.fine);
  return cost;
}

IterationCost cost_of(const IterationRecord& record, Index num_slices, int num_threads) {
  IterationCost cost;
  for (const LevelSweep& sweep : record.levels) cost.levels.push_back(cost_of(sweep));
  const auto active = static_cast<double>(num_slices - record.first_slice);
  cost.at_top_level = record.at_top_level;
  cost.coarse = ratio(record.seconds.coarse, active - 1.0);
  cost.fit = record.seconds.fit;
  cost.prediction = ratio(record.seconds.predict, (active - 1.0) * (1.0 + 1.0 / num_threads));
  return cost;
}

/// Seconds of a slice at the first level above `level` that served.
double next_level_seconds(const std::vector<IterationCost>& iterations, Index level) {
  for (const IterationCost& iteration : iterations) {
    for (const LevelCost& cost : iteration.levels) {
      if (cost.level > level) return cost.fine;
    }
  }
  return 0.0;
}

/// A sweep that compared a level with the next did so on a few slices, side by side.
void add_level_checks(const std::vector<IterationRecord>& records, std::vector<IterationCost>& iterations) {
  for (std::size_t k = 0; k < iterations.size(); ++k) {
    if (records[k].measured_level == 0) continue;
    iterations[k].level_check = next_level_seconds(iterations, records[k].measured_level);
  }
}

/// Levels at the same fraction of the slices; those too few for a slice of their own vanish, the last never does.
void scale_levels(std::vector<LevelCost>& levels, double factor, Index exact, Index num_slices) {
  Index end = num_slices;
  for (std::size_t i = levels.size(); i-- > 0;) {
    const auto first = static_cast<Index>(std::llround(factor * static_cast<double>(levels[i].first_slice)));
    levels[i].first_slice = std::clamp(first, exact, num_slices - 1);
    levels[i].num_slices = end - levels[i].first_slice;
    end = levels[i].first_slice;
  }
  std::erase_if(levels, [](const LevelCost& cost) { return cost.num_slices == 0; });
}

Index top_level(const IterationHistory& history) {
  Index top = 0;
  for (const IterationCost& cost : history.iterations) top = std::max(top, cost.levels.front().level);
  return top;
}

}  // namespace

bool IterationHistory::learns() const {
  return std::any_of(iterations.begin(), iterations.end(),
                     [](const IterationCost& cost) { return cost.fit > 0.0 || cost.prediction > 0.0; });
}

double IterationHistory::top_slice() const {
  const Index top = top_level(*this);
  double seconds = 0.0;
  double slices = 0.0;
  for (const IterationCost& iteration : iterations) {
    const LevelCost& cost = iteration.levels.front();
    if (cost.level != top) continue;
    seconds += static_cast<double>(cost.num_slices) * cost.fine + cost.straggler;
    slices += static_cast<double>(cost.num_slices);
  }
  return ratio(seconds, slices);
}

IterationHistory iteration_history(const RunRecord& record, const RecordedRun& run) {
  IterationHistory history;
  history.num_slices = run.num_slices;
  history.dimension = run.dimension;
  history.lanes = run.lanes;
  history.initial_coarse = ratio(record.initial_seconds.coarse, static_cast<double>(run.num_slices));
  history.initial_prediction = ratio(record.initial_seconds.predict, static_cast<double>(run.num_slices));
  for (const IterationRecord& iteration : record.iterations) {
    history.iterations.push_back(cost_of(iteration, run.num_slices, run.num_threads));
  }
  if (std::none_of(history.iterations.begin(), history.iterations.end(),
                   [](const IterationCost& cost) { return cost.at_top_level; })) {
    throw std::invalid_argument("a run without an iteration at the top of its fine solvers tells nothing of scale");
  }
  add_level_checks(record.iterations, history.iterations);
  history.serial_slice = run.serial_slice_seconds > 0.0 ? run.serial_slice_seconds : history.top_slice();
  return history;
}

IterationHistory with_slice_seconds(const IterationHistory& history, double fine, double serial, double coarse) {
  const double factor = ratio(fine, history.top_slice());
  IterationHistory changed = history;
  changed.serial_slice = serial;
  changed.initial_coarse = coarse;
  const Index top = top_level(history);
  for (IterationCost& iteration : changed.iterations) {
    for (LevelCost& cost : iteration.levels) {
      cost.fine = cost.level == top ? fine : factor * cost.fine;
      cost.straggler = 0.0;
    }
    iteration.level_check *= factor;
    iteration.coarse = coarse;
  }
  return changed;
}

IterationHistory with_num_slices(const IterationHistory& history, Index num_slices) {
  if (num_slices < 1) throw std::invalid_argument("a history needs at least one slice");
  const double factor = static_cast<double>(num_slices) / static_cast<double>(history.num_slices);
  IterationHistory scaled = history;
  scaled.num_slices = num_slices;
  scaled.iterations.clear();
  Index level = 0;
  Index exact = 0;  // slices, after the iterations of this level so far
  for (IterationCost cost : history.iterations) {
    exact = cost.levels.front().level == level ? exact + 1 : 0;
    level = cost.levels.front().level;
    if (exact >= num_slices) continue;
    scale_levels(cost.levels, factor, exact, num_slices);
    cost.fit *= factor;
    scaled.iterations.push_back(cost);
  }
  return scaled;
}

}  // namespace forerun
