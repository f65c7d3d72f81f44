#pragma once

#include "core/base/state_layout.h"
#include "learning/family/family_network.h"
#include "learning/numerics/normal_readout.h"
#include "learning/stencil/stencil_correction.h"

namespace forerun {

/// One network with weights shared over the mesh for a family of runs (stencil_corrector.h), with the parameters θ of a
/// run as inputs next to what is around a point:
///
///   m(u; θ)(x) = Σ_a p_a(θ) W_a φ(u around x),
///
/// W fitted to all runs, their values and secants, p of parameter_basis.h. A run of parameters θ goes on from the
/// ordinary network with the readout Σ_a p_a(θ) W_a, as a run does from another's model.
///
/// What φ looks at is chosen from the first run, for runs to come (`RecipeUse::many_runs`). Of each run four values a
/// feature of φ are learned from, or `samples_per_run` where that is less, evenly spread over its samples and the mesh,
/// and as many secants. With P = |p| · M features taking in a run costs 2 samples P² + P³/3 flops; memory P² doubles.
/// Throws std::invalid_argument for a state without a mesh, for bad options, and where asked outside of the box, too.
class StencilFamily final : public FamilyModel {
 public:
  StencilFamily(const FamilyOptions& options, const StateBounds& bounds, const StateLayout& layout,
                ParameterBox parameters);

  const ParameterBox& box() const override { return basis_.box(); }
  bool looks_at_coarse() const override { return true; }
  void append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) override;
  std::shared_ptr<const Correction> at(const StateView& parameters) const override;
  std::shared_ptr<LearnedModel> model_at(const StateView& parameters) const override;
  std::unique_ptr<FamilyModel> clone() const override { return std::make_unique<StencilFamily>(*this); }

  Index num_features() const override { return readout_ ? readout_->num_features() : 0; }
  Index num_neurons() const override { return features_ ? features_->recipe().neurons : 0; }
  /// W = [W_0 W_1 …], fields × (M |p|), relative to the fields' widths.
  const States& readout() const override { return solution_; }
  /// Recipe and mesh in words, the seed of the neurons, and the fields' scale.
  void describe(TensorFileWriter& writer) const override;

 private:
  void begin(const Harvest& harvest, SliceExecutor& executor);
  States with_parameters(const States& features, const State& weights) const;
  StencilCorrection correction_at(const StateView& parameters) const;

  FamilyOptions options_;
  StateBounds bounds_;
  StateLayout layout_;
  ParameterBasis basis_;
  std::shared_ptr<const StencilFeatures> features_;
  States scale_;  ///< middle and width of each field, a row each
  std::optional<NormalReadout> readout_;
  States solution_;
};

}  // namespace forerun
