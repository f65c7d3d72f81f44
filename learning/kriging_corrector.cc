#include "learning/kriging_corrector.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <vector>

#include "learning/harvest_correction.h"
#include "learning/input_spread.h"
#include "learning/kernels.h"
#include "learning/kriging_relevance.h"
#include "learning/kriging_scale.h"
#include "learning/nearest_neighbors.h"
#include "learning/scratch.h"
#include "learning/weighted_places.h"

namespace forerun {
namespace {

constexpr std::size_t kScaleSlices = 4, kRelevanceSlices = 8;
/// Longer states have components too many to tell apart.
constexpr Index kMostRelevanceInputs = 16;
/// Small systems are searched in full; of large ones the nearest slices hold all that matters.
constexpr Index kSearchBudget = 16384;
constexpr double kMostNugget = 1.0;

/// The samples a slice's predictions are made from, and the Cholesky factor of their covariance.
struct Neighborhood {
  std::vector<Index> samples;
  States factor;
  double length = 1.0;  ///< length scale, in coordinates
};

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

/// The last two samples of a slice.
struct SliceSamples {
  Index newest = -1;
  Index before = -1;  ///< −1: there is none

  void add(Index sample) {
    before = newest;
    newest = sample;
  }
};

/// Samples ready to be combined.
class KrigingNetwork {
 public:
  KrigingNetwork(StateBounds bounds, LayerData layer, CovarianceKernel kernel, Index neighbors, Index window)
      : features_(std::move(bounds), std::move(layer)),
        kernel_(kernel),
        num_neighbors_(neighbors),
        neighbors_(features_, window, kSearchBudget) {
    if (neighbors < 1) throw std::invalid_argument("kriging: neighbors must be ≥ 1");
  }

  const RandomFeatures& features() const { return features_; }

  /// Takes in new samples and learns their scale.
  void update(const Harvest& harvest, SliceExecutor& executor) {
    const Index known = neighbors_.size();
    neighbors_.update(harvest, executor);
    harvest_ = &harvest;
    for (Index sample = known; sample < harvest.size(); ++sample)
      samples_of_slice_[harvest.slices()[static_cast<std::size_t>(sample)]].add(sample);
    std::vector<KrigingEvidence> evidence(kScaleSlices);
    gather(evidence, executor, [&](const std::vector<Index>& samples) {
      return KrigingEvidence{squared_distances(samples), condensed_outputs(outputs(samples))};
    });
    scale_ = most_likely_scale(kernel_, evidence, executor);
  }

  /// Prepares the slices that have samples of iteration `since` or later.
  void prepare(Index since, SliceExecutor& executor) {
    std::vector<Index> active;
    for (const auto& [slice, samples] : samples_of_slice_)
      if (harvest_->iterations()[static_cast<std::size_t>(samples.newest)] >= since) active.push_back(slice);
    std::vector<Neighborhood> made(active.size());
    executor.for_each(static_cast<Index>(active.size()), [&](Index i) {
      const auto place = static_cast<std::size_t>(i);
      made[place] = neighborhood(active[place], samples_of_slice_.at(active[place]).newest);
    });
    prepared_.clear();
    for (std::size_t i = 0; i < active.size(); ++i) prepared_.emplace(active[i], std::move(made[i]));
  }

  /// How much each coordinate matters.
  State relevance(SliceExecutor& executor) const {
    std::vector<RelevanceEvidence> evidence(kRelevanceSlices);
    gather(evidence, executor, [&](const std::vector<Index>& samples) {
      return RelevanceEvidence{coordinates(samples), condensed_outputs(outputs(samples))};
    });
    return coordinate_relevance(kernel_, evidence, scale_, features_.num_coordinates(), executor);
  }

  void predict(const Slice& slice, const StateView& state, StateOut out) const {
    thread_local Scratch coordinate_memory;
    auto coordinates = coordinate_memory.vector(features_.num_coordinates());
    features_.coordinates(state, coordinates);
    const auto found = prepared_.find(slice.index);
    if (found != prepared_.end()) return combine(found->second, coordinates, out);
    combine(neighborhood(slice.index, center_of(slice.index, state, coordinates)), coordinates, out);
  }

 private:
  /// The newest sample of the slice; of a slice without any, the sample nearest to the query.
  Index center_of(Index slice, const StateView& state, const StateView& coordinates) const {
    const auto found = samples_of_slice_.find(slice);
    if (found != samples_of_slice_.end()) return found->second.newest;
    Index nearest = 0;
    neighbors_.find(slice, state, coordinates, {&nearest, 1});
    return nearest;
  }

  std::vector<Index> samples_around(Index slice, Index center) const {
    std::vector<Index> samples(static_cast<std::size_t>(std::min(num_neighbors_, harvest_->size())));
    const Index count =
        neighbors_.find(slice, harvest_->states().col(center), neighbors_.coordinates().col(center), samples);
    samples.resize(static_cast<std::size_t>(count));
    return samples;
  }

  States squared_distances(const std::vector<Index>& samples) const {
    const auto size = static_cast<Index>(samples.size());
    const StatesView coordinates = neighbors_.coordinates();
    States distances = States::Zero(size, size);
    for (Index j = 0; j < size; ++j) {
      const auto here = coordinates.col(samples[static_cast<std::size_t>(j)]);
      for (Index i = j + 1; i < size; ++i) {
        distances(i, j) = squared_distance(coordinates.col(samples[static_cast<std::size_t>(i)]), here);
        distances(j, i) = distances(i, j);
      }
    }
    return distances;
  }

  States coordinates(const std::vector<Index>& samples) const {
    States chosen(features_.num_coordinates(), static_cast<Index>(samples.size()));
    for (Index j = 0; j < chosen.cols(); ++j)
      chosen.col(j) = neighbors_.coordinates().col(samples[static_cast<std::size_t>(j)]);
    return chosen;
  }

  States outputs(const std::vector<Index>& samples) const {
    States chosen(harvest_->dimension(), static_cast<Index>(samples.size()));
    for (Index j = 0; j < chosen.cols(); ++j) {
      const Index sample = samples[static_cast<std::size_t>(j)];
      chosen.col(j) = features_.normalizer().weights().cwiseProduct(harvest_->discrepancies().col(sample));
    }
    return chosen;
  }

  /// What a slice's newest sample has brought: by how much the discrepancy has changed, or all of it if it is the
  /// first.
  double novelty(const SliceSamples& samples) const {
    const State& weights = features_.normalizer().weights();
    const StatesView discrepancies = harvest_->discrepancies();
    const auto newest = discrepancies.col(samples.newest);
    if (samples.before < 0) return weights.cwiseProduct(newest).lpNorm<Eigen::Infinity>();
    return weights.cwiseProduct(newest - discrepancies.col(samples.before)).lpNorm<Eigen::Infinity>();
  }

  /// Fills `evidence` by `make(samples)` around slices of the newest iteration, more of them where more is new: what
  /// changes there is what has to be predicted next, and may be of another scale than all the rest. Fewer than asked
  /// for where there are fewer, or where discrepancies are zero.
  template <typename Evidence, typename Make>
  void gather(std::vector<Evidence>& evidence, SliceExecutor& executor, const Make& make) const {
    const Index newest_iteration = *std::max_element(harvest_->iterations().begin(), harvest_->iterations().end());
    std::vector<SliceSamples> active;
    for (const auto& [slice, samples] : samples_of_slice_)
      if (harvest_->iterations()[static_cast<std::size_t>(samples.newest)] == newest_iteration)
        active.push_back(samples);
    std::vector<double> novelties(active.size());
    executor.for_each(static_cast<Index>(active.size()), [&](Index i) {
      novelties[static_cast<std::size_t>(i)] = novelty(active[static_cast<std::size_t>(i)]);
    });
    const std::vector<std::size_t> places = weighted_places(novelties, evidence.size());
    evidence.resize(places.size());
    executor.for_each(static_cast<Index>(places.size()), [&](Index i) {
      const Index center = active[places[static_cast<std::size_t>(i)]].newest;
      evidence[static_cast<std::size_t>(i)] =
          make(samples_around(harvest_->slices()[static_cast<std::size_t>(center)], center));
    });
    std::erase_if(evidence, [](const Evidence& e) { return e.outputs.isZero(0.0); });
  }

  Neighborhood neighborhood(Index slice, Index center) const {
    Neighborhood made;
    made.samples = samples_around(slice, center);
    const States distances = squared_distances(made.samples);
    made.length = scale_.length * rms_distance(distances);
    made.factor.resize(distances.rows(), distances.cols());
    KrigingScale scale = scale_;
    while (!factorize_covariance(kernel_, distances, scale, made.factor) && scale.nugget < kMostNugget)
      scale.nugget *= 10.0;
    return made;
  }

  void combine(const Neighborhood& near, const StateView& coordinates, StateOut out) const {
    thread_local Scratch weight_memory;
    const auto count = static_cast<Index>(near.samples.size());
    auto weights = weight_memory.vector(count);
    const StatesView known = neighbors_.coordinates(), discrepancies = harvest_->discrepancies();
    const double unit = 1.0 / (near.length * near.length);
    for (Index j = 0; j < count; ++j) {
      const Index sample = near.samples[static_cast<std::size_t>(j)];
      weights[j] = correlation(kernel_, unit * squared_distance(known.col(sample), coordinates));
    }
    solve_covariance(near.factor, weights);
    out.setZero();
    for (Index j = 0; j < count; ++j) out += weights[j] * discrepancies.col(near.samples[static_cast<std::size_t>(j)]);
  }

  RandomFeatures features_;
  CovarianceKernel kernel_;
  Index num_neighbors_;
  NearestNeighbors neighbors_;
  KrigingScale scale_;
  const Harvest* harvest_ = nullptr;
  std::map<Index, SliceSamples> samples_of_slice_;
  std::map<Index, Neighborhood> prepared_;
};

class KrigingCorrector final : public Corrector {
 public:
  KrigingCorrector(const KrigingOptions& options, const StateBounds& bounds) : options_(options), bounds_(bounds) {
    if (options.neighbors < 1) throw std::invalid_argument("kriging: neighbors must be ≥ 1");
  }

  std::string name() const override { return "kriging"; }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("kriging: the harvest is empty");
    if (harvest.dimension() != bounds_.lower.size())
      throw std::invalid_argument("kriging: the harvest has another dimension");
    const bool learns_relevance = options_.relevance && harvest.dimension() <= kMostRelevanceInputs;
    if (!network_ || learns_relevance) {
      StateBounds inputs = options_.standardize ? spread_of(harvest, bounds_, executor) : bounds_;
      if (learns_relevance) {
        const auto plain = make_network(inputs);
        plain->update(harvest, executor);
        inputs = stretched(inputs, plain->relevance(executor));
      }
      network_ = make_network(std::move(inputs));
    }
    network_->update(harvest, executor);
    network_->prepare(harvest.iterations().back(), executor);
    return std::make_unique<const HarvestCorrection<KrigingNetwork>>(network_, name(), options_.printed);
  }

 private:
  std::shared_ptr<KrigingNetwork> make_network(StateBounds inputs) const {
    return std::make_shared<KrigingNetwork>(std::move(inputs), bare_layer(options_, bounds_.lower.size()),
                                            options_.kernel, options_.neighbors, options_.window);
  }

  KrigingOptions options_;
  StateBounds bounds_;
  std::shared_ptr<KrigingNetwork> network_;
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

  void evaluate(const Slice& slice, const StateView& state, StateOut out) const override {
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

std::unique_ptr<const Correction> make_kriging_correction(std::shared_ptr<const LearnedModel> model,
                                                          CovarianceKernel kernel, Index neighbors, Index window) {
  return std::make_unique<const SavedKrigingCorrection>(std::move(model), kernel, neighbors, window);
}

}  // namespace forerun
