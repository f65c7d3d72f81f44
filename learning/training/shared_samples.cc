#include "learning/training/shared_samples.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <stdexcept>

namespace forerun {
namespace {

/// Rows of numbers about samples in the order that `TimeCommunicator::share` asks for: by rank.
struct ByRank {
  std::vector<std::size_t> places;  ///< of the samples
  std::vector<Index> begins;        ///< of each process's samples among them, and the end of the last
};

ByRank by_rank(const Harvest& harvest, std::span<const Index> samples) {
  ByRank order;
  order.places.resize(samples.size());
  std::iota(order.places.begin(), order.places.end(), std::size_t{0});
  const auto owner_at = [&](std::size_t place) { return harvest.owner(samples[place]); };
  std::ranges::stable_sort(order.places, {}, owner_at);
  for (int rank = 0; rank <= harvest.processes()->size(); ++rank) {
    order.begins.push_back(std::ranges::lower_bound(order.places, rank, {}, owner_at) - order.places.begin());
  }
  return order;
}

}  // namespace

void share(const Harvest& harvest, std::span<const Index> samples, std::span<double> values, Index width) {
  assert(static_cast<Index>(values.size()) == width * std::ssize(samples));
  if (harvest.processes() == nullptr) return;
  ByRank order = by_rank(harvest, samples);
  for (Index& begin : order.begins) begin *= width;
  if (std::ranges::is_sorted(order.places)) {  // as slices of one sweep are
    harvest.processes()->share(values, order.begins);
    return;
  }
  std::vector<double> sorted(values.size());
  const auto numbers = static_cast<std::size_t>(width);
  for (std::size_t i = 0; i < order.places.size(); ++i)
    std::copy_n(values.begin() + std::ptrdiff_t(order.places[i] * numbers), width,
                sorted.begin() + std::ptrdiff_t(i * numbers));
  harvest.processes()->share(sorted, order.begins);
  for (std::size_t i = 0; i < order.places.size(); ++i)
    std::copy_n(sorted.begin() + std::ptrdiff_t(i * numbers), width,
                values.begin() + std::ptrdiff_t(order.places[i] * numbers));
}

void share(const Harvest& harvest, std::span<const Index> samples, States& values) {
  if (samples.empty()) return;
  share(harvest, samples, std::span(values.data(), static_cast<std::size_t>(values.size())),
        values.size() / std::ssize(samples));
}

Harvest gathered_by_first(const Harvest& harvest) {
  TimeCommunicator& processes = *harvest.processes();
  Harvest all(harvest.dimension(), harvest.keeps_coarse());
  all.set_depends_on_time(harvest.depends_on_time());
  const bool is_first = processes.rank() == 0;
  const Index num_columns = is_first ? harvest.size() : 0;
  States states(harvest.dimension(), num_columns), discrepancies(harvest.dimension(), num_columns);
  States coarse(harvest.dimension(), harvest.keeps_coarse() ? num_columns : 0);
  std::vector<Slice> slices;
  const auto tell = [&](Index sample, const StateView& of_sample, States& of_all) {
    if (!harvest.holds(sample)) {
      processes.receive(harvest.owner(sample), {of_all.col(sample).data(), static_cast<std::size_t>(of_all.rows())});
    } else if (is_first) {
      of_all.col(sample) = of_sample;
    } else {
      processes.send(0, {of_sample.data(), static_cast<std::size_t>(of_sample.size())});
    }
  };
  for (Index sample = 0; sample < harvest.size(); ++sample) {
    if (is_first) slices.push_back(harvest.slice(sample));
    const bool is_held = harvest.holds(sample);
    if (!is_first && !is_held) continue;
    const State none;
    tell(sample, is_held ? harvest.state(sample) : StateView(none), states);
    tell(sample, is_held ? harvest.discrepancy(sample) : StateView(none), discrepancies);
    if (harvest.keeps_coarse()) tell(sample, is_held ? harvest.coarse(sample) : StateView(none), coarse);
  }
  if (is_first) all.append(states, discrepancies, slices, harvest.iterations(), coarse);
  return all;
}

void throw_first_trouble(TimeCommunicator& processes, const std::string& trouble) {
  double has_failed = trouble.empty() ? 0.0 : 1.0;
  processes.maximize({&has_failed, 1});
  if (has_failed == 0.0) return;
  for (const std::string& one : processes.gather(trouble)) {
    if (!one.empty()) throw std::runtime_error(one);
  }
}

}  // namespace forerun
