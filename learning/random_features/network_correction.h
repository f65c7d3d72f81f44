#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/random_features/random_features.h"
#include "learning/training/corrector.h"

namespace forerun {

/// A trained random-feature network: m(u) = W φ(u), or B (W φ(u)) where the outputs are compressed.
///
/// Shapes: W num_outputs × num_features, B d × num_outputs or empty. Cost of one evaluation: the features' and
/// num_outputs (num_features + d); blocks read W and B once for many states and give the same bits.
/// Throws std::invalid_argument where the shapes do not fit.
class NetworkCorrection final : public LearnedCorrection {
 public:
  NetworkCorrection(std::shared_ptr<const RandomFeatures> features, std::shared_ptr<const States> readout,
                    std::shared_ptr<const States> basis, std::map<std::string, std::string> options);

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override;
  void evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& /*coarse*/,
                      StatesOut out) const override;
  void describe(LearnedModel& model) const override;

 private:
  void predict(const StatesView& states, StatesOut out) const;

  std::shared_ptr<const RandomFeatures> features_;
  std::shared_ptr<const States> readout_;
  std::shared_ptr<const States> basis_;
  std::map<std::string, std::string> options_;
};

}  // namespace forerun
