#pragma once

#include <span>
#include <vector>

#include "learning/numerics/columns.h"
#include "learning/random_features/random_features.h"
#include "learning/training/corrector.h"
#include "learning/training/harvest.h"

namespace forerun {

/// How far a search goes.
struct SearchRange {
  Index window = 0;       ///< ≥ 0: slices to each side that are always looked at
  Index budget = 0;       ///< candidates · coordinates that it may cost beyond them
  Index coordinates = 1;  ///< of a sample

  /// Candidates that are looked for beyond the window, of so many samples.
  Index num_searched(Index num_samples) const;
};

/// Of the first `num_samples` samples all those that a search for `wanted` of them from this slice looks at, nearer
/// slices first.
void samples_near(const Harvest& harvest, Index slice, Index wanted, Index num_samples, const SearchRange& range,
                  std::vector<Index>& samples);
/// Those of all samples that searches from any of these slices look at, ascending.
std::vector<Index> samples_near(const Harvest& harvest, std::span<const Index> slices, Index wanted,
                                const SearchRange& range);

/// What searches from the slices of a block look at, of so many slices: all, or so many around the block. It is the
/// first sweep that decides: then each slice has one sample, later more.
SamplesNeeded samples_needed_near(Index num_slices, Index wanted, const SearchRange& range);

/// The harvested states nearest to a query, Euclidean in normalised components, looked for where they are: among the
/// samples of slices at most `window` away from the query's, and of further ones, nearer slices first, until candidates
/// · coordinates reach `budget`. So small systems are searched in full, large ones never are. Of more samples than
/// `Harvest::many_samples` each query looks at fewer, as the square of their number grows, until only the window is
/// left: a long chain must not cost more than its slices do.
///
/// Where the layer sketches states, distances are first taken between sketches, and only a short list of
/// `kShortlist` · m is measured exactly. Without a sketch the result is exact among the candidates; ties go to the
/// earlier sample.
///
/// Which samples a query looks at is a matter of its slice alone (`samples_near`), so of a harvest that processes share
/// (`Harvest::fetch`) those suffice that are near the slices that will be asked about.
///
/// Cost of a query with c candidates, c ≈ max((2 window + 1) · iterations, budget / d): O(c d) without, O(c s +
/// m d) with a sketch of size s. Memory: one column of coordinates a sample; slices are found in the harvest. Queries
/// are const, thread-safe, deterministic and free of allocation in steady state.
class NearestNeighbors {
 public:
  static constexpr Index kShortlist = 2;
  static constexpr Index kSearchBudget = 65536;

  /// Holds a reference to `features` and, from `update` on, to the harvest. Throws std::invalid_argument if window < 0.
  NearestNeighbors(const RandomFeatures& features, Index window, Index budget = kSearchBudget);

  /// Takes in the samples of `harvest` not yet known; it must be the harvest of the calls before, grown.
  void update(const Harvest& harvest, SliceExecutor& executor);

  /// Samples that it knows.
  Index size() const { return num_known_; }
  /// s of every sample that is here, one a column, and which of them is a sample's.
  StatesView coordinates() const { return coordinates_.view(); }
  Index place(Index sample) const { return harvest_->processes() ? places_[static_cast<std::size_t>(sample)] : sample; }
  auto coordinates(Index sample) const { return coordinates_.col(place(sample)); }

  /// Fills `nearest` with sample indices, nearest first; returns how many there are: fewer than asked for only where
  /// the whole harvest is smaller. `coordinates` are those of `state`.
  Index find(Index slice, const StateView& state, const StateView& coordinates, std::span<Index> nearest) const;

 private:
  struct Candidate {
    double distance;
    Index sample;
    auto operator<=>(const Candidate&) const = default;
  };

  const RandomFeatures& features_;
  SearchRange range_;
  const Harvest* harvest_ = nullptr;
  Index num_known_ = 0;
  Columns coordinates_;
  std::vector<Index> places_;  ///< of samples that processes share; −1: not here
};

}  // namespace forerun
