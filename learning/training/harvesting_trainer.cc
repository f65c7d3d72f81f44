#include "learning/training/harvesting_trainer.h"

#include <algorithm>
#include <exception>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "learning/training/prior_trainer.h"
#include "learning/training/sum_of_corrections.h"

namespace forerun {
namespace {

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
  trouble_.clear();
  try {
    return learn(sweep, executor);
  } catch (const std::exception& error) {
    trouble_ = error.what();
  }
  sum_.reset();
  learned_.reset();
  // What the fit has left may be half done.
  const std::unique_ptr<Corrector> predecessor = std::exchange(corrector_, make_corrector_());
  corrector_->inherit(*predecessor);
  return residual_prior_;
}

const Correction* HarvestingTrainer::learn(const SweepData& sweep, SliceExecutor& executor) {
  if (residual_prior_ && harvest_.size() == 0) judge_prior(sweep, executor);
  const SweepData seen = residual_prior_ ? on_top_of(*residual_prior_, sweep, residual_coarse_, executor) : sweep;
  if (const std::vector<Index> climbed = climbed_columns(seen); !climbed.empty()) climb(climbed, seen, executor);
  sum_.reset();
  learned_.reset();
  append(seen, executor);
  if (harvest_.size() == 0) return residual_prior_;  // nothing true has been seen
  if (sweep.classic_will_do && corrector_->gives_way_to_classic()) return nullptr;
  learned_ = corrector_->fit(harvest_, executor);
  if (!residual_prior_) return learned_.get();
  if (!learned_) return residual_prior_;
  sum_ = std::make_unique<const SumOfCorrections>(*residual_prior_, *learned_);
  return sum_.get();
}

void HarvestingTrainer::judge_prior(const SweepData& sweep, SliceExecutor& executor) {
  Harvest seen(signature_.dimension);
  seen.append(sweep, executor);
  if (seen.size() > 0 && mean_log_error(*residual_prior_, seen, executor) > 0.0) residual_prior_ = nullptr;
}

std::vector<Index> HarvestingTrainer::climbed_columns(const SweepData& sweep) {
  std::vector<Index> columns;
  for (std::size_t j = 0; j < sweep.slices.size(); ++j) {
    const auto slice = static_cast<std::size_t>(sweep.slices[j].index);
    if (slice >= slice_levels_.size()) slice_levels_.resize(slice + 1, 0);
    if (!sweep.holds_true(j)) continue;  // it climbs when its fine solver has crossed it
    if (slice_levels_[slice] != sweep.levels[j]) columns.push_back(static_cast<Index>(j));
    slice_levels_[slice] = sweep.levels[j];
  }
  return columns;
}

void HarvestingTrainer::climb(const std::vector<Index>& columns, const SweepData& sweep, SliceExecutor& executor) {
  const std::unique_ptr<Corrector> predecessor = std::exchange(corrector_, make_corrector_());
  corrector_->inherit(*predecessor);
  const auto num_columns = static_cast<Index>(columns.size());
  const std::vector<Index> newest = newest_samples();
  std::vector<Index> slices(columns.size());
  States biases(sweep.states.rows(), num_columns);
  executor.for_each(num_columns, [&](Index i) {
    const Index j = columns[static_cast<std::size_t>(i)];
    const Slice& slice = sweep.slices[static_cast<std::size_t>(j)];
    slices[static_cast<std::size_t>(i)] = slice.index;
    const Index sample = newest[static_cast<std::size_t>(slice.index)];
    biases.col(i).setZero();
    if (sample < 0) return;  // nothing to shift
    if (learned_) {
      learned_->evaluate(slice, sweep.states.col(j), biases.col(i));
    } else {
      biases.col(i) = harvest_.discrepancies().col(sample);
    }
    biases.col(i) = (sweep.fine.col(j) - sweep.coarse.col(j)) - biases.col(i);
  });
  harvest_.shift(slices, biases, executor);
}

std::vector<Index> HarvestingTrainer::newest_samples() const {
  std::vector<Index> newest(slice_levels_.size(), -1);
  for (std::size_t i = 0; i < sample_levels_.size(); ++i) {
    newest[static_cast<std::size_t>(harvest_.slices()[i])] = static_cast<Index>(i);
  }
  return newest;
}

void HarvestingTrainer::append(const SweepData& sweep, SliceExecutor& executor) {
  harvest_.append(sweep, executor);
  for (std::size_t j = 0; j < sweep.levels.size(); ++j)
    if (sweep.holds_true(j)) sample_levels_.push_back(sweep.levels[j]);
}

std::string HarvestingTrainer::serving() const {
  if (sum_) return corrector_->serving() + " on " + prior_model_->corrector;
  if (learned_) return corrector_->serving();
  const bool prior_serves = residual_prior_ != nullptr || (prior_ != nullptr && harvest_.size() == 0);
  return prior_serves ? prior_model_->corrector : "classic";
}

Harvest HarvestingTrainer::full_harvest() const {
  Harvest full(signature_.dimension);
  full.set_depends_on_time(harvest_.depends_on_time());
  if (prior_model_ && prior_model_->signature == signature_) {
    std::vector<Index> old(static_cast<std::size_t>(prior_model_->harvest.size()));
    std::iota(old.begin(), old.end(), 0);
    full.append(prior_model_->harvest, old);
  }
  // Samples of cheaper levels were shifted, which is good enough to learn from and not to be kept as truths.
  const Index top = *std::max_element(sample_levels_.begin(), sample_levels_.end());
  std::vector<Index> kept;
  for (std::size_t i = 0; i < sample_levels_.size(); ++i)
    if (sample_levels_[i] == top) kept.push_back(static_cast<Index>(i));
  if (!residual_prior_) {
    full.append(harvest_, kept);
    return full;
  }
  std::vector<Slice> slices;
  std::vector<Index> iterations;
  for (const Index i : kept) {
    slices.push_back(harvest_.slice(i));
    iterations.push_back(harvest_.iterations()[static_cast<std::size_t>(i)]);
  }
  const States states = harvest_.states()(Eigen::all, kept);
  States discrepancies(states.rows(), states.cols());
  residual_prior_->evaluate_block(slices, states, discrepancies);
  discrepancies += harvest_.discrepancies()(Eigen::all, kept);
  full.append(states, discrepancies, slices, iterations);
  return full;
}

LearnedModel HarvestingTrainer::learned_model(SliceExecutor& executor) const {
  if (harvest_.size() == 0) throw std::logic_error("trainer: nothing has been learned yet");
  LearnedModel model;
  model.harvest = full_harvest();
  const std::unique_ptr<Corrector> corrector = make_corrector_();
  const std::unique_ptr<const LearnedCorrection> refitted =
      prior_ || !learned_ || model.harvest.size() != harvest_.size() ? corrector->fit(model.harvest, executor)
                                                                     : nullptr;
  const LearnedCorrection* correction = refitted ? refitted.get() : learned_.get();
  if (!correction) throw std::runtime_error("trainer: the fit failed");
  correction->describe(model);
  model.signature = signature_;
  return model;
}

}  // namespace forerun
