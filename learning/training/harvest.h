#pragma once

#include <span>
#include <vector>

#include "core/base/state.h"
#include "core/execution/slice_executor.h"
#include "core/parareal/coarse_trainer.h"
#include "learning/numerics/columns.h"

namespace forerun {

/// Every pair (u, F(u) − G(u)) seen so far, in physical units, one sample per column, in the order (iteration, slice),
/// each with its slice: index and interval. An interval that is not known (a file that did not keep it) is NaN.
///
/// Storage grows by doubling, so appending is amortised O(d) a sample; views are valid until the next append.
/// Throws std::invalid_argument on mismatched dimensions or non-finite entries; an append that throws leaves the
/// harvest as it was.
class Harvest {
 public:
  explicit Harvest(Index dimension);

  /// A slice of which the index is all that is known.
  static Slice slice_at_unknown_time(Index index);

  /// Adds the sweep's states with their discrepancies fine − coarse, in parallel; those that are not true
  /// (`SweepData::is_true`) are passed over and may hold anything.
  void append(const SweepData& sweep, SliceExecutor& executor);
  /// Adds samples as they are: columns of `states` and `discrepancies`, with their slice and iteration.
  void append(const StatesView& states, const StatesView& discrepancies, std::span<const Slice> slices,
              const std::vector<Index>& iterations);
  /// The same, of slices whose intervals are not known.
  void append(const StatesView& states, const StatesView& discrepancies, const std::vector<Index>& slices,
              const std::vector<Index>& iterations);
  /// Adds these samples of another harvest, in this order.
  void append(const Harvest& other, const std::vector<Index>& samples);

  /// Adds column j of `biases` to the discrepancy of every sample of slices[j], in parallel.
  void shift(const std::vector<Index>& slices, const StatesView& biases, SliceExecutor& executor);

  Index dimension() const { return states_.rows(); }
  Index size() const { return states_.size(); }
  StatesView states() const { return states_.view(); }
  StatesView discrepancies() const { return discrepancies_.view(); }
  /// Index of each sample's slice, and the slice with its interval.
  const std::vector<Index>& slices() const { return slices_; }
  Slice slice(Index sample) const;
  const std::vector<Index>& iterations() const { return iterations_; }
  /// Whether a sweep said so (`SweepData::depends_on_time`), of this harvest or of one it has samples of.
  bool depends_on_time() const { return depends_on_time_; }
  void set_depends_on_time(bool depends) { depends_on_time_ = depends; }

 private:
  /// Calls `fill`, which extends states and discrepancies and checks them, then `note`, for the rest; takes back what
  /// was added where one of them throws.
  template <typename Fill, typename Note>
  void extend(const Fill& fill, const Note& note);
  void note(const Slice& slice, Index iteration);

  Columns states_;
  Columns discrepancies_;
  std::vector<Index> slices_;
  std::vector<double> begins_;
  std::vector<double> ends_;
  std::vector<Index> iterations_;
  bool depends_on_time_ = false;
};

}  // namespace forerun
