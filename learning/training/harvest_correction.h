#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/training/corrector.h"

namespace forerun {

/// The correction of a learner that predicts from harvested pairs themselves: its model is the layer and the harvest,
/// no readout. `Network` offers predict(slice, state, out) and features().
template <class Network>
class HarvestCorrection final : public LearnedCorrection {
 public:
  HarvestCorrection(std::shared_ptr<const Network> network, std::string corrector,
                    std::map<std::string, std::string> options)
      : network_(std::move(network)), corrector_(std::move(corrector)), options_(std::move(options)) {}

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    network_->predict(slice, state, out);
  }

  void describe(LearnedModel& model) const override {
    model.corrector = corrector_;
    model.options = options_;
    model.bounds = network_->features().normalizer().bounds();
    model.layer = network_->features().layer();
    model.readout.resize(0, 0);
    model.basis.resize(0, 0);
  }

 private:
  std::shared_ptr<const Network> network_;
  std::string corrector_;
  std::map<std::string, std::string> options_;
};

}  // namespace forerun
