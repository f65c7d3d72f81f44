#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "learning/stencil/stencil_convolution.h"
#include "learning/stencil/stencil_features.h"
#include "learning/stencil/stencil_tangents.h"
#include "learning/training/corrector.h"

namespace forerun {

/// A trained network with weights shared over the mesh: m(u) at a point is W φ(u around the point), times its field's
/// width. Cost of an evaluation: points × features × (fields + what the features cost), and of what is linear in single
/// points, two flops a field and point that is looked at. Thread-safe.
///
/// Of slices that have been learned from it may know tangents, which take the network's place there (`add_tangents`);
/// what is written down is the network.
class StencilCorrection final : public LearnedCorrection {
 public:
  /// `readout` is W, fields × features; throws std::invalid_argument where it does not fit.
  StencilCorrection(std::shared_ptr<const StencilFeatures> features, StateLayout layout, const States& readout,
                    std::map<std::string, std::string> options, StateBounds bounds);

  /// On slices that have samples, what the network is to first order around the newest (stencil_tangents.h), where it
  /// can be differentiated.
  void add_tangents(const Harvest& harvest, SliceExecutor& executor);

  void evaluate(const Slice& slice, const StateView& state, const StateView& coarse, StateOut out) const override;
  /// Options: the recipe and the mesh in words; basis: middle and width of each field. Neurons are drawn again from the
  /// seed.
  void describe(LearnedModel& model) const override;

 private:
  std::shared_ptr<const StencilFeatures> features_;
  StateLayout layout_;
  States readout_;  ///< features × fields
  std::map<std::string, std::string> options_;
  StateBounds bounds_;
  std::vector<Index> points_;
  std::optional<StencilConvolution> convolution_;  ///< of what is linear in single points
  std::unique_ptr<const StencilTangents> tangents_;
};

/// The features of a network that `describe` has written, over another mesh of as many fields and axes; throws
/// std::invalid_argument for anything else.
std::shared_ptr<const StencilFeatures> described_features(const LearnedModel& model, const StateLayout& layout);

/// What `describe` has written, with the text of the mesh; throws std::invalid_argument for anything else.
std::unique_ptr<const Correction> make_stencil_correction(const LearnedModel& model, const std::string& mesh);

}  // namespace forerun
