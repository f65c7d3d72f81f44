#pragma once

#include <memory>

#include "core/base/state_norm.h"
#include "learning/family/family_model.h"
#include "learning/family/family_network.h"
#include "learning/numerics/normalizer.h"
#include "learning/subspace/pod_basis.h"

namespace forerun {

/// Kriging over all runs of a family: the discrepancy as a Gaussian process of the whole state and the parameters,
///
///   m(u; θ) = Σ_i w_i exp(−‖z(u, θ) − z_i‖²/(2 ℓ²)),      w = δ (K + η I)⁻¹,
///
/// a radial-basis network with a neuron at every sample that it keeps. z are the coordinates of the scaled state in the
/// main directions of all samples, and the parameters, of which one end of the range is as far from the other as
/// samples are apart; ℓ and η are the most likely ones (kriging_scale.h). What a family of few numbers goes through
/// (initial profiles, say) are a few-dimensional set of states, between whose samples this interpolates; a law of
/// neighbourhoods is not asked for, so it serves equations whose points depend on all others, too.
///
/// Of a run the newest samples of each slice are taken, 64 of them at most (and `samples_per_run`), and 1280 of all
/// runs, spread evenly. With n samples taking in a run costs n³/3 flops, an evaluation 2 (d + n)(r + q), r and q being
/// the directions of states and discrepancies; memory (2 d + n) n doubles.
/// Where the covariance is not positive definite η is raised. Deterministic. Throws std::invalid_argument for bad
/// options, too.
/// Source: C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning (2006), ch. 2.
class KrigingFamily final : public FamilyModel {
 public:
  static constexpr Index most_samples_a_run = 64;
  static constexpr Index most_samples = 1280;

  KrigingFamily(const FamilyOptions& options, const StateBounds& bounds, ParameterBox parameters);

  const ParameterBox& box() const override { return basis_.box(); }
  void append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) override;
  std::shared_ptr<const Correction> at(const StateView& parameters) const override;
  std::unique_ptr<FamilyModel> clone() const override { return std::make_unique<KrigingFamily>(*this); }

  Index num_features() const override { return states_.cols(); }
  Index num_neurons() const override { return states_.cols(); }
  /// w in the main directions of discrepancies, q × n.
  const States& readout() const override;
  /// Points z, what they are coordinates in, ℓ, and the directions of discrepancies.
  void describe(TensorFileWriter& writer) const override;

  /// All that an evaluation needs.
  struct Fit;

 private:
  /// How many.
  Index keep_samples(const Harvest& harvest, const StateView& parameters);
  States scaled(const States& physical) const;
  State parameter_coordinates(const StateView& parameters) const;
  States points(const Fit& fit, SliceExecutor& executor) const;

  FamilyOptions options_;
  Normalizer normalizer_;
  ParameterBasis basis_;
  PodBasis state_directions_;
  PodBasis discrepancy_directions_;
  States states_;         ///< that are kept, scaled
  States discrepancies_;  ///< of them, scaled
  States parameters_;     ///< of their runs, each in [−1, 1]
  std::shared_ptr<const Fit> fit_;
};

}  // namespace forerun
