#pragma once

#include <memory>
#include <vector>

#include "core/base/parameters.h"
#include "core/parareal/coarse_trainer.h"
#include "learning/family/family_model.h"
#include "learning/family/parameter_basis.h"
#include "learning/numerics/patches.h"
#include "learning/numerics/recursive_readout.h"
#include "learning/random_features/random_features.h"

namespace forerun {

struct FamilyOptions {
  std::string kind = "auto";  ///< "patches", "stencil", "kriging"; "auto": what goes with the runs' corrector
  LayerOptions layer;
  Index stencil = 0;             ///< of `Patches`; 0: states as a whole
  Index degree = 3;              ///< of the dependence on parameters
  double decay = 0.5;            ///< of its terms, see `ParameterBasis`
  double ridge = 1e-11;          ///< > 0, relative to the typical ‖φ‖²
  Index samples_per_run = 1500;  ///< patches taken from each run, at most

  /// The keys of a campaign's [network] section, and the options they stand for.
  static std::vector<ParameterSpec> parameter_specs();
  static FamilyOptions from_parameters(const Parameters& parameters);
};

/// P, how many features such a network is fitted with (see `FamilyNetwork`, which takes P² doubles), without making it.
/// Of one with weights shared over a mesh, about.
Index num_family_features(const FamilyOptions& options, const StateBounds& bounds, const ParameterBox& parameters);

/// One network for a family of runs, with the parameters θ of a run as inputs next to its states:
///
///   m(u; θ) = Σ_a p_a(θ) W_a φ(patch of u),      W = argmin Σ_samples ‖W (p ⊗ φ) − (F(u) − G(u))‖² + λ ‖W‖²,
///
/// patch by patch (patches.h), p of parameter_basis.h, φ of random_features.h. Because p and φ are multiplied, a run's
/// network is an ordinary one with the readout W(θ) = Σ_a p_a(θ) W_a: a prediction costs no more for the parameters.
///
/// Runs are taken in by `RecursiveReadout`, each with `samples_per_run` patches drawn from its harvest
/// by the seed and the run's place in the sequence: the cost of a run does not grow with their number. With P = |p| · M
/// features it is 2 samples P² + P² outputs flops; memory P² doubles.
/// Throws std::invalid_argument for bad options, too.
/// Sources: Gattiglio, Grigoryeva, Tamborrino (2024); Björck (1996), ch. 3.
class FamilyNetwork final : public FamilyModel {
 public:
  FamilyNetwork(const FamilyOptions& options, const StateBounds& bounds, ParameterBox parameters);

  const ParameterBox& box() const override { return basis_.box(); }
  void append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) override;
  std::shared_ptr<const Correction> at(const StateView& parameters) const override;
  std::unique_ptr<FamilyModel> clone() const override { return std::make_unique<FamilyNetwork>(*this); }

  Index num_features() const override { return readout_.num_features(); }
  Index num_neurons() const override { return features_->layer().biases.size(); }
  /// W = [W_0 W_1 …], num_outputs × (M |p|).
  const States& readout() const override { return solution_; }
  /// The layer and what its inputs are scaled by.
  void describe(TensorFileWriter& writer) const override;

 private:
  struct Samples {
    States inputs;
    States targets;
  };
  Samples draw_samples(const Harvest& harvest) const;

  Patches patches_;
  ParameterBasis basis_;
  std::shared_ptr<const RandomFeatures> features_;
  std::uint64_t seed_;
  Index samples_per_run_;
  RecursiveReadout readout_;
  States solution_;
};

}  // namespace forerun
