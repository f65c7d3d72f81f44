#include "learning/random_features/randnet_corrector.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <vector>

#include "core/base/evenly_spread.h"
#include "learning/numerics/column_blocks.h"
#include "learning/numerics/columns.h"
#include "learning/numerics/readout.h"
#include "learning/numerics/recursive_readout.h"
#include "learning/random_features/network_correction.h"
#include "learning/subspace/pod_basis.h"
#include "learning/training/input_spread.h"

namespace forerun {
namespace {

constexpr Index kRandnetBlock = 16;
constexpr double kReadoutPanel = 32.0;
constexpr Index kUsefulSamples = 4;  // a feature
constexpr Index kThinnedBlock = 1024;
constexpr double kPodTolerance = 1e-8;
constexpr double kMostWeight = 1e3;  // beyond it the ridge would no longer damp rounding errors

/// The network of a small system costs next to nothing, that of a long state needs its width; between them the network
/// has to be cheap, and need not be wide.
Index suitable_neurons(Index dimension) {
  constexpr Index kSmallSystem = 32;
  return dimension < kSmallSystem ? 1000 : std::clamp<Index>(2 * dimension, 250, 1000);
}

/// Modes are evaluated at each prediction: of very long states there must not be many.
Index suitable_rank(Index dimension) {
  constexpr Index kVeryLong = 1 << 14;
  return dimension < kVeryLong ? 256 : 128;
}

/// How many of `count` new samples are learned from.
Index num_useful(Index count, Index num_features) {
  const Index useful = kUsefulSamples * num_features;
  return count <= std::max(Harvest::many_samples, useful) ? count : useful;
}

RandnetOptions completed(RandnetOptions options, Index dimension) {
  if (options.rank < 0) throw std::invalid_argument("randnet: the rank must be ≥ 0");
  if (!(std::isfinite(options.growth) && options.growth >= 1.0))
    throw std::invalid_argument("randnet: the growth of weights must be ≥ 1");
  if (options.layer.neurons == 0) options.layer.neurons = suitable_neurons(dimension);
  if (options.rank == 0) options.rank = suitable_rank(dimension);
  return options;
}

class Randnet final : public Corrector {
 public:
  Randnet(const RandnetOptions& options, const StateBounds& bounds)
      : options_(completed(options, bounds.lower.size())),
        bounds_(bounds),
        layer_(draw_layer(options_.layer, bounds.lower.size())) {
    if (dimension() > options_.rank) pod_.emplace(dimension(), options_.rank, kPodTolerance);
  }

  std::string name() const override { return "randnet"; }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("randnet: the harvest is empty");
    if (harvest.dimension() != dimension()) throw std::invalid_argument("randnet: the harvest has another dimension");
    if (harvest.size() < num_fitted_) throw std::invalid_argument("randnet: the harvest shrank");
    if (!features_) start(harvest, executor);
    Harvest thinned(dimension());
    const std::vector<Index> chosen = chosen_samples(harvest);
    if (!chosen.empty()) thinned.append(harvest, chosen);
    const Harvest& source = chosen.empty() ? harvest : thinned;
    const Index begin = chosen.empty() ? num_fitted_ : 0;
    const State new_weights = weights(source, begin, harvest.iterations().front());
    num_fitted_ = harvest.size();
    // All at once: one factorisation is faster than many; of a great many, features would be most of a run's memory.
    const Index block = chosen.empty() ? new_weights.size() : kThinnedBlock;
    take_in(source.states().rightCols(new_weights.size()), source.discrepancies().rightCols(new_weights.size()),
            new_weights, block, executor);
    auto readout = std::make_shared<States>(solve(executor));
    if (!readout->allFinite()) return nullptr;
    // Outputs have no modes while all discrepancies are zero.
    if (readout->rows() == 0) readout = std::make_shared<States>(States::Zero(1, features_->num_features()));
    return std::make_unique<const NetworkCorrection>(features_, std::move(readout), basis(), options_.printed);
  }

 private:
  Index dimension() const { return bounds_.lower.size(); }

  std::shared_ptr<const States> basis() const {
    if (!pod_) return std::make_shared<const States>();
    if (pod_->modes().cols() == 0) return std::make_shared<const States>(States::Zero(dimension(), 1));
    return std::make_shared<const States>(pod_->modes());
  }

  /// What needs to have seen states.
  void start(const Harvest& harvest, SliceExecutor& executor) {
    features_ = std::make_shared<const RandomFeatures>(
        options_.standardize ? spread_of(harvest, bounds_, executor) : bounds_, std::move(layer_));
    const double ridge = options_.ridge * features_->typical_energy();
    if (ridge > 0) {
      readout_.emplace(features_->num_features(), pod_ ? 0 : dimension(), ridge);
    } else {
      all_features_ = Columns(features_->num_features());
      all_targets_ = Columns(dimension());
    }
  }

  /// The new samples that are learned from, where that is not all of them: a readout learns no more from a great many
  /// than from a few times as many as it has features, spread evenly.
  std::vector<Index> chosen_samples(const Harvest& harvest) const {
    const Index count = harvest.size() - num_fitted_;
    const Index useful = num_useful(count, features_->num_features());
    if (useful == count) return {};
    std::vector<Index> chosen = evenly_spread(useful, count);
    for (Index& sample : chosen) sample += num_fitted_;
    return chosen;
  }

  /// w of the samples from `first` on.
  State weights(const Harvest& harvest, Index first, Index first_iteration) const {
    State result(harvest.size() - first);
    for (Index j = 0; j < result.size(); ++j) {
      const Index age = harvest.iterations()[static_cast<std::size_t>(first + j)] - first_iteration;
      result[j] = std::min(std::pow(options_.growth, static_cast<double>(age)), kMostWeight);
    }
    return result;
  }

  /// Samples with their weights, `block` at a time.
  void take_in(const StatesView& states, const StatesView& discrepancies, const State& new_weights, Index block,
               SliceExecutor& executor) {
    States coefficients;  // in the modes
    if (pod_) coefficients = pod_->append(discrepancies, executor);
    const StatesView outputs = pod_ ? StatesView(coefficients) : discrepancies;
    if (readout_) readout_->append_outputs(outputs.rows() - readout_->num_outputs());
    for (Index first = 0; first < states.cols(); first += block) {
      const Index count = std::min(block, states.cols() - first);
      const StateView block_weights = new_weights.segment(first, count);
      const States features = weighted_features(states.middleCols(first, count), block_weights, executor);
      if (!readout_) {  // minimum norm: fitted to all samples, and all outputs
        all_features_.extend(count) = features;
        all_targets_.extend(count) = discrepancies.middleCols(first, count) * block_weights.asDiagonal();
        continue;
      }
      States targets(outputs.rows(), count);
      for_each_column_block(executor, count, kRandnetBlock, [&](Index c, Index size) {
        targets.middleCols(c, size) = outputs.middleCols(first + c, size) * block_weights.segment(c, size).asDiagonal();
      });
      readout_->append(features, targets, executor);
    }
  }

  States weighted_features(const StatesView& states, const StateView& new_weights, SliceExecutor& executor) const {
    States features(features_->num_features(), states.cols());
    for_each_column_block(executor, states.cols(), kRandnetBlock, [&](Index first, Index size) {
      auto columns = features.middleCols(first, size);
      features_->evaluate(states.middleCols(first, size), columns);
      columns *= new_weights.segment(first, size).asDiagonal();
    });
    return features;
  }

  /// W.
  States solve(SliceExecutor& executor) const {
    if (readout_) return readout_->solve(executor);
    const StatesView targets = all_targets_.view();
    const States coefficients = pod_ ? States(pod_->modes().transpose() * targets) : States();
    return fit_readout(all_features_.view(), pod_ ? StatesView(coefficients) : targets, 0.0);
  }

  RandnetOptions options_;
  StateBounds bounds_;
  LayerData layer_;  ///< until `features_` has it
  std::shared_ptr<const RandomFeatures> features_;
  Index num_fitted_ = 0;
  std::optional<PodBasis> pod_;
  std::optional<RecursiveReadout> readout_;  ///< λ > 0
  Columns all_features_{0};                  ///< λ = 0: of all samples, and their discrepancies, weighted
  Columns all_targets_{0};
};

}  // namespace

std::unique_ptr<Corrector> make_randnet_corrector(const RandnetOptions& options, const StateBounds& bounds) {
  return std::make_unique<Randnet>(options, bounds);
}

double randnet_bytes(const RandnetOptions& options, Index dimension, double num_slices) {
  constexpr double number = sizeof(double);
  const RandnetOptions chosen = completed(options, dimension);
  const bool sketched = chosen.layer.sketch_size > 0 && chosen.layer.sketch_size < dimension;
  const Index coordinates = sketched ? chosen.layer.sketch_size : dimension;
  const Index products = chosen.layer.input_degree == 2 ? coordinates * (coordinates + 1) / 2 : 0;
  const Index num_features = chosen.layer.neurons + coordinates + products + 1;
  const auto features = static_cast<double>(num_features), inputs = static_cast<double>(coordinates + products);
  const auto outputs = static_cast<double>(std::min(dimension, chosen.rank)), length = static_cast<double>(dimension);
  const auto count = static_cast<Index>(num_slices);
  const Index useful = num_useful(count, num_features);
  const auto samples = static_cast<double>(useful < count ? std::min(kThinnedBlock, useful) : count);
  const double layer = static_cast<double>(chosen.layer.neurons) * inputs;
  const double fitted = features * (features + 3.0 * outputs);  // the factor, and the readout three times
  const double modes = dimension > chosen.rank ? 2.0 * length * outputs : 0.0;
  // Features, and again as rows beside targets, and panels of reflectors.
  const double batch = samples * (2.0 * (features + outputs) + 2.0 * kReadoutPanel);
  return number * (layer + fitted + modes + batch);
}

}  // namespace forerun
