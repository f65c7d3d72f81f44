#include "learning/training/harvesting_trainer.h"

#include <algorithm>
#include <exception>
#include <new>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/evenly_spread.h"
#include "learning/training/prior_trainer.h"
#include "learning/training/shared_samples.h"
#include "learning/training/sum_of_corrections.h"

namespace forerun {
namespace {

constexpr Index kKeptSamples =
    2;  // of a slice: the newest, around which predictions are made, and what it is held against

bool is_shared_over_the_mesh(const LearnedModel& model) { return model.corrector == "stencil"; }

/// Whether the errors that a model leaves can be learned. Those of a model without a readout jump. Those of one that is
/// shared over the mesh are noise: there the discrepancy itself is fitted anew.
bool leaves_something_to_learn(const LearnedModel& model) {
  return model.readout.size() > 0 && !is_shared_over_the_mesh(model);
}

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
      residual_prior_(prior_ && leaves_something_to_learn(*prior_model_) ? prior_.get() : nullptr),
      corrector_(new_corrector()),
      harvest_(signature_.dimension, corrector_->looks_at_coarse()) {}

HarvestingTrainer::~HarvestingTrainer() = default;

const Correction* HarvestingTrainer::initial_correction() {
  if (!has_trained_) return prior_.get();
  return carried_;
}

void HarvestingTrainer::next_window(SliceExecutor& executor) {
  begins_window_ = true;
  carried_ = residual_prior_;
  if (left_to_classic_ || harvest_.size() == 0) return;
  const bool thinned = thin_harvest();
  // The slices that come next will be dealt out as these were, and look at other samples.
  const auto num_slices = std::ssize(slice_levels_);
  const bool looks_at_others = corrector_->samples_needed(num_slices).near > 0;
  if (thinned) fetch(harvest_, *corrector_, 0);
  fetch(harvest_, *corrector_, num_slices);
  // A corrector that gave way to classic Parareal has a harvest that it was not fitted to.
  if (thinned || looks_at_others || (!learned_ && corrector_->gives_way_to_classic())) {
    sum_.reset();
    learned_.reset();
    if (thinned) renew_corrector();
    fit(executor);
    if (learned_ && residual_prior_) sum_ = std::make_unique<const SumOfCorrections>(*residual_prior_, *learned_);
  }
  if (learned_) carried_ = sum_ ? sum_.get() : static_cast<const Correction*>(learned_.get());
}

Index HarvestingTrainer::most_carried(Index num_slices, Index dimension) {
  constexpr Index few_numbers = 1 << 20;
  return std::max(2 * num_slices, std::min(Harvest::many_samples / 2, few_numbers / dimension));
}

bool HarvestingTrainer::thin_harvest() {
  const Index most = most_carried(static_cast<Index>(slice_levels_.size()), harvest_.dimension());
  if (harvest_.size() <= most) return false;
  keep(harvest_.newest(std::max<Index>(1, most / harvest_.by_slice().num_slices())));
  if (harvest_.size() > most) keep(evenly_spread(most, harvest_.size()));
  return true;
}

void HarvestingTrainer::begin_window(const SweepData& sweep, SliceExecutor& executor) {
  begins_window_ = false;
  const auto num_slices = static_cast<Index>(sweep.slices.size());
  first_slice_ = sweep.slices.front().index;
  window_owners_.assign(sweep.owners.begin(), sweep.owners.end());
  slice_levels_.assign(sweep.slices.size(), 0);
  if (!has_trained_ && !prior_ && corrector_->gives_way_to_classic())
    left_to_classic_ = leaves_to_classic(num_slices, sweep.states.rows(), sweep.fine_work);
  has_trained_ = true;
  if (!left_to_classic_ && num_slices > Harvest::many_samples) {
    harvest_.reserve(most_samples(num_slices));
    sample_levels_.reserve(static_cast<std::size_t>(most_samples(num_slices)));
  }
  if (learned_ && carried_ && misleads(*carried_, sweep, executor)) forget_all();
}

void HarvestingTrainer::forget_all() {
  sum_.reset();
  learned_.reset();
  corrector_ = new_corrector();
  harvest_ = Harvest(signature_.dimension, corrector_->looks_at_coarse());
  sample_levels_.clear();
}

const Correction* HarvestingTrainer::train(const SweepData& sweep, SliceExecutor& executor) {
  trouble_.clear();
  try {
    return learn(sweep, executor);
  } catch (const std::bad_alloc&) {
    trouble_ = "out of memory";
    if (sweep.processes) throw CannotGoOn{trouble_};
  } catch (const std::exception& error) {
    trouble_ = error.what();
  }
  sum_.reset();
  learned_.reset();
  renew_corrector();  // what the fit has left may be half done
  return residual_prior_;
}

const Correction* HarvestingTrainer::learn(const SweepData& sweep, SliceExecutor& executor) {
  if (begins_window_) begin_window(sweep, executor);
  if (left_to_classic_) return nullptr;
  if (prior_ && !dropped_prior_ && harvest_.size() == 0) judge_prior(sweep, executor);
  const SweepData seen = residual_prior_ ? on_top_of(*residual_prior_, sweep, residual_fine_, executor) : sweep;
  if (const std::vector<Index> climbed = climbed_columns(seen); !climbed.empty()) climb(climbed, seen, executor);
  sum_.reset();
  learned_.reset();
  append(seen, executor);
  if (harvest_.size() == 0) return residual_prior_;  // nothing true has been seen
  if (sweep.classic_will_do && corrector_->gives_way_to_classic()) return nullptr;
  fetch(harvest_, *corrector_, 0);
  fit(executor);
  if (learned_) together(harvest_.processes(), [&] { corrector_->prepare(executor); });
  if (!residual_prior_) return learned_.get();
  if (!learned_) return residual_prior_;
  sum_ = std::make_unique<const SumOfCorrections>(*residual_prior_, *learned_);
  return sum_.get();
}

/// Brings here what the next fit and its model look at for the slices that are each process's own, of the window or of
/// those so many behind it. Slices at rest are among them: they may climb.
void HarvestingTrainer::fetch(Harvest& harvest, const Corrector& corrector, Index offset) const {
  if (harvest.processes() == nullptr || corrector.samples_needed(std::ssize(window_owners_)).near == 0) return;
  harvest.fetch([&](int rank) {
    std::vector<Index> of_process;
    for (std::size_t j = 0; j < window_owners_.size(); ++j)
      if (window_owners_[j] == rank) of_process.push_back(first_slice_ + offset + static_cast<Index>(j));
    return corrector.needed_samples(harvest, of_process);
  });
}

void HarvestingTrainer::fit(SliceExecutor& executor) {
  together(harvest_.processes(), [&] { learned_ = corrector_->fit(harvest_, executor); });
}

std::unique_ptr<Corrector> HarvestingTrainer::new_corrector() const {
  auto corrector = make_corrector_();
  if (prior_ && !residual_prior_ && !dropped_prior_) corrector->begin_from(prior_model_);
  return corrector;
}

void HarvestingTrainer::judge_prior(const SweepData& sweep, SliceExecutor& executor) {
  if (prior_model_->readout.size() == 0 || !misleads(*prior_, sweep, executor)) return;
  dropped_prior_ = true;
  residual_prior_ = nullptr;
  corrector_ = new_corrector();
}

/// True if the correction is worse than none.
bool HarvestingTrainer::misleads(const Correction& correction, const SweepData& sweep, SliceExecutor& executor) {
  Harvest seen(sweep.states.rows(), true);
  seen.append(sweep, executor);
  return seen.size() > 0 && mean_log_error(correction, seen, executor) > 0.0;
}

std::vector<Index> HarvestingTrainer::climbed_columns(const SweepData& sweep) {
  std::vector<Index> columns;
  for (std::size_t j = 0; j < sweep.slices.size(); ++j) {
    const auto slice = static_cast<std::size_t>(sweep.slices[j].index - first_slice_);
    if (slice >= slice_levels_.size()) slice_levels_.resize(slice + 1, 0);
    if (!sweep.holds_true(j)) continue;  // it climbs when its fine solver has crossed it
    if (slice_levels_[slice] != sweep.levels[j]) columns.push_back(static_cast<Index>(j));
    slice_levels_[slice] = sweep.levels[j];
  }
  return columns;
}

void HarvestingTrainer::climb(const std::vector<Index>& columns, const SweepData& sweep, SliceExecutor& executor) {
  renew_corrector();
  std::vector<std::size_t> climbed;
  std::vector<Index> slices;
  for (const Index column : columns) {
    const auto j = static_cast<std::size_t>(column);
    if (!sweep.holds(j)) continue;
    climbed.push_back(j);
    slices.push_back(sweep.slices[j].index);
  }
  States biases(sweep.states.rows(), std::ssize(climbed));
  together(harvest_.processes(), [&] {
    executor.for_each(std::ssize(climbed), [&](Index i) {
      const std::size_t j = climbed[static_cast<std::size_t>(i)];
      const Slice& slice = sweep.slices[j];
      const Index column = sweep.column(j), sample = harvest_.by_slice().newest_of(slice.index, harvest_.size());
      biases.col(i).setZero();
      if (sample < 0) return;  // nothing to shift
      if (learned_) {
        learned_->evaluate(slice, sweep.states.col(column), sweep.coarse.col(column), biases.col(i));
      } else {
        biases.col(i) = harvest_.discrepancy(sample);
      }
      biases.col(i) = (sweep.fine.col(column) - sweep.coarse.col(column)) - biases.col(i);
    });
    harvest_.shift(slices, biases, executor);
  });
}

void HarvestingTrainer::append(const SweepData& sweep, SliceExecutor& executor) {
  const auto num_new = static_cast<Index>(sweep.slices.size());
  if (harvest_.size() + num_new > most_samples(static_cast<Index>(slice_levels_.size()))) forget_old_samples();
  harvest_.append(sweep, executor);
  for (std::size_t j = 0; j < sweep.levels.size(); ++j)
    if (sweep.holds_true(j)) sample_levels_.push_back(sweep.levels[j]);
}

void HarvestingTrainer::renew_corrector() {
  const std::unique_ptr<Corrector> predecessor = std::exchange(corrector_, new_corrector());
  corrector_->inherit(*predecessor);
}

void HarvestingTrainer::forget_old_samples() {
  renew_corrector();
  keep(harvest_.newest(kKeptSamples));
}

void HarvestingTrainer::keep(const std::vector<Index>& samples) {
  harvest_.keep(samples);
  for (std::size_t i = 0; i < samples.size(); ++i)
    sample_levels_[i] = sample_levels_[static_cast<std::size_t>(samples[i])];
  sample_levels_.resize(samples.size());
}

bool HarvestingTrainer::leaves_to_classic(Index num_slices, Index dimension, double fine_work) {
  return num_slices > Harvest::many_samples && fine_work > 1.0 &&
         fine_work * static_cast<double>(dimension) < learning_work;
}

double HarvestingTrainer::reserved_bytes(Index num_slices, double num_samples) {
  if (num_slices <= Harvest::many_samples) return 0.0;
  const double more = std::max(0.0, static_cast<double>(most_samples(num_slices)) - num_samples);
  return more * static_cast<double>(Harvest::index_bytes + static_cast<Index>(sizeof(Index)));
}

double HarvestingTrainer::bytes(Index dimension, double num_slices, double num_samples, double held) {
  constexpr double number = sizeof(double), index = sizeof(Index);
  const double noted = Harvest::index_bytes + index + (held < 1.0 ? Harvest::shared_bytes : 0.0);
  const double sample = held * 2.0 * number * static_cast<double>(dimension) + noted;
  return num_samples * sample + num_slices * 3.0 * index;  // where slices are found, and their levels
}

std::string HarvestingTrainer::serving() const {
  if (sum_) return corrector_->serving() + " on " + prior_model_->corrector;
  if (learned_) return corrector_->serving();
  const bool prior_serves = residual_prior_ != nullptr || (prior_ != nullptr && harvest_.size() == 0);
  return prior_serves ? prior_model_->corrector : "classic";
}

Harvest HarvestingTrainer::full_harvest() const {
  const bool goes_on = prior_model_ && prior_model_->signature == signature_ && prior_model_->harvest.size() > 0;
  Harvest full(signature_.dimension, harvest_.keeps_coarse() && (!goes_on || prior_model_->harvest.keeps_coarse()));
  full.set_depends_on_time(harvest_.depends_on_time());
  if (goes_on) {
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
  const States coarse = harvest_.keeps_coarse() ? States(harvest_.coarse()(Eigen::all, kept)) : States();
  States discrepancies(states.rows(), states.cols());
  residual_prior_->evaluate_block(slices, states, coarse, discrepancies);
  discrepancies += harvest_.discrepancies()(Eigen::all, kept);
  full.append(states, discrepancies, slices, iterations, coarse);
  return full;
}

LearnedModel HarvestingTrainer::learned_model(SliceExecutor& executor) const {
  if (left_to_classic_) throw std::runtime_error("so many slices, so cheap to cross, were left to classic Parareal");
  if (!has_trained_) throw std::logic_error("trainer: nothing has been learned yet");
  if (harvest_.size() == 0) throw std::runtime_error("no slice was crossed by both solvers");
  LearnedModel model;
  model.harvest = full_harvest();
  const std::unique_ptr<Corrector> corrector = new_corrector();
  std::unique_ptr<const LearnedCorrection> refitted;
  if (prior_ || !learned_ || model.harvest.size() != harvest_.size()) {
    fetch(model.harvest, *corrector, 0);
    together(model.harvest.processes(), [&] { refitted = corrector->fit(model.harvest, executor); });
  }
  const LearnedCorrection* correction = refitted ? refitted.get() : learned_.get();
  if (!correction) throw std::runtime_error("trainer: the fit failed");
  correction->describe(model);
  model.signature = signature_;
  // A next run begins from its readout: the states that it was learned from would be a thousand times as many numbers.
  if (is_shared_over_the_mesh(model)) {
    model.harvest = Harvest(signature_.dimension);
  } else if (model.harvest.processes()) {
    model.harvest = gathered_by_first(model.harvest);
  }
  return model;
}

}  // namespace forerun
