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

/// The first sweep at each level but the top compared it with the next on a few slices, side by side.
void add_level_checks(std::vector<IterationCost>& iterations) {
  for (std::size_t k = 0; k < iterations.size(); ++k) {
    const bool first_of_level = k == 0 || iterations[k - 1].level != iterations[k].level;
    if (!first_of_level || iterations[k].at_top_level) continue;
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

IterationHistory iteration_history(const RunRecord& record, const MeasuringConditions& conditions) {
  IterationHistory history;
  history.num_slices = record.boundaries.cols() - 1;
  history.dimension = record.boundaries.rows();
  history.lanes = std::max<Index>(1, conditions.lanes);
  const auto slices = static_cast<double>(history.num_slices);
  history.initial_coarse = record.initial_seconds.coarse / slices;
  history.initial_prediction = record.initial_seconds.predict / slices;
  for (const IterationRecord& iteration : record.iterations) {
    history.iterations.push_back(cost_of(iteration, history.num_slices, std::max(1, conditions.num_threads)));
  }
  if (std::none_of(history.iterations.begin(), history.iterations.end(),
                   [](const IterationCost& cost) { return cost.at_top_level; })) {
    throw std::invalid_argument(
        "a run without an iteration at the top level of its fine solvers tells nothing of scale");
  }
  add_level_checks(history.iterations);
  history.serial_slice = conditions.serial_slice_seconds > 0.0 ? conditions.serial_slice_seconds : history.top_slice();
  return history;
}

IterationHistory with_num_slices(const IterationHistory& history, Index num_slices) {
  if (num_slices < 1) throw std::invalid_argument("a history needs at least one slice");
  const double factor = static_cast<double>(num_slices) / static_cast<double>(history.num_slices);
  IterationHistory scaled = history;
  scaled.num_slices = num_slices;
  for (IterationCost& cost : scaled.iterations) {
    const auto first = static_cast<Index>(std::llround(factor * static_cast<double>(cost.first_slice)));
    cost.first_slice = std::clamp<Index>(first, 0, num_slices - 1);
    cost.fit *= factor;
  }
  return scaled;
}

}  // namespace forerun
