#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/propagation/propagator.h"
#include "learning/networks/operator_network.h"

namespace forerun {

/// A trained operator network as a solver: `steps` applications of it cross a slice, each over `length`.
///
/// Slices of another length are refused: `defect` says why, `propagate` throws `PropagationError`. A network that knows
/// time within its slice (`OperatorNetwork::over`) takes shorter ones. Deterministic, thread-safe.
class OperatorPropagator final : public Propagator {
 public:
  /// `inputs` are the network's, all in [−1, 1].
  OperatorPropagator(std::shared_ptr<const OperatorNetwork> network, State inputs, double length, Index steps);

  Index dimension() const override { return network_->dimension(); }
  /// In evaluations of a right-hand side, of which one takes about eight operations a component.
  double work_per_slice() const override;
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

  /// Empty where it can cross the slice.
  std::string defect(const Slice& slice) const;

 private:
  std::shared_ptr<const StepMap> map_over(double length) const;

  std::shared_ptr<const OperatorNetwork> network_;
  State inputs_;
  double length_;
  Index steps_;
  bool knows_time_;
  mutable std::mutex mutex_;
  mutable std::map<double, std::shared_ptr<const StepMap>> maps_;  ///< by the part of the slice; a few of them
};

}  // namespace forerun
