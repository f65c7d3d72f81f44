#include "learning/family/family_learner.h"

#include <algorithm>
#include <vector>

#include "core/parareal/state_guard.h"
#include "learning/family/kriging_family.h"
#include "learning/family/stencil_family.h"
#include "learning/training/prior_trainer.h"

namespace forerun {
namespace {

constexpr double kMargin = 0.2;
constexpr std::ptrdiff_t kNumTrials = 3;

}  // namespace

FamilyLearner::FamilyLearner(const FamilyOptions& options, const StateBounds& bounds, ParameterBox parameters,
                             const StateLayout& layout)
    : bounds_(bounds) {
  if (options.kind == "stencil") {
    network_ = std::make_unique<StencilFamily>(options, bounds, layout, std::move(parameters));
  } else if (options.kind == "kriging") {
    network_ = std::make_unique<KrigingFamily>(options, bounds, std::move(parameters));
  } else {
    network_ = std::make_unique<FamilyNetwork>(options, bounds, std::move(parameters));
  }
}

Harvest FamilyLearner::plausible(const Harvest& harvest) const {
  const StateGuard guard(bounds_, kMargin);
  std::vector<Index> sound;
  for (Index j = 0; j < harvest.size(); ++j)
    if (guard.admits(harvest.states().col(j))) sound.push_back(j);
  Harvest kept(harvest.dimension(), harvest.keeps_coarse());
  kept.append(harvest, sound);
  return kept;
}

void FamilyLearner::absorb(const StoreEntry& entry, SliceExecutor& executor) {
  const Harvest harvest = plausible(entry.harvest);
  if (harvest.size() == 0) return;
  if (const auto correction = network_->at(entry.parameters))
    log_errors_.push_back(mean_log_error(*correction, harvest, executor));
  network_->append(harvest, entry.parameters, executor);
}

bool FamilyLearner::serves() const {
  const auto num_trials = static_cast<std::ptrdiff_t>(log_errors_.size());
  return num_trials >= kNumTrials && std::all_of(log_errors_.end() - kNumTrials, log_errors_.end(),
                                                 [](double error) { return error <= log_error_to_serve; });
}

std::shared_ptr<const Correction> FamilyLearner::prior(const StateView& parameters) const {
  return serves() ? network_->at(parameters) : nullptr;
}

std::shared_ptr<LearnedModel> FamilyLearner::prior_model(const StateView& parameters) const {
  return serves() ? network_->model_at(parameters) : nullptr;
}

std::shared_ptr<const Correction> FamilyLearner::refined(const StateView& parameters, const Harvest& harvest,
                                                         SliceExecutor& executor) const {
  const Harvest samples = plausible(harvest);
  if (samples.size() == 0) return nullptr;
  const std::unique_ptr<FamilyModel> network = network_->clone();
  network->append(samples, parameters, executor);
  return network->at(parameters);
}

}  // namespace forerun
