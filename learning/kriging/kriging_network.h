#pragma once

#include <map>
#include <vector>

#include "core/execution/slice_executor.h"
#include "learning/kriging/covariance_kernel.h"
#include "learning/kriging/kriging_scale.h"
#include "learning/numerics/nearest_neighbors.h"
#include "learning/random_features/random_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// The harvest ready to be combined as `make_kriging_corrector` says: which samples are near which slice, on what scale
/// discrepancies vary, and for the slices that will be asked the factor of their samples' covariance.
///
/// `update` and `prepare` take their turns with `predict`, which is const and thread-safe. The harvest is kept by
/// address and must live as long as predictions are made. Throws std::invalid_argument if neighbors < 1.
class KrigingNetwork {
 public:
  KrigingNetwork(StateBounds bounds, LayerData layer, CovarianceKernel kernel, Index neighbors, Index window);

  const RandomFeatures& features() const { return features_; }

  /// Takes in new samples and learns their scale.
  void update(const Harvest& harvest, SliceExecutor& executor);

  /// Prepares the slices that have samples of iteration `since` or later: a prediction there costs O(d m + m²), and
  /// elsewhere a search and a factorisation, too.
  void prepare(Index since, SliceExecutor& executor);

  /// How much each coordinate matters (`coordinate_relevance`).
  State relevance(SliceExecutor& executor) const;

  void predict(const Slice& slice, const StateView& state, StateOut out) const;

 private:
  /// The samples a slice's predictions are made from, and the Cholesky factor of their covariance.
  struct Neighborhood {
    std::vector<Index> samples;
    States factor;
    double length = 1.0;  ///< length scale, in coordinates
  };

  /// The last two samples of a slice.
  struct SliceSamples {
    Index newest = -1;
    Index before = -1;  ///< −1: there is none

    void add(Index sample) {
      before = newest;
      newest = sample;
    }
  };

  Index center_of(Index slice, const StateView& state, const StateView& coordinates) const;
  std::vector<Index> samples_around(Index slice, Index center) const;
  States squared_distances(const std::vector<Index>& samples) const;
  States coordinates(const std::vector<Index>& samples) const;
  States outputs(const std::vector<Index>& samples) const;
  double novelty(const SliceSamples& samples) const;
  std::vector<Index> telling_samples(std::size_t count, SliceExecutor& executor) const;
  template <typename Evidence, typename Make>
  std::vector<Evidence> gather(std::size_t count, SliceExecutor& executor, const Make& make) const;
  Neighborhood neighborhood(Index slice, Index center) const;
  void combine(const Neighborhood& near, const StateView& coordinates, StateOut out) const;

  RandomFeatures features_;
  CovarianceKernel kernel_;
  Index num_neighbors_;
  NearestNeighbors neighbors_;
  KrigingScale scale_;
  const Harvest* harvest_ = nullptr;
  std::map<Index, SliceSamples> samples_of_slice_;
  std::map<Index, Neighborhood> prepared_;
};

}  // namespace forerun
