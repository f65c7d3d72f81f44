#include "learning/kriging/kriging_corrector.h"

#include <algorithm>
#include <stdexcept>

#include "learning/kriging/kriging_network.h"
#include "learning/training/harvest_correction.h"
#include "learning/training/input_spread.h"

namespace forerun {
namespace {

/// Longer states have components too many to tell apart.
constexpr Index kMostRelevanceInputs = 16;

/// The layer of a model that needs nothing but coordinates: no neurons.
LayerData bare_layer(const KrigingOptions& options, Index dimension) {
  LayerData layer;
  layer.seed = options.seed;
  layer.linear = true;
  layer.constant = false;
  layer.sketch_size = options.sketch_size > 0 && options.sketch_size < dimension ? options.sketch_size : 0;
  layer.weights.resize(0, layer.sketch_size > 0 ? layer.sketch_size : dimension);
  return layer;
}

/// The bounds that make inputs `factors` times as large.
StateBounds stretched(const StateBounds& bounds, const State& factors) {
  const State middle = 0.5 * (bounds.lower + bounds.upper);
  const State reach = (0.5 * (bounds.upper - bounds.lower)).cwiseQuotient(factors);
  return {middle - reach, middle + reach};
}

class KrigingCorrector final : public Corrector {
 public:
  KrigingCorrector(const KrigingOptions& options, const StateBounds& bounds) : options_(options), bounds_(bounds) {
    if (options.neighbors < 1) throw std::invalid_argument("kriging: neighbors must be ≥ 1");
  }

  std::string name() const override { return "kriging"; }
  SamplesNeeded samples_needed(Index num_slices) const override {
    if (options_.relevance && bounds_.lower.size() <= kMostRelevanceInputs) return {.all = true};
    return samples_needed_near(num_slices, options_.neighbors, range());
  }
  std::vector<Index> needed_samples(const Harvest& harvest, std::span<const Index> slices) const override {
    return samples_near(harvest, slices, options_.neighbors, range());
  }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("kriging: the harvest is empty");
    if (harvest.dimension() != bounds_.lower.size())
      throw std::invalid_argument("kriging: the harvest has another dimension");
    const bool learns_relevance = options_.relevance && harvest.dimension() <= kMostRelevanceInputs;
    if (!network_ || learns_relevance) {
      network_.reset();
      StateBounds inputs = options_.standardize ? spread_of(harvest, bounds_, executor) : bounds_;
      if (learns_relevance) {
        const auto plain = make_network(inputs);
        plain->update(harvest, executor);
        inputs = stretched(inputs, plain->relevance(executor));
      }
      network_ = make_network(std::move(inputs));
    }
    network_->update(harvest, executor);
    newest_iteration_ = harvest.iterations().back();
    return std::make_unique<const HarvestCorrection<KrigingNetwork>>(network_, name(), options_.printed);
  }

  void prepare(SliceExecutor& executor) override { network_->prepare(newest_iteration_, executor); }

 private:
  SearchRange range() const {
    const Index sketch = bare_layer(options_, bounds_.lower.size()).sketch_size;
    return {options_.window, KrigingNetwork::search_budget, sketch > 0 ? sketch : bounds_.lower.size()};
  }
  std::shared_ptr<KrigingNetwork> make_network(StateBounds inputs) const {
    return std::make_shared<KrigingNetwork>(std::move(inputs), bare_layer(options_, bounds_.lower.size()),
                                            options_.kernel, options_.neighbors, options_.window);
  }

  KrigingOptions options_;
  StateBounds bounds_;
  std::shared_ptr<KrigingNetwork> network_;
  Index newest_iteration_ = 0;
};

/// Keeps the model alive whose harvest the network predicts from.
class SavedKrigingCorrection final : public Correction {
 public:
  SavedKrigingCorrection(std::shared_ptr<const LearnedModel> model, CovarianceKernel kernel, Index neighbors,
                         Index window)
      : model_(std::move(model)), network_(model_->bounds, model_->layer, kernel, neighbors, window) {
    if (model_->harvest.size() == 0) throw std::invalid_argument("kriging: the model has no harvest");
    const auto executor = make_serial_executor();
    network_.update(model_->harvest, *executor);
    network_.prepare(0, *executor);
  }

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    network_.predict(slice, state, out);
  }

 private:
  std::shared_ptr<const LearnedModel> model_;
  KrigingNetwork network_;
};

}  // namespace

std::unique_ptr<Corrector> make_kriging_corrector(const KrigingOptions& options, const StateBounds& bounds) {
  return std::make_unique<KrigingCorrector>(options, bounds);
}

KrigingBytes kriging_bytes(const KrigingOptions& options, Index dimension, double num_slices, double num_samples) {
  constexpr double number = sizeof(double), index = sizeof(Index);
  const bool sketched = options.sketch_size > 0 && options.sketch_size < dimension;
  const auto coordinates = static_cast<double>(sketched ? options.sketch_size : dimension);
  const double size = std::min(static_cast<double>(options.neighbors), num_samples);
  const double num_prepared = std::min(num_slices, static_cast<double>(KrigingNetwork::kMostPrepared) / (size * size));
  const double slice = size * size * number + size * index + number + index;
  return {num_samples * coordinates * number, num_slices * index + num_prepared * slice};
}

std::unique_ptr<const Correction> make_kriging_correction(std::shared_ptr<const LearnedModel> model,
                                                          CovarianceKernel kernel, Index neighbors, Index window) {
  return std::make_unique<const SavedKrigingCorrection>(std::move(model), kernel, neighbors, window);
}

}  // namespace forerun
