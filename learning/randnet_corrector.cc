#include "learning/randnet_corrector.h"

#include <optional>
#include <stdexcept>

#include "learning/column_blocks.h"
#include "learning/columns.h"
#include "learning/network_correction.h"
#include "learning/pod_basis.h"
#include "learning/readout.h"
#include "learning/recursive_readout.h"

namespace forerun {
namespace {

constexpr Index kFeatureBlock = 16;
constexpr double kPodTolerance = 1e-8;

class Randnet final : public Corrector {
 public:
  Randnet(const RandnetOptions& options, const StateBounds& bounds)
      : features_(std::make_shared<const RandomFeatures>(bounds, draw_layer(options.layer, bounds.lower.size()))),
        printed_(options.printed),
        ridge_(options.ridge * features_->typical_energy()),
        num_features_(features_->num_features()),
        all_features_(num_features_) {
    const Index dimension = features_->dimension();
    if (options.rank < 1) throw std::invalid_argument("randnet: the rank must be ≥ 1");
    if (dimension > options.rank) pod_.emplace(dimension, options.rank, kPodTolerance);
    if (ridge_ > 0) readout_.emplace(num_features_, pod_ ? 0 : dimension, ridge_);
  }

  std::string name() const override { return "randnet"; }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("randnet: the harvest is empty");
    if (harvest.size() < num_fitted_) throw std::invalid_argument("randnet: the harvest shrank");
    const Index count = harvest.size() - num_fitted_;
    const StatesView states = harvest.states().rightCols(count);
    States features(num_features_, count);
    for_each_column_block(executor, count, kFeatureBlock, [&](Index first, Index size) {
      features_->evaluate(states.middleCols(first, size), features.middleCols(first, size));
    });
    num_fitted_ = harvest.size();

    auto readout = std::make_shared<States>(fit_to(features, harvest, executor));
    if (!readout->allFinite()) return nullptr;
    auto basis = std::make_shared<const States>(pod_ ? pod_->modes() : States());
    return std::make_unique<const NetworkCorrection>(features_, std::move(readout), std::move(basis), printed_);
  }

 private:
  /// W after taking in the features of the harvest's last samples.
  States fit_to(const States& features, const Harvest& harvest, SliceExecutor& executor) {
    const StatesView discrepancies = harvest.discrepancies();
    if (!readout_) {
      all_features_.extend(features.cols()) = features;
      if (!pod_) return fit_readout(all_features_.view(), discrepancies, 0.0);
      pod_->append(discrepancies.rightCols(features.cols()), executor);
      return fit_readout(all_features_.view(), pod_->modes().transpose() * discrepancies, 0.0);
    }
    if (!pod_) {
      readout_->append(features, discrepancies.rightCols(features.cols()), executor);
    } else {
      const States targets = pod_->append(discrepancies.rightCols(features.cols()), executor);
      readout_->append_outputs(targets.rows() - readout_->num_outputs());
      readout_->append(features, targets, executor);
    }
    return readout_->solve(executor);
  }

  std::shared_ptr<const RandomFeatures> features_;
  std::map<std::string, std::string> printed_;
  double ridge_;
  Index num_features_;
  Index num_fitted_ = 0;
  std::optional<PodBasis> pod_;
  std::optional<RecursiveReadout> readout_;  ///< λ > 0
  Columns all_features_;                     ///< λ = 0
};

}  // namespace

std::unique_ptr<Corrector> make_randnet_corrector(const RandnetOptions& options, const StateBounds& bounds) {
  return std::make_unique<Randnet>(options, bounds);
}

}  // namespace forerun
