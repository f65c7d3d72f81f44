#include "learning/training/prior_trainer.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <new>
#include <numeric>
#include <span>
#include <vector>

#include "learning/numerics/column_blocks.h"
#include "learning/numerics/scratch.h"
#include "learning/training/shared_samples.h"
#include "learning/training/sum_of_corrections.h"

namespace forerun {
namespace {

constexpr Index kPriorBlock = 16;
/// Keeps the logarithm of what is exactly zero finite.
constexpr double kTiny = 1e-300;

}  // namespace

double mean_log_error(const Correction& correction, const Harvest& harvest, SliceExecutor& executor) {
  const std::vector<Index> held = harvest.held();
  std::vector<Slice> slices;
  for (const Index sample : held) slices.push_back(harvest.slice(sample));
  State logarithms(harvest.size());
  together(harvest.processes(), [&] {
    for_each_column_block(executor, std::ssize(held), kPriorBlock, [&](Index first, Index count) {
      thread_local Scratch memory;
      auto predicted = memory.matrix(harvest.dimension(), count);
      correction.evaluate_block(
          std::span(slices).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
          harvest.states().middleCols(first, count), columns_if_any(harvest.coarse(), first, count), predicted);
      for (Index c = 0; c < count; ++c) {
        const auto truth = harvest.discrepancies().col(first + c);
        logarithms[held[static_cast<std::size_t>(first + c)]] =
            std::log(((truth - predicted.col(c)).norm() + kTiny) / (truth.norm() + kTiny));
      }
    });
  });
  std::vector<Index> samples(static_cast<std::size_t>(harvest.size()));
  std::iota(samples.begin(), samples.end(), Index{0});
  share(harvest, samples, {logarithms.data(), samples.size()});
  return logarithms.size() > 0 && logarithms.allFinite() ? logarithms.mean() : std::numeric_limits<double>::infinity();
}

PriorTrainer::PriorTrainer(std::shared_ptr<const Correction> prior, Index dimension, CoarseTrainer* learner,
                           Refine refine, bool keeps_coarse)
    : prior_(std::move(prior)), learner_(learner), refine_(std::move(refine)), harvest_(dimension, keeps_coarse) {}

const Correction* PriorTrainer::initial_correction() {
  if (prior_) return prior_.get();
  return learner_ ? learner_->initial_correction() : nullptr;
}

const Correction* PriorTrainer::train(const SweepData& sweep, SliceExecutor& executor) {
  trouble_.clear();
  learner_serves_ = false;
  try {
    return learn(sweep, executor);
  } catch (const std::bad_alloc&) {
    trouble_ = "out of memory";
    if (sweep.processes) throw CannotGoOn{trouble_};
  } catch (const std::exception& error) {
    trouble_ = error.what();
  }
  return prior_.get();
}

const Correction* PriorTrainer::learn(const SweepData& sweep, SliceExecutor& executor) {
  keep_highest_level(sweep, executor);
  if (prior_ && !judged_ && harvest_.size() > 0) judge_prior(executor);
  sum_.reset();
  if (!learner_) return prior_.get();
  const Correction* learned =
      learner_->train(prior_ ? on_top_of(*prior_, sweep, residual_fine_, executor) : sweep, executor);
  learner_serves_ = learned != nullptr;
  if (!prior_ || !learned) return prior_ ? prior_.get() : learned;
  sum_ = std::make_unique<const SumOfCorrections>(*prior_, *learned);
  return sum_.get();
}

void PriorTrainer::keep_highest_level(const SweepData& sweep, SliceExecutor& executor) {
  if (sweep.levels.front() > level_) harvest_ = Harvest(harvest_.dimension(), harvest_.keeps_coarse());
  level_ = std::max(level_, sweep.levels.front());
  const auto end = std::find_if(sweep.levels.begin(), sweep.levels.end(), [&](Index level) { return level != level_; });
  const Index count = end - sweep.levels.begin();
  harvest_.append({.iteration = sweep.iteration,
                   .levels = sweep.levels.first(static_cast<std::size_t>(count)),
                   .slices = sweep.slices.first(static_cast<std::size_t>(count)),
                   .states = sweep.states.leftCols(count),
                   .fine = sweep.fine.leftCols(count),
                   .coarse = sweep.coarse.leftCols(count),
                   .is_true = sweep.is_true.first(sweep.is_true.empty() ? 0 : static_cast<std::size_t>(count)),
                   .depends_on_time = sweep.depends_on_time},
                  executor);
}

void PriorTrainer::judge_prior(SliceExecutor& executor) {
  judged_ = true;
  if (mean_log_error(*prior_, harvest_, executor) > log_error_to_serve) {
    prior_.reset();
    dropped_ = true;
  } else if (refine_) {
    if (auto refined = refine_(harvest_, executor)) prior_ = std::move(refined);
  }
}

std::string PriorTrainer::serving() const {
  const std::string learned = learner_serves_ ? learner_->serving() : "";
  if (!prior_) return learned.empty() ? "classic" : learned;
  return learned.empty() ? "family" : learned + " on family";
}

CorrectionErrors PriorTrainer::errors() const { return learner_ ? learner_->errors() : CorrectionErrors{}; }

}  // namespace forerun
