#pragma once

#include <functional>
#include <set>
#include <span>
#include <vector>

#include "core/base/state.h"
#include "core/execution/slice_executor.h"
#include "core/parareal/coarse_trainer.h"
#include "learning/numerics/columns.h"
#include "learning/training/samples_by_slice.h"

namespace forerun {

/// Every pair (u, F(u) − G(u)) seen so far, in physical units, one sample per column, in the order (iteration, slice),
/// each with its slice: index and interval. An interval that is not known (a file that did not keep it) is NaN. For
/// learners that look at it (`Corrector::looks_at_coarse`) G(u) is kept, too.
///
/// Where processes share a run and learners do with the states of their own slices (`SweepData::owners`), a process
/// holds those alone: `states()`, `discrepancies()` and `coarse()` have a column for each sample that it `holds`, and
/// what is noted of samples is noted of all. What they tell each other is in shared_samples.h.
///
/// Storage grows by doubling, so appending is amortised O(d) a sample; views are valid until the next append or
/// `keep`. Throws std::invalid_argument on mismatched dimensions or non-finite entries; an append that throws leaves
/// the harvest as it was.
class Harvest {
 public:
  /// A learner that costs more with each sample works on all of them up to here, and beyond it on fewer: this is more
  /// than a short chain of slices ever gives, and more than a model of a small system can use.
  static constexpr Index many_samples = 1 << 13;
  /// Bytes a sample takes beside its 2 d numbers, or 3 d with G(u).
  static constexpr Index index_bytes = 5 * sizeof(Index);
  /// And where it is shared, on every process, also beside them.
  static constexpr Index shared_bytes = sizeof(Index) + sizeof(int);

  explicit Harvest(Index dimension, bool keeps_coarse = false);

  /// A slice of which the index is all that is known.
  static Slice slice_at_unknown_time(Index index);

  /// Adds the sweep's states with their discrepancies fine − coarse, in parallel; those that are not true
  /// (`SweepData::is_true`) are passed over and may hold anything.
  void append(const SweepData& sweep, SliceExecutor& executor);
  /// Adds samples as they are: columns of `states` and `discrepancies`, with their slice and iteration, and of `coarse`
  /// where G(u) is kept; else it is passed over.
  void append(const StatesView& states, const StatesView& discrepancies, std::span<const Slice> slices,
              const std::vector<Index>& iterations, const StatesView& coarse = States());
  /// The same, of slices whose intervals are not known.
  void append(const StatesView& states, const StatesView& discrepancies, const std::vector<Index>& slices,
              const std::vector<Index>& iterations);
  /// Adds these samples of another harvest, in this order. One that is shared can be appended to an empty one alone.
  void append(const Harvest& other, const std::vector<Index>& samples);
  /// The same samples with other discrepancies, a column for each that is held, without G(u).
  Harvest with_discrepancies(const States& discrepancies) const;

  /// Adds column j of `biases` to the discrepancy of every sample of slices[j] that is held, in parallel.
  void shift(const std::vector<Index>& slices, const StatesView& biases, SliceExecutor& executor);

  /// Takes address space for what is noted of so many samples, beside their states, so that it need not move as it
  /// grows.
  void reserve(Index num_samples);

  /// The newest `count` ≥ 1 samples of each slice, ascending.
  std::vector<Index> newest(Index count) const;
  /// Forgets all but these samples, ascending. In place: what was taken for storage is kept for samples to come.
  void keep(const std::vector<Index>& samples);

  Index dimension() const { return states_.rows(); }
  Index size() const { return static_cast<Index>(slices_.size()); }
  StatesView states() const { return states_.view(); }
  StatesView discrepancies() const { return discrepancies_.view(); }
  /// G(u), or no columns.
  StatesView coarse() const { return coarse_.view(); }
  bool keeps_coarse() const { return keeps_coarse_; }

  /// Those that share the harvest; nullptr where all samples are here.
  TimeCommunicator* processes() const { return processes_; }
  /// The rank of the process that holds the sample of a harvest that is shared.
  int owner(Index sample) const { return owners_[static_cast<std::size_t>(sample)]; }
  bool holds(Index sample) const { return processes_ == nullptr || owner(sample) == processes_->rank(); }
  /// Of a sample that is held: its column.
  Index column(Index sample) const { return processes_ ? columns_[static_cast<std::size_t>(sample)] : sample; }
  /// Of a sample that is here: held, or fetched.
  StateView state(Index sample) const { return of_sample(sample, states_, near_states_); }
  StateView discrepancy(Index sample) const { return of_sample(sample, discrepancies_, near_discrepancies_); }
  /// G(u) of a sample that is held; empty where it is not kept.
  StateView coarse(Index sample) const {
    return keeps_coarse_ ? StateView(coarse_.col(column(sample))) : StateView(State());
  }
  bool is_here(Index sample) const {
    const auto place = static_cast<std::size_t>(sample);
    return holds(sample) || (place < near_columns_.size() && near_columns_[place] >= 0);
  }
  /// Brings here what other processes hold of needed(rank of this process), each sample once: 2 d numbers, until it is
  /// changed or forgotten by `shift` or `keep`. All call it alike and know what each of them needs.
  void fetch(const std::function<std::vector<Index>(int)>& needed);
  /// Of these samples, those that are held.
  std::vector<Index> held(std::span<const Index> samples) const;
  /// Of each column, its sample.
  std::vector<Index> held() const;

  /// Index of each sample's slice, and the slice with its interval.
  const std::vector<Index>& slices() const { return slices_; }
  Slice slice(Index sample) const;
  const std::vector<Index>& iterations() const { return iterations_; }
  /// Whether a sweep said so (`SweepData::depends_on_time`), of this harvest or of one it has samples of.
  bool depends_on_time() const { return depends_on_time_; }
  void set_depends_on_time(bool depends) { depends_on_time_ = depends; }
  const SamplesBySlice& by_slice() const { return by_slice_; }

 private:
  /// Calls `fill`, which extends states and discrepancies and checks them, then `note`, for the rest; takes back what
  /// was added where one of them throws.
  template <typename Fill, typename Note>
  void extend(const Fill& fill, const Note& note);
  void note(const Slice& slice, Index iteration);
  void note_owner(int owner, Index column);
  void append_shared(const Harvest& other, const std::vector<Index>& samples);
  void shrink_notes(std::size_t size);
  void forget_fetched();
  void receive_samples(const std::vector<Index>& samples, int from);
  StateView of_sample(Index sample, const Columns& own, const Columns& near) const {
    const Index here = column(sample);
    return here >= 0 ? own.col(here) : near.col(near_columns_[static_cast<std::size_t>(sample)]);
  }
  void check_sharing(const SweepData& sweep) const;

  bool keeps_coarse_;
  Columns states_;
  Columns discrepancies_;
  Columns coarse_;  ///< no columns unless they are kept
  std::vector<Index> slices_;
  std::vector<double> begins_;
  std::vector<double> ends_;
  std::vector<Index> iterations_;
  TimeCommunicator* processes_ = nullptr;
  std::vector<int> owners_;     ///< where it is shared, of each sample
  std::vector<Index> columns_;  ///< likewise; −1: not held
  Columns near_states_;         ///< of samples of others that were fetched
  Columns near_discrepancies_;
  std::vector<Index> near_columns_;    ///< of the first samples; −1: not there
  std::vector<std::set<Index>> sent_;  ///< to each process, likewise
  bool depends_on_time_ = false;
  SamplesBySlice by_slice_;
};

}  // namespace forerun
