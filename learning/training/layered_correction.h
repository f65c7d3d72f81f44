#pragma once

#include <memory>

#include "learning/training/corrector.h"
#include "learning/training/sum_of_corrections.h"

namespace forerun {

/// A layer's model with that of the candidate below it. What is written down is the latter.
class LayeredCorrection final : public LearnedCorrection {
 public:
  LayeredCorrection(std::shared_ptr<const LearnedCorrection> below, std::shared_ptr<const Harvest> residual,
                    std::shared_ptr<const LearnedCorrection> layer)
      : below_(std::move(below)), residual_(std::move(residual)), layer_(std::move(layer)), sum_(*below_, *layer_) {}

  void evaluate(const Slice& slice, const StateView& state, const StateView& coarse, StateOut out) const override {
    sum_.evaluate(slice, state, coarse, out);
  }
  void evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& coarse,
                      StatesOut out) const override {
    sum_.evaluate_block(slices, states, coarse, out);
  }
  void describe(LearnedModel& model) const override { below_->describe(model); }

 private:
  std::shared_ptr<const LearnedCorrection> below_;
  std::shared_ptr<const Harvest> residual_;  ///< the layer may refer to it
  std::shared_ptr<const LearnedCorrection> layer_;
  SumOfCorrections sum_;
};

/// What a model leaves of a harvest's discrepancies, in parallel: one evaluation a sample that is held.
std::shared_ptr<const Harvest> residual_of(const Harvest& harvest, const Correction& model, SliceExecutor& executor);

}  // namespace forerun
