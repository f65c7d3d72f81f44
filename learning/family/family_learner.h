#pragma once

#include <memory>
#include <vector>

#include "core/base/state_layout.h"
#include "learning/family/family_network.h"
#include "learning/family/store.h"

namespace forerun {

/// Turns the entries of a store into priors for the next runs, and knows when not to.
///
/// A network serves a run only if it has earned it: before it takes an entry in, it predicts that entry's discrepancies
/// from its parameters, and the last three predictions must all have been worth having (`log_error_to_serve`). So a
/// network of too few runs, of contradicting or of random ones does not serve.
/// The network is one of patches (family_network.h), or one whose weights are shared over the runs' mesh
/// (stencil_family.h), or kriging of all their samples (kriging_family.h), as `FamilyOptions::kind` says.
/// Samples whose states are far out of the problem's bounds (early iterates of a bad run) are not learned from.
/// Deterministic: the same entries in the same order give the same priors. Throws as `FamilyNetwork` does.
class FamilyLearner {
 public:
  /// `layout` is that of the runs' states.
  FamilyLearner(const FamilyOptions& options, const StateBounds& bounds, ParameterBox parameters,
                const StateLayout& layout = {});

  void absorb(const StoreEntry& entry, SliceExecutor& executor);
  /// nullptr while the network has not earned to serve.
  std::shared_ptr<const Correction> prior(const StateView& parameters) const;
  /// The same as a model that a run's own learner goes on from; nullptr also where this kind of network has none.
  std::shared_ptr<LearnedModel> prior_model(const StateView& parameters) const;

  /// The prior of these parameters after taking in what their own run has found so far; the learner stays as it is.
  std::shared_ptr<const Correction> refined(const StateView& parameters, const Harvest& harvest,
                                            SliceExecutor& executor) const;

  const FamilyModel& network() const { return *network_; }
  /// `mean_log_error` of each entry but the first, before it was taken in.
  const std::vector<double>& log_errors() const { return log_errors_; }
  bool serves() const;

 private:
  Harvest plausible(const Harvest& harvest) const;

  StateBounds bounds_;
  std::unique_ptr<FamilyModel> network_;
  std::vector<double> log_errors_;
};

}  // namespace forerun
