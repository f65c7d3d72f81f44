#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/execution/slice_executor.h"
#include "learning/kriging/covariance_kernel.h"
#include "learning/kriging/kriging_relevance.h"
#include "learning/kriging/kriging_scale.h"
#include "learning/numerics/nearest_neighbors.h"
#include "learning/random_features/random_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// The harvest ready to be combined as `make_kriging_corrector` says: which samples are near which slice, on what scale
/// discrepancies vary, and for the slices that will be asked the factor of their samples' covariance.
///
/// Of a harvest that processes share each has what is near its own slices (`Harvest::fetch`); the four slices that a
/// scale is learned from are looked at by who has them, and some hundred numbers of each told to all.
///
/// `update` and `prepare` take their turns with `predict`, which is const and thread-safe. The harvest is kept by
/// address and must live as long as predictions are made. Throws std::invalid_argument if neighbors < 1.
class KrigingNetwork {
 public:
  KrigingNetwork(StateBounds bounds, LayerData layer, CovarianceKernel kernel, Index neighbors, Index window);

  static constexpr Index kMostPrepared = 1 << 24;

  /// Small systems are searched in full; of large ones the nearest slices hold all that matters.
  static constexpr Index search_budget = 16384;

  const RandomFeatures& features() const { return features_; }

  /// Takes in new samples and learns their scale. Nothing is prepared then.
  void update(const Harvest& harvest, SliceExecutor& executor);

  /// Prepares the slices that have samples of iteration `since` or later, in time order and as many as
  /// `kMostPrepared` doubles hold: a prediction there costs O(d m + m²), and elsewhere a search and a factorisation,
  /// too.
  void prepare(Index since, SliceExecutor& executor);

  /// How much each coordinate matters (`coordinate_relevance`).
  State relevance(SliceExecutor& executor) const;

  void predict(const Slice& slice, const StateView& state, StateOut out) const;

 private:
  /// The samples a slice's predictions are made from, and the Cholesky factor of their covariance.
  struct Neighborhood {
    std::span<const Index> samples;
    const double* factor;  ///< m × m
    double length;         ///< length scale, in coordinates
  };

  /// What was prepared, a slice a column.
  struct Prepared {
    std::vector<Index> slices;  ///< ascending
    std::vector<Index> samples;
    std::vector<double> lengths;
    States factors;
  };

  Index neighborhood_size() const { return std::min(num_neighbors_, neighbors_.size()); }
  Index center_of(Index slice, const StateView& state, const StateView& coordinates) const;
  void samples_around(Index slice, Index center, std::span<Index> samples) const;
  void squared_distances(std::span<const Index> samples, StatesOut distances) const;
  States coordinates(std::span<const Index> samples) const;
  States outputs(std::span<const Index> samples) const;
  double novelty(Index sample) const;
  std::vector<Index> active_samples(Index since) const;
  std::vector<Index> telling_samples(std::size_t count, SliceExecutor& executor) const;
  template <typename Evidence, typename Make>
  std::vector<Evidence> gather(std::size_t count, SliceExecutor& executor, const Make& make) const;
  void share_evidence(const std::vector<Index>& centers, std::vector<KrigingEvidence>& evidence) const;
  void share_evidence(const std::vector<Index>& centers, std::vector<RelevanceEvidence>& evidence) const;
  Index prepared_place(Index slice) const;
  /// Returns the length scale.
  double make_neighborhood(Index slice, Index center, std::span<Index> samples, StatesOut factor) const;
  void combine(const Neighborhood& near, const StateView& coordinates, StateOut out) const;

  RandomFeatures features_;
  CovarianceKernel kernel_;
  Index num_neighbors_;
  NearestNeighbors neighbors_;
  KrigingScale scale_;
  const Harvest* harvest_ = nullptr;
  Prepared prepared_;
};

}  // namespace forerun
