#pragma once

#include <span>
#include <vector>

#include "learning/numerics/columns.h"
#include "learning/random_features/random_features.h"
#include "learning/training/harvest.h"

namespace forerun {

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

  Index size() const { return coordinates_.size(); }
  /// s of every sample, one a column.
  StatesView coordinates() const { return coordinates_.view(); }

  /// Fills `nearest` with sample indices, nearest first; returns how many there are: fewer than asked for only where
  /// the whole harvest is smaller. `coordinates` are those of `state`.
  Index find(Index slice, const StateView& state, const StateView& coordinates, std::span<Index> nearest) const;

 private:
  struct Candidate {
    double distance;
    Index sample;
    auto operator<=>(const Candidate&) const = default;
  };

  /// Candidates that a query looks at beyond its window.
  Index num_searched() const;
  void collect(Index slice, Index wanted, std::vector<Candidate>& candidates) const;

  const RandomFeatures& features_;
  Index window_;
  Index budget_;
  const Harvest* harvest_ = nullptr;
  Columns coordinates_;
};

}  // namespace forerun
