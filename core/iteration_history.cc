#include "core/iteration_history.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace forerun {
namespace {

double ratio(double amount, double count) { return count > 0.0 ? amount / count : 0.0; }

IterationCost cost_of(const IterationRecord& record, Index num_slices, int num_threads) {
  IterationCost cost;
  cost.level = record.level;
  cost.at_top_level = record.at_top_level;
  cost.first_slice = record.first_slice;
  const auto active = static_cast<double>(num_slices - record.first_slice);
  const double slowest = record.max_slice_fine_seconds;
  cost.fine = active > 1.0 ? (record.slice_fine_seconds - slowest) / (active - 1.0) : slowest;
  cost.straggler = std::max(0.0, slowest - cost.fine);
  cost.coarse = ratio(record.seconds.coarse, active - 1.0);
  cost.fit = record.seconds.fit;
  cost.prediction = ratio(record.seconds.predict, (active - 1.0) * (1.0 + 1.0 / num_threads));
  return cost;
}

/// A sweep that compared its level with the next did so on a few slices, side by side.
void add_level_checks(const std::vector<IterationRecord>& records, std::vector<IterationCost>& iterations) {
  for (std::size_t k = 0; k < iterations.size(); ++k) {
    if (!records[k].level_measured) continue;
    const auto next = std::find_if(iterations.begin(), iterations.end(),
                                   [&](const IterationCost& other) { return other.level > iterations[k].level; });
    if (next != iterations.end()) iterations[k].level_check = next->fine;
  }
}

}  // namespace

bool IterationHistory::learns() const {
  return std::any_of(iterations.begin(), iterations.end(),
                     [](const IterationCost& cost) { return cost.fit > 0.0 || cost.prediction > 0.0; });
}

double IterationHistory::top_slice() const {
  double seconds = 0.0;
  double slices = 0.0;
  for (const IterationCost& cost : iterations) {
    if (!cost.at_top_level) continue;
    const auto active = static_cast<double>(num_slices - cost.first_slice);
    seconds += active * cost.fine + cost.straggler;
    slices += active;
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
  for (IterationCost& cost : changed.iterations) {
    cost.fine = cost.at_top_level ? fine : factor * cost.fine;
    cost.level_check *= factor;
    cost.straggler = 0.0;
    cost.coarse = coarse;
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
    exact = cost.level == level ? exact + 1 : 0;
    level = cost.level;
    if (exact >= num_slices) continue;
    const auto first = static_cast<Index>(std::llround(factor * static_cast<double>(cost.first_slice)));
    cost.first_slice = std::clamp(first, exact, num_slices - 1);
    cost.fit *= factor;
    scaled.iterations.push_back(cost);
  }
  return scaled;
}

}  // namespace forerun
