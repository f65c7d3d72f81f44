#include "learning/training/harvest.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/numerics/column_blocks.h"

namespace forerun {
namespace {

constexpr Index kHarvestBlock = 16;

void check_harvest(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("harvest: " + sentence);
}

}  // namespace

Harvest::Harvest(Index dimension, bool keeps_coarse)
    : keeps_coarse_(keeps_coarse), states_(dimension), discrepancies_(dimension), coarse_(dimension) {
  check_harvest(dimension >= 0, "the dimension must be ≥ 0, got " + std::to_string(dimension));
}

template <typename Fill, typename Note>
void Harvest::extend(const Fill& fill, const Note& note_all) {
  const Index before = size();
  try {
    fill();
    note_all();
    by_slice_.append(slices_);
  } catch (...) {
    const auto kept = static_cast<std::size_t>(before);
    states_.shrink(before);
    discrepancies_.shrink(before);
    coarse_.shrink(before);
    slices_.resize(std::min(kept, slices_.size()));
    begins_.resize(std::min(kept, begins_.size()));
    ends_.resize(std::min(kept, ends_.size()));
    iterations_.resize(std::min(kept, iterations_.size()));
    throw;
  }
}

void Harvest::note(const Slice& slice, Index iteration) {
  slices_.push_back(slice.index);
  begins_.push_back(slice.begin);
  ends_.push_back(slice.end);
  iterations_.push_back(iteration);
}

Slice Harvest::slice_at_unknown_time(Index index) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  return {index, kUnknown, kUnknown};
}

Slice Harvest::slice(Index sample) const {
  const auto place = static_cast<std::size_t>(sample);
  return {slices_[place], begins_[place], ends_[place]};
}

void Harvest::append(const SweepData& sweep, SliceExecutor& executor) {
  const Index num_columns = static_cast<Index>(sweep.slices.size());
  check_harvest(
      sweep.states.rows() == dimension() && sweep.fine.rows() == dimension() && sweep.coarse.rows() == dimension(),
      "samples must have " + std::to_string(dimension()) + " components");
  check_harvest(
      sweep.states.cols() == num_columns && sweep.fine.cols() == num_columns && sweep.coarse.cols() == num_columns,
      "as many states as fine and coarse values are needed");
  check_harvest(sweep.is_true.empty() || sweep.is_true.size() == sweep.slices.size(),
                "it must be said of all which are true");
  std::vector<Index> kept;
  for (std::size_t j = 0; j < sweep.slices.size(); ++j)
    if (sweep.holds_true(j)) kept.push_back(static_cast<Index>(j));
  const auto fill = [&] {
    const auto count = static_cast<Index>(kept.size());
    StatesOut states = states_.extend(count);
    StatesOut discrepancies = discrepancies_.extend(count);
    StatesOut coarse = coarse_.extend(keeps_coarse_ ? count : 0);
    std::atomic<bool> finite = true;
    for_each_column_block(executor, count, kHarvestBlock, [&](Index first, Index size) {
      for (Index i = first; i < first + size; ++i) {
        const Index j = kept[static_cast<std::size_t>(i)];
        states.col(i) = sweep.states.col(j);
        discrepancies.col(i) = sweep.fine.col(j) - sweep.coarse.col(j);
        if (keeps_coarse_) coarse.col(i) = sweep.coarse.col(j);
        if (!states.col(i).allFinite() || !discrepancies.col(i).allFinite()) finite = false;
      }
    });
    check_harvest(finite, "samples must be finite");
  };
  extend(fill, [&] {
    for (const Index j : kept) note(sweep.slices[static_cast<std::size_t>(j)], sweep.iteration);
  });
  depends_on_time_ = depends_on_time_ || sweep.depends_on_time;
}

void Harvest::append(const StatesView& states, const StatesView& discrepancies, std::span<const Slice> slices,
                     const std::vector<Index>& iterations, const StatesView& coarse) {
  const Index count = states.cols();
  check_harvest(states.rows() == dimension() && discrepancies.rows() == dimension(),
                "samples must have " + std::to_string(dimension()) + " components");
  check_harvest(discrepancies.cols() == count && static_cast<Index>(slices.size()) == count &&
                    static_cast<Index>(iterations.size()) == count,
                "as many states as discrepancies, slices and iterations are needed");
  check_harvest(!keeps_coarse_ || (coarse.rows() == dimension() && coarse.cols() == count),
                "what the coarse solver makes of each state is needed");
  check_harvest(states.allFinite() && discrepancies.allFinite() && (!keeps_coarse_ || coarse.allFinite()),
                "samples must be finite");
  const auto fill = [&] {
    states_.extend(count) = states;
    discrepancies_.extend(count) = discrepancies;
    if (keeps_coarse_) coarse_.extend(count) = coarse;
  };
  extend(fill, [&] {
    for (std::size_t j = 0; j < slices.size(); ++j) note(slices[j], iterations[j]);
  });
}

void Harvest::append(const StatesView& states, const StatesView& discrepancies, const std::vector<Index>& slices,
                     const std::vector<Index>& iterations) {
  std::vector<Slice> places;
  places.reserve(slices.size());
  for (const Index slice : slices) places.push_back(slice_at_unknown_time(slice));
  append(states, discrepancies, places, iterations);
}

void Harvest::append(const Harvest& other, const std::vector<Index>& samples) {
  std::vector<Slice> slices;
  std::vector<Index> iterations;
  for (const Index sample : samples) {
    slices.push_back(other.slice(sample));
    iterations.push_back(other.iterations()[static_cast<std::size_t>(sample)]);
  }
  check_harvest(!keeps_coarse_ || other.keeps_coarse_, "what the coarse solver makes of each state is needed");
  const States coarse = keeps_coarse_ ? States(other.coarse()(Eigen::all, samples)) : States();
  append(other.states()(Eigen::all, samples), other.discrepancies()(Eigen::all, samples), slices, iterations, coarse);
  depends_on_time_ = depends_on_time_ || other.depends_on_time_;
}

void Harvest::reserve(Index num_samples) {
  const auto count = static_cast<std::size_t>(num_samples);
  for (std::vector<Index>* of_sample : {&slices_, &iterations_}) of_sample->reserve(count);
  for (std::vector<double>* of_sample : {&begins_, &ends_}) of_sample->reserve(count);
  by_slice_.reserve(num_samples);
}

std::vector<Index> Harvest::newest(Index count) const {
  check_harvest(count >= 1, "the number of samples to keep must be ≥ 1, got " + std::to_string(count));
  std::vector<Index> kept;
  for (Index place = 0; place < by_slice_.num_slices(); ++place) {
    Index sample = by_slice_.newest_at(place, size());
    for (Index i = 0; i < count && sample >= 0; ++i, sample = by_slice_.previous(sample)) kept.push_back(sample);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

void Harvest::keep(const std::vector<Index>& samples) {
  StatesOut states = states_.mutable_view(), discrepancies = discrepancies_.mutable_view();
  StatesOut coarse = coarse_.mutable_view();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto to = static_cast<Index>(i);
    const Index sample = samples[i];
    assert(to <= sample && sample < size());
    if (sample == to) continue;
    states.col(to) = states.col(sample);
    discrepancies.col(to) = discrepancies.col(sample);
    if (keeps_coarse_) coarse.col(to) = coarse.col(sample);
    slices_[i] = slices_[static_cast<std::size_t>(sample)];
    begins_[i] = begins_[static_cast<std::size_t>(sample)];
    ends_[i] = ends_[static_cast<std::size_t>(sample)];
    iterations_[i] = iterations_[static_cast<std::size_t>(sample)];
  }
  states_.shrink(static_cast<Index>(samples.size()));
  discrepancies_.shrink(static_cast<Index>(samples.size()));
  coarse_.shrink(static_cast<Index>(samples.size()));
  slices_.resize(samples.size());
  begins_.resize(samples.size());
  ends_.resize(samples.size());
  iterations_.resize(samples.size());
  by_slice_.clear();
  by_slice_.append(slices_);
}

void Harvest::shift(const std::vector<Index>& slices, const StatesView& biases, SliceExecutor& executor) {
  check_harvest(biases.rows() == dimension() && biases.cols() == static_cast<Index>(slices.size()),
                "a bias of " + std::to_string(dimension()) + " components is needed for each slice");
  check_harvest(biases.allFinite(), "biases must be finite");
  std::vector<std::pair<Index, Index>> columns;  // of slices, the first of each, ascending
  columns.reserve(slices.size());
  for (std::size_t j = 0; j < slices.size(); ++j) columns.emplace_back(slices[j], static_cast<Index>(j));
  std::sort(columns.begin(), columns.end());
  StatesOut discrepancies = discrepancies_.mutable_view();
  for_each_column_block(executor, size(), kHarvestBlock, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const Index slice = slices_[static_cast<std::size_t>(i)];
      const auto found = std::lower_bound(columns.begin(), columns.end(), std::pair<Index, Index>(slice, 0));
      if (found != columns.end() && found->first == slice) discrepancies.col(i) += biases.col(found->second);
    }
  });
}

}  // namespace forerun
