#pragma once

#include <memory>
#include <string>

#include "core/base/state_norm.h"
#include "learning/training/corrector.h"
#include "learning/training/guarded_corrector.h"
#include "learning/training/sample_pairs.h"

namespace forerun {

/// A candidate of a guard with its latest model and what has been seen of its predictions.
class Contender {
 public:
  explicit Contender(Candidate candidate) : candidate_(std::move(candidate)) { start(); }

  const std::string& name() const { return candidate_.name; }
  bool is_classic() const { return corrector_ == nullptr; }
  bool looks_at_coarse() const { return corrector_ && corrector_->looks_at_coarse(); }
  /// A layer's samples are made by each process of its own, so those of others are not to be had.
  SamplesNeeded samples_needed(Index num_slices) const {
    const SamplesNeeded needed = corrector_ ? corrector_->samples_needed(num_slices) : SamplesNeeded();
    return {.all = needed.all || (is_layer() && needed.near > 0), .near = needed.near};
  }
  std::vector<Index> needed_samples(const Harvest& harvest, std::span<const Index> slices) const {
    return corrector_ ? corrector_->needed_samples(harvest, slices) : std::vector<Index>();
  }
  bool is_by_slice() const { return candidate_.by_slice; }
  bool is_layer() const { return !candidate_.on.empty(); }
  const std::string& on() const { return candidate_.on; }
  const std::shared_ptr<const LearnedCorrection>& model() const { return model_; }
  bool can_serve() const { return is_classic() || model_ != nullptr; }

  /// A fit that throws or fails leaves no model, and a corrector that begins anew.
  void fit(const Harvest& harvest, SliceExecutor& executor);
  /// Of a layer: to what the candidate below has left.
  void fit_on(const std::shared_ptr<const LearnedCorrection>& below, const std::shared_ptr<const Harvest>& residual,
              SliceExecutor& executor);
  void clear() { model_.reset(); }
  void begin_from(const std::shared_ptr<const LearnedModel>& model);
  void prepare(SliceExecutor& executor) const;

  /// log e for one pair that is held, e as guarded_corrector.h says.
  double log_error(const Harvest& harvest, const SamplePair& pair, const StateNorm& norm) const;
  void add_score(double log_error);
  void inherit_scores(const Contender& predecessor);
  /// 0 before the first.
  double score() const { return weight_ > 0.0 ? total_ / weight_ : 0.0; }
  double latest_score() const { return latest_; }

 private:
  void start();

  Candidate candidate_;
  std::shared_ptr<const LearnedModel> beginning_;
  std::unique_ptr<Corrector> corrector_;
  std::shared_ptr<const LearnedCorrection> model_;
  double latest_ = 0.0;
  double total_ = 0.0;
  double weight_ = 0.0;
};

}  // namespace forerun
