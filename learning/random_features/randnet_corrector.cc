#include "learning/random_features/randnet_corrector.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "learning/numerics/column_blocks.h"
#include "learning/numerics/columns.h"
#include "learning/numerics/readout.h"
#include "learning/numerics/recursive_readout.h"
#include "learning/random_features/network_correction.h"
#include "learning/subspace/pod_basis.h"
#include "learning/training/input_spread.h"

namespace forerun {
namespace {

constexpr Index kFeatureBlock = 16;
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
    const Index count = harvest.size() - num_fitted_;
    const StatesView states = harvest.states().rightCols(count);
    const State new_weights = weights(harvest, num_fitted_);
    States features(features_->num_features(), count);
    for_each_column_block(executor, count, kFeatureBlock, [&](Index first, Index size) {
      auto block = features.middleCols(first, size);
      features_->evaluate(states.middleCols(first, size), block);
      block *= new_weights.segment(first, size).asDiagonal();
    });
    num_fitted_ = harvest.size();

    auto readout = std::make_shared<States>(fit_to(features, new_weights, harvest, executor));
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
    }
  }

  /// w of the samples from `first` on.
  State weights(const Harvest& harvest, Index first) const {
    State result(harvest.size() - first);
    const Index first_iteration = harvest.iterations().front();
    for (Index j = 0; j < result.size(); ++j) {
      const Index age = harvest.iterations()[static_cast<std::size_t>(first + j)] - first_iteration;
      result[j] = std::min(std::pow(options_.growth, static_cast<double>(age)), kMostWeight);
    }
    return result;
  }

  /// W after taking in the harvest's last samples, whose features are weighted.
  States fit_to(const States& features, const State& new_weights, const Harvest& harvest, SliceExecutor& executor) {
    const StatesView new_discrepancies = harvest.discrepancies().rightCols(features.cols());
    States coefficients;  // in the modes
    if (pod_) coefficients = pod_->append(new_discrepancies, executor);
    if (!readout_) return minimum_norm_readout(features, harvest);
    States targets(pod_ ? coefficients.rows() : dimension(), features.cols());
    for_each_column_block(executor, targets.cols(), kFeatureBlock, [&](Index first, Index size) {
      const auto weighted = new_weights.segment(first, size).asDiagonal();
      const StatesView source = pod_ ? StatesView(coefficients) : new_discrepancies;
      targets.middleCols(first, size) = source.middleCols(first, size) * weighted;
    });
    readout_->append_outputs(targets.rows() - readout_->num_outputs());
    readout_->append(features, targets, executor);
    return readout_->solve(executor);
  }

  States minimum_norm_readout(const States& new_features, const Harvest& harvest) {
    all_features_.extend(new_features.cols()) = new_features;
    const States targets = harvest.discrepancies() * weights(harvest, 0).asDiagonal();
    return fit_readout(all_features_.view(), pod_ ? States(pod_->modes().transpose() * targets) : targets, 0.0);
  }

  RandnetOptions options_;
  StateBounds bounds_;
  LayerData layer_;  ///< until `features_` has it
  std::shared_ptr<const RandomFeatures> features_;
  Index num_fitted_ = 0;
  std::optional<PodBasis> pod_;
  std::optional<RecursiveReadout> readout_;  ///< λ > 0
  Columns all_features_{0};                  ///< λ = 0
};

}  // namespace

std::unique_ptr<Corrector> make_randnet_corrector(const RandnetOptions& options, const StateBounds& bounds) {
  return std::make_unique<Randnet>(options, bounds);
}

}  // namespace forerun
