#pragma once

#include <memory>

#include "core/execution/slice_executor.h"
#include "learning/networks/operator_network.h"
#include "learning/networks/operator_options.h"

namespace forerun {

class TensorFile;

/// Random features of a state's coordinates in the largest proper orthogonal modes B of what was learned from:
///
///   v = scale · B R φ(c, q),   c = Bᵀ u / scale,   φ = [1; c; q; c q_j; tanh(W [c; q] + b)].
///
/// Only R is fitted, by least squares with a ridge. Of a linear equation, whose states have few modes, c alone is
/// exact: `neurons = 0`. Whatever a state has outside of the modes is left out of the result.
///
/// Neurons' weights are uniform in (−g, g), g = 3 √(3/(r + p)), biases uniform in (−1, 1); `scale` is the largest
/// coordinate. Cost of an evaluation: 2 d r + (r + p)(M + r) multiplications. Of a fit: the modes of at most 400 states
/// (`PodBasis`) and `fit_readout`.
struct PodOperatorData {
  State scale = State::Ones(1);
  States modes;    ///< B, d × r
  States weights;  ///< M × (r + p)
  State biases;    ///< M
  States readout;  ///< r × features

  Index num_inputs() const { return weights.cols() - modes.cols(); }
  Index num_features() const;
};

class PodOperator final : public OperatorNetwork {
 public:
  explicit PodOperator(PodOperatorData data) : data_(std::move(data)) {}

  std::string_view kind() const override { return "pod"; }
  Index dimension() const override { return data_.modes.rows(); }
  Index num_inputs() const override { return data_.num_inputs(); }
  Index num_weights() const override { return data_.readout.size(); }
  double num_operations() const override;
  void evaluate(const StateView& start, const StateView& inputs, StateOut end) const override;
  void describe(TensorFileWriter& writer) const override;

  State coordinates(const StateView& state) const;
  /// φ
  State features(const StateView& coordinates, const StateView& inputs) const;

 private:
  PodOperatorData data_;
};

/// Deterministic for any number of threads.
std::unique_ptr<const OperatorNetwork> fit_pod_operator(const OperatorOptions& options, const OperatorSamples& samples,
                                                        SliceExecutor& executor);
/// Throws `ModelFileError` for parts that do not fit together.
std::unique_ptr<const OperatorNetwork> read_pod_operator(const TensorFile& file);

}  // namespace forerun
