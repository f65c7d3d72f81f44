#pragma once

#include <memory>
#include <string_view>

#include "core/base/state.h"

namespace forerun {

class TensorFileWriter;

/// What an operator network learns from: what a solver made of states, a slice each.
struct OperatorSamples {
  States starts;  ///< d × n
  States ends;    ///< d × n
  States inputs;  ///< p × n: what varies besides the state, each scaled to [−1, 1]

  Index size() const { return starts.cols(); }
};

/// What a network makes of states over one length of time, its inputs being known. The network outlives it.
class StepMap {
 public:
  virtual ~StepMap() = default;
  virtual void apply(const StateView& start, StateOut end) const = 0;
};

/// A network that stands for a solver: the state at a slice's end from the one at its beginning,
///
///   v = N(u, q),      u, v of d components, q of p inputs in [−1, 1].
///
/// `evaluate` is const, thread-safe and deterministic, bit for bit. Immutable once trained.
class OperatorNetwork {
 public:
  virtual ~OperatorNetwork() = default;

  /// "fourier", "pod", "fno", "deeponet", "pinn"
  virtual std::string_view kind() const = 0;
  virtual Index dimension() const = 0;
  virtual Index num_inputs() const = 0;
  /// Numbers that were fitted.
  virtual Index num_weights() const = 0;
  /// Multiplications of one evaluation, about.
  virtual double num_operations() const = 0;
  virtual void evaluate(const StateView& start, const StateView& inputs, StateOut end) const = 0;
  /// The map over a part, in (0, 1], of the slice; nullptr of a network that knows slices as a whole only.
  virtual std::unique_ptr<const StepMap> over(double /*part*/, const StateView& /*inputs*/) const { return nullptr; }
  /// Adds all that it consists of; the network must outlive the writing.
  virtual void describe(TensorFileWriter& writer) const = 0;
};

}  // namespace forerun
