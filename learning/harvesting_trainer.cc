#include "learning/harvesting_trainer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "learning/column_blocks.h"
#include "learning/prior_trainer.h"
#include "learning/scratch.h"
#include "learning/sum_of_corrections.h"

namespace forerun {
namespace {

constexpr Index kBlock = 16;

std::unique_ptr<const Correction> make_prior(const std::shared_ptr<const LearnedModel>& model,
                                             const ProblemSignature& signature) {
  if (!model) return nullptr;
  if (model->signature.problem != signature.problem || model->signature.dimension != signature.dimension)
    throw std::invalid_argument("trainer: the model was learned on another equation or dimension");
  return make_correction(model);
}

}  // namespace

HarvestingTrainer::HarvestingTrainer(CorrectorFactory make_corrector, ProblemSignature signature,
                                     std::shared_ptr<const LearnedModel> prior)
    : make_corrector_(std::move(make_corrector)),
      signature_(std::move(signature)),
      prior_model_(std::move(prior)),
      prior_(make_prior(prior_model_, signature_)),
      residual_prior_(prior_ && prior_model_->readout.size() > 0 ? prior_.get() : nullptr),
      corrector_(make_corrector_()),
      harvest_(signature_.dimension) {}

HarvestingTrainer::~HarvestingTrainer() = default;

const Correction* HarvestingTrainer::initial_correction() { return prior_.get(); }

const Correction* HarvestingTrainer::train(const SweepData& sweep, SliceExecutor& executor) {
  if (residual_prior_ && harvest_.size() == 0) judge_prior(sweep, executor);
  const SweepData seen = residual_prior_ ? on_top_of(*residual_prior_, sweep, residual_coarse_, executor) : sweep;
  if (seen.level != level_) start_level(seen, executor);
  sum_.reset();
  learned_.reset();
  harvest_.append(seen);
  learned_ = corrector_->fit(harvest_, executor);
  if (!residual_prior_) return learned_.get();
  if (!learned_) return residual_prior_;
  sum_ = std::make_unique<const SumOfCorrections>(*residual_prior_, *learned_);
  return sum_.get();
}

void HarvestingTrainer::judge_prior(const SweepData& sweep, SliceExecutor& executor) {
  const States discrepancies = sweep.fine - sweep.coarse;
  const bool misleads = mean_log_error(*residual_prior_, sweep.slices, sweep.states, discrepancies, executor) > 0.0;
  if (misleads) residual_prior_ = nullptr;
}

void HarvestingTrainer::start_level(const SweepData& sweep, SliceExecutor& executor) {
  level_ = sweep.level;
  level_iteration_ = sweep.iteration;
  corrector_ = make_corrector_();
  if (!learned_) {
    harvest_ = Harvest(signature_.dimension);
    return;
  }
  States biases = sweep.fine - sweep.coarse;
  for_each_column_block(executor, biases.cols(), kBlock, [&](Index first, Index count) {
    thread_local Scratch memory;
    auto known = memory.matrix(biases.rows(), count);
    learned_->evaluate_block(sweep.slices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                             sweep.states.middleCols(first, count), known);
    biases.middleCols(first, count) -= known;
  });
  std::vector<Index> slices;
  for (const Slice& slice : sweep.slices) slices.push_back(slice.index);
  harvest_.shift(slices, biases);
}

std::string HarvestingTrainer::serving() const {
  if (sum_) return corrector_->serving() + " on " + prior_model_->corrector;
  if (learned_) return corrector_->serving();
  const bool prior_serves = residual_prior_ != nullptr || (prior_ != nullptr && harvest_.size() == 0);
  return prior_serves ? prior_model_->corrector : "classic";
}

Harvest HarvestingTrainer::full_harvest() const {
  Harvest full(signature_.dimension);
  if (prior_model_ && prior_model_->signature == signature_) {
    const Harvest& old = prior_model_->harvest;
    full.append(old.states(), old.discrepancies(), old.slices(), old.iterations());
  }
  // Samples of cheaper levels were shifted, which is good enough to learn from and not to be kept as truths.
  const std::vector<Index>& all_iterations = harvest_.iterations();
  const auto first = std::lower_bound(all_iterations.begin(), all_iterations.end(), level_iteration_);
  const Index count = all_iterations.end() - first;
  const std::vector<Index> iterations(first, all_iterations.end());
  const std::vector<Index> slices(harvest_.slices().end() - count, harvest_.slices().end());
  const StatesView states = harvest_.states().rightCols(count);
  States discrepancies = harvest_.discrepancies().rightCols(count);
  if (residual_prior_) {
    std::vector<Slice> places(slices.size());
    for (std::size_t i = 0; i < slices.size(); ++i) places[i].index = slices[i];
    States known(states.rows(), count);
    residual_prior_->evaluate_block(places, states, known);
    discrepancies += known;
  }
  full.append(states, discrepancies, slices, iterations);
  return full;
}

LearnedModel HarvestingTrainer::learned_model(SliceExecutor& executor) const {
  if (harvest_.size() == 0) throw std::logic_error("trainer: nothing has been learned yet");
  LearnedModel model;
  model.harvest = full_harvest();
  const std::unique_ptr<Corrector> corrector = make_corrector_();
  const std::unique_ptr<const LearnedCorrection> refitted =
      prior_ || !learned_ || level_ > 0 ? corrector->fit(model.harvest, executor) : nullptr;
  const LearnedCorrection* correction = refitted ? refitted.get() : learned_.get();
  if (!correction) throw std::runtime_error("trainer: the fit failed");
  correction->describe(model);
  model.signature = signature_;
  return model;
}

}  // namespace forerun
