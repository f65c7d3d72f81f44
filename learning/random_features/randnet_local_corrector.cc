#include "learning/random_features/randnet_local_corrector.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "learning/numerics/affine_weights.h"
#include "learning/numerics/column_blocks.h"
#include "learning/numerics/nearest_neighbors.h"
#include "learning/numerics/scratch.h"
#include "learning/training/harvest_correction.h"

namespace forerun {
namespace {

constexpr Index kLocalBlock = 16;
constexpr Index kMostKept = 1 << 24;  // doubles of samples' features; of later samples they are computed when needed
constexpr Index kStrip = 1024;        // of a state, stays in the first-level cache while neighbours are added up

/// Samples with their features, ready to be combined.
class LocalNetwork {
 public:
  LocalNetwork(StateBounds bounds, LayerData layer, Index neighbors, Index window)
      : features_(std::move(bounds), std::move(layer)),
        num_neighbors_(neighbors),
        neighbors_(features_, window),
        sample_features_(features_.num_features()) {
    if (neighbors < 1) throw std::invalid_argument("randnet-local: neighbors must be ≥ 1");
  }

  const RandomFeatures& features() const { return features_; }

  void update(const Harvest& harvest, SliceExecutor& executor) {
    neighbors_.update(harvest, executor);
    harvest_ = &harvest;
    const Index kept = sample_features_.size();
    const Index most = std::max<Index>(1, kMostKept / features_.num_features());
    const StatesView coordinates = neighbors_.coordinates();
    StatesOut added = sample_features_.extend(std::max<Index>(0, std::min(coordinates.cols(), most) - kept));
    for_each_column_block(executor, added.cols(), kLocalBlock, [&](Index first, Index count) {
      features_.evaluate_coordinates(coordinates.middleCols(kept + first, count), added.middleCols(first, count));
    });
  }

  void predict(const Slice& slice, const StateView& state, StateOut out) const {
    thread_local std::vector<Index> nearest;
    thread_local Scratch coordinate_memory, query_memory, near_memory, weight_memory;
    auto coordinates = coordinate_memory.vector(features_.num_coordinates());
    features_.coordinates(state, coordinates);
    nearest.resize(static_cast<std::size_t>(num_neighbors_));
    const Index count = neighbors_.find(slice.index, state, coordinates, nearest);

    auto query = query_memory.matrix(features_.num_features(), 1);
    features_.evaluate_coordinates(coordinates, query);
    auto near = near_memory.matrix(features_.num_features(), count);
    for (Index j = 0; j < count; ++j) {
      const Index sample = nearest[static_cast<std::size_t>(j)];
      const Index place = neighbors_.place(sample);
      if (place < sample_features_.size()) {
        near.col(j) = sample_features_.col(place);
      } else {
        features_.evaluate_coordinates(neighbors_.coordinates(sample), near.col(j));
      }
    }
    auto weights = weight_memory.vector(count);
    affine_weights(near, query.col(0), weights);

    for (Index begin = 0; begin < out.size(); begin += kStrip) {
      auto strip = out.segment(begin, std::min(kStrip, out.size() - begin));
      strip.setZero();
      for (Index j = 0; j < count; ++j)
        strip += weights[j] * harvest_->discrepancy(nearest[static_cast<std::size_t>(j)]).segment(begin, strip.size());
    }
  }

 private:
  RandomFeatures features_;
  Index num_neighbors_;
  NearestNeighbors neighbors_;
  Columns sample_features_;  ///< of the first samples
  const Harvest* harvest_ = nullptr;
};

class LocalCorrector final : public Corrector {
 public:
  LocalCorrector(const RandnetLocalOptions& options, const StateBounds& bounds)
      : network_(std::make_shared<LocalNetwork>(bounds, draw_layer(options.layer, bounds.lower.size()),
                                                options.neighbors, options.window)),
        num_neighbors_(options.neighbors),
        range_{options.window, NearestNeighbors::kSearchBudget, network_->features().num_coordinates()},
        printed_(options.printed) {}

  std::string name() const override { return "randnet-local"; }
  SamplesNeeded samples_needed(Index num_slices) const override {
    return samples_needed_near(num_slices, num_neighbors_, range_);
  }
  std::vector<Index> needed_samples(const Harvest& harvest, std::span<const Index> slices) const override {
    return samples_near(harvest, slices, num_neighbors_, range_);
  }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("randnet-local: the harvest is empty");
    network_->update(harvest, executor);
    return std::make_unique<const HarvestCorrection<LocalNetwork>>(network_, name(), printed_);
  }

 private:
  std::shared_ptr<LocalNetwork> network_;
  const Index num_neighbors_;
  const SearchRange range_;
  std::map<std::string, std::string> printed_;
};

/// Keeps the model alive whose harvest the network predicts from.
class SavedLocalCorrection final : public Correction {
 public:
  SavedLocalCorrection(std::shared_ptr<const LearnedModel> model, Index neighbors, Index window)
      : model_(std::move(model)), network_(model_->bounds, model_->layer, neighbors, window) {
    if (model_->harvest.size() == 0) throw std::invalid_argument("randnet-local: the model has no harvest");
    network_.update(model_->harvest, *make_serial_executor());
  }

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    network_.predict(slice, state, out);
  }

 private:
  std::shared_ptr<const LearnedModel> model_;
  LocalNetwork network_;
};

}  // namespace

std::unique_ptr<Corrector> make_randnet_local_corrector(const RandnetLocalOptions& options, const StateBounds& bounds) {
  return std::make_unique<LocalCorrector>(options, bounds);
}

double randnet_local_bytes(const RandnetLocalOptions& options, Index dimension, double num_samples) {
  constexpr double number = sizeof(double);
  const Index sketch = options.layer.sketch_size;
  const auto coordinates = static_cast<double>(sketch > 0 && sketch < dimension ? sketch : dimension);
  const double kept =
      std::min(static_cast<double>(options.layer.neurons) * num_samples, static_cast<double>(kMostKept));
  return number * (num_samples * coordinates + kept);
}

std::unique_ptr<const Correction> make_randnet_local_correction(std::shared_ptr<const LearnedModel> model,
                                                                Index neighbors, Index window) {
  return std::make_unique<const SavedLocalCorrection>(std::move(model), neighbors, window);
}

}  // namespace forerun
