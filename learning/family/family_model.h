#pragma once

#include <memory>

#include "learning/family/parameter_basis.h"
#include "learning/files/tensor_file.h"
#include "learning/training/harvest.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// What a family's runs, taken in one after another, say of F − G in the next, whose parameters lie in their box.
///
/// Deterministic, whatever the threads: the same runs in the same order give the same model.
/// Throws std::invalid_argument on mismatched dimensions and parameters outside of the box.
class FamilyModel {
 public:
  virtual ~FamilyModel() = default;

  virtual const ParameterBox& box() const = 0;
  Index num_runs() const { return num_runs_; }
  Index num_samples() const { return num_samples_; }

  /// Whether it looks at G(u), which the harvests should keep then.
  virtual bool looks_at_coarse() const { return false; }

  /// Takes in one more run.
  virtual void append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) = 0;
  /// m(·; θ) of the runs so far, as it is now; nullptr before the first run or where the fit is not finite.
  virtual std::shared_ptr<const Correction> at(const StateView& parameters) const = 0;
  /// The same as a model that a run's own learner can go on from, without signature; nullptr where there is none.
  virtual std::shared_ptr<LearnedModel> model_at(const StateView& /*parameters*/) const { return nullptr; }
  /// A copy that takes in more.
  virtual std::unique_ptr<FamilyModel> clone() const = 0;

  /// Columns of its readout.
  virtual Index num_features() const = 0;
  virtual Index num_neurons() const = 0;
  /// Fields × features, or outputs × features; empty before the first run.
  virtual const States& readout() const = 0;
  /// What other programs need beside the readout to evaluate it.
  virtual void describe(TensorFileWriter& writer) const = 0;

 protected:
  void count(Index samples) {
    ++num_runs_;
    num_samples_ += samples;
  }

 private:
  Index num_runs_ = 0;
  Index num_samples_ = 0;
};

}  // namespace forerun
