#include "learning/training/harvest.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/numerics/column_blocks.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr Index kHarvestBlock = 16;
constexpr Index kNotHeld = -1;

void check_harvest(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("harvest: " + sentence);
}

}  // namespace

Harvest::Harvest(Index dimension, bool keeps_coarse)
    : keeps_coarse_(keeps_coarse),
      states_(dimension),
      discrepancies_(dimension),
      coarse_(dimension),
      near_states_(dimension),
      near_discrepancies_(dimension) {
  check_harvest(dimension >= 0, "the dimension must be ≥ 0, got " + std::to_string(dimension));
}

template <typename Fill, typename Note>
void Harvest::extend(const Fill& fill, const Note& note_all) {
  const auto before = static_cast<std::size_t>(size());
  const Index columns_before = states_.size();
  try {
    fill();
    note_all();
    by_slice_.append(slices_);
  } catch (...) {
    for (Columns* columns : {&states_, &discrepancies_, &coarse_}) columns->shrink(columns_before);
    shrink_notes(before);
    throw;
  }
}

void Harvest::shrink_notes(std::size_t size) {
  slices_.resize(std::min(size, slices_.size()));
  begins_.resize(std::min(size, begins_.size()));
  ends_.resize(std::min(size, ends_.size()));
  iterations_.resize(std::min(size, iterations_.size()));
  owners_.resize(std::min(size, owners_.size()));
  columns_.resize(std::min(size, columns_.size()));
}

void Harvest::note(const Slice& slice, Index iteration) {
  slices_.push_back(slice.index);
  begins_.push_back(slice.begin);
  ends_.push_back(slice.end);
  iterations_.push_back(iteration);
}

void Harvest::note_owner(int owner, Index column) {
  owners_.push_back(owner);
  columns_.push_back(column);
}

std::vector<Index> Harvest::held(std::span<const Index> samples) const {
  std::vector<Index> here;
  std::ranges::copy_if(samples, std::back_inserter(here), [&](Index sample) { return holds(sample); });
  return here;
}

std::vector<Index> Harvest::held() const {
  std::vector<Index> here;
  for (Index sample = 0; sample < size(); ++sample)
    if (holds(sample)) here.push_back(sample);
  return here;
}

Slice Harvest::slice_at_unknown_time(Index index) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  return {index, kUnknown, kUnknown};
}

Slice Harvest::slice(Index sample) const {
  const auto place = static_cast<std::size_t>(sample);
  return {slices_[place], begins_[place], ends_[place]};
}

void Harvest::check_sharing(const SweepData& sweep) const {
  check_harvest(size() == 0 || sweep.processes == processes_, "samples must be shared by the same processes");
  check_harvest(sweep.processes == nullptr || sweep.owners.size() == sweep.slices.size(),
                "it must be said of all slices who holds their states");
}

void Harvest::append(const SweepData& sweep, SliceExecutor& executor) {
  check_sharing(sweep);
  std::vector<std::size_t> seen, own;
  auto num_columns = std::ssize(sweep.slices);
  for (std::size_t j = 0; j < sweep.slices.size(); ++j) {
    if (sweep.holds_true(j)) seen.push_back(j);
  }
  if (sweep.processes) {
    num_columns = std::ranges::count(sweep.owners, sweep.processes->rank());
    std::ranges::copy_if(seen, std::back_inserter(own), [&](std::size_t j) { return sweep.holds(j); });
  }
  const std::vector<std::size_t>& kept = sweep.processes ? own : seen;
  check_harvest(
      sweep.states.rows() == dimension() && sweep.fine.rows() == dimension() && sweep.coarse.rows() == dimension(),
      "samples must have " + std::to_string(dimension()) + " components");
  check_harvest(
      sweep.states.cols() == num_columns && sweep.fine.cols() == num_columns && sweep.coarse.cols() == num_columns,
      "as many states as fine and coarse values are needed");
  check_harvest(sweep.is_true.empty() || sweep.is_true.size() == sweep.slices.size(),
                "it must be said of all which are true");
  const auto fill = [&] {
    const auto count = static_cast<Index>(kept.size());
    StatesOut states = states_.extend(count);
    StatesOut discrepancies = discrepancies_.extend(count);
    StatesOut coarse = coarse_.extend(keeps_coarse_ ? count : 0);
    std::atomic<bool> finite = true;
    for_each_column_block(executor, count, kHarvestBlock, [&](Index first, Index size) {
      for (Index i = first; i < first + size; ++i) {
        const Index j = sweep.column(kept[static_cast<std::size_t>(i)]);
        states.col(i) = sweep.states.col(j);
        discrepancies.col(i) = sweep.fine.col(j) - sweep.coarse.col(j);
        if (keeps_coarse_) coarse.col(i) = sweep.coarse.col(j);
        if (!states.col(i).allFinite() || !discrepancies.col(i).allFinite()) finite = false;
      }
    });
    check_harvest(finite, "samples must be finite");
  };
  Index column = states_.size();
  extend([&] { together(sweep.processes, fill); },
         [&] {
           processes_ = sweep.processes;
           for (const std::size_t j : seen) {
             note(sweep.slices[j], sweep.iteration);
             if (processes_) note_owner(sweep.owners[j], sweep.holds(j) ? column++ : kNotHeld);
           }
         });
  depends_on_time_ = depends_on_time_ || sweep.depends_on_time;
}

void Harvest::append(const StatesView& states, const StatesView& discrepancies, std::span<const Slice> slices,
                     const std::vector<Index>& iterations, const StatesView& coarse) {
  const Index count = states.cols();
  check_harvest(processes_ == nullptr, "samples of all slices cannot be added to those of a process's own");
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
  depends_on_time_ = depends_on_time_ || other.depends_on_time_;
  if (other.processes_) return append_shared(other, samples);
  const States coarse = keeps_coarse_ ? States(other.coarse()(Eigen::all, samples)) : States();
  append(other.states()(Eigen::all, samples), other.discrepancies()(Eigen::all, samples), slices, iterations, coarse);
}

/// What is held of these samples of another harvest, and what is noted of all.
void Harvest::append_shared(const Harvest& other, const std::vector<Index>& samples) {
  check_harvest(size() == 0 && other.dimension() == dimension(),
                "samples that are shared can be appended to an empty harvest of their dimension alone");
  Index column = 0;
  const auto fill = [&] {
    for (const Index sample : other.held(samples)) {
      states_.extend(1).col(0) = other.state(sample);
      discrepancies_.extend(1).col(0) = other.discrepancy(sample);
      if (keeps_coarse_) coarse_.extend(1).col(0) = other.coarse(sample);
    }
  };
  extend(fill, [&] {
    processes_ = other.processes_;
    for (const Index sample : samples) {
      note(other.slice(sample), other.iterations_[static_cast<std::size_t>(sample)]);
      note_owner(other.owner(sample), other.holds(sample) ? column++ : kNotHeld);
    }
  });
}

Harvest Harvest::with_discrepancies(const States& discrepancies) const {
  check_harvest(discrepancies.rows() == dimension() && discrepancies.cols() == states_.size(),
                "as many discrepancies as states are needed");
  check_harvest(discrepancies.allFinite(), "samples must be finite");
  Harvest other(dimension());
  other.states_.extend(states_.size()) = states_.view();
  other.discrepancies_.extend(states_.size()) = discrepancies;
  other.slices_ = slices_;
  other.begins_ = begins_;
  other.ends_ = ends_;
  other.iterations_ = iterations_;
  other.processes_ = processes_;
  other.owners_ = owners_;
  other.columns_ = columns_;
  other.depends_on_time_ = depends_on_time_;
  other.by_slice_ = by_slice_;
  return other;
}

void Harvest::forget_fetched() {
  near_states_.shrink(0);
  near_discrepancies_.shrink(0);
  near_columns_.clear();
  sent_.clear();
}

void Harvest::fetch(const std::function<std::vector<Index>(int)>& needed) {
  if (processes_ == nullptr) return;
  sent_.resize(static_cast<std::size_t>(processes_->size()));
  for (int rank = 0; rank < processes_->size(); ++rank) {
    if (rank == processes_->rank()) continue;
    std::vector<double> numbers;
    std::set<Index>& sent = sent_[static_cast<std::size_t>(rank)];
    for (const Index sample : needed(rank)) {
      if (!holds(sample) || !sent.insert(sample).second) continue;
      const auto append = [&](const StateView& column) {
        numbers.insert(numbers.end(), column.data(), column.data() + column.size());
      };
      append(state(sample));
      append(discrepancy(sample));
    }
    if (!numbers.empty()) processes_->send(rank, numbers);
  }
  std::vector<std::vector<Index>> missing(static_cast<std::size_t>(processes_->size()));  // by who holds them
  for (const Index sample : needed(processes_->rank()))
    if (!is_here(sample)) missing[static_cast<std::size_t>(owner(sample))].push_back(sample);
  near_columns_.resize(static_cast<std::size_t>(size()), kNotHeld);
  for (std::size_t rank = 0; rank < missing.size(); ++rank)
    if (!missing[rank].empty()) receive_samples(missing[rank], static_cast<int>(rank));
}

void Harvest::receive_samples(const std::vector<Index>& samples, int from) {
  States numbers(dimension(), 2 * std::ssize(samples));  // of each its state and its discrepancy
  processes_->receive(from, {numbers.data(), static_cast<std::size_t>(numbers.size())});
  Index column = near_states_.size(), place = 0;
  near_states_.extend(std::ssize(samples));
  near_discrepancies_.extend(std::ssize(samples));
  for (const Index sample : samples) {
    near_states_.mutable_view().col(column) = numbers.col(place++);
    near_discrepancies_.mutable_view().col(column) = numbers.col(place++);
    near_columns_[static_cast<std::size_t>(sample)] = column++;
  }
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
  forget_fetched();
  StatesOut states = states_.mutable_view(), discrepancies = discrepancies_.mutable_view();
  StatesOut coarse = coarse_.mutable_view();
  Index num_held = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Index sample = samples[i];
    assert(static_cast<Index>(i) <= sample && sample < size());
    const Index from = column(sample), to = from == kNotHeld ? kNotHeld : num_held++;
    if (from != to) {
      states.col(to) = states.col(from);
      discrepancies.col(to) = discrepancies.col(from);
      if (keeps_coarse_) coarse.col(to) = coarse.col(from);
    }
    const auto place = static_cast<std::size_t>(sample);
    slices_[i] = slices_[place];
    begins_[i] = begins_[place];
    ends_[i] = ends_[place];
    iterations_[i] = iterations_[place];
    if (processes_ == nullptr) continue;
    owners_[i] = owners_[place];
    columns_[i] = to;
  }
  for (Columns* columns : {&states_, &discrepancies_, &coarse_}) columns->shrink(num_held);
  shrink_notes(samples.size());
  by_slice_.clear();
  by_slice_.append(slices_);
}

void Harvest::shift(const std::vector<Index>& slices, const StatesView& biases, SliceExecutor& executor) {
  forget_fetched();
  check_harvest(biases.rows() == dimension() && biases.cols() == static_cast<Index>(slices.size()),
                "a bias of " + std::to_string(dimension()) + " components is needed for each slice");
  check_harvest(biases.allFinite(), "biases must be finite");
  std::vector<std::pair<Index, Index>> columns;  // of slices, the first of each, ascending
  columns.reserve(slices.size());
  for (std::size_t j = 0; j < slices.size(); ++j) columns.emplace_back(slices[j], static_cast<Index>(j));
  std::sort(columns.begin(), columns.end());
  StatesOut discrepancies = discrepancies_.mutable_view();
  const std::vector<Index> here = processes_ ? held() : std::vector<Index>();
  for_each_column_block(executor, states_.size(), kHarvestBlock, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const Index sample = processes_ ? here[static_cast<std::size_t>(i)] : i;
      const Index slice = slices_[static_cast<std::size_t>(sample)];
      const auto found = std::lower_bound(columns.begin(), columns.end(), std::pair<Index, Index>(slice, 0));
      if (found != columns.end() && found->first == slice) discrepancies.col(i) += biases.col(found->second);
    }
  });
}

}  // namespace forerun
