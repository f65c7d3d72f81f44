#pragma once

#include <memory>

#include "core/execution/slice_executor.h"
#include "learning/networks/operator_network.h"
#include "learning/networks/operator_options.h"

namespace forerun {

class TensorFile;

/// Random features on a periodic axis of n points, read out wave by wave:
///
///   v̂_k = û_k + Σ_m R_{k,m} φ̂_{m,k}(u, q),      k = 0 … n/2,
///
/// φ at each point: 1; the fields x; x q_j; products of two fields; and M random neurons
/// tanh(w · (x in a window of `reach` points to each side, q) + b). x are the fields scaled to [−1, 1] by what was
/// learned from. A shifted state gives a shifted result. Only R is fitted, by least squares with a ridge, an
/// independent system for each wave; the linear features alone are any equation that is linear with constant
/// coefficients.
///
/// Weights of a neuron: standard normal, times exp(−((j − c)/s)²/2) at the window's point j, then of length 1; for
/// inputs of standard deviation ½. Each neuron has its own s, log-uniform from 0.8 to reach/2 points, and its own c,
/// uniform up to reach/4 to either side: what is learned may be narrow or wide, and come from one side. Biases are
/// uniform in (−1, 1).
///
/// Cost of an evaluation: n² m + n M reach multiplications. Of a fit, for s samples: s (n² m + n m²) multiplications;
/// memory 8 n m² bytes. Source: A. Rahimi, B. Recht (2007) on random features; Z. Li et al., Fourier Neural Operator
/// (2021), of which this is one layer whose inner weights are not trained.
struct FourierOperatorData {
  Index points = 0;
  Index reach = 0;
  State centre, width;  ///< of each field: x = (u − centre)/width
  States weights;       ///< M × (fields (2 reach + 1) + p)
  State biases;         ///< M
  States readout;       ///< 2 fields (n/2 + 1) × m: for each field the real parts of R, then the imaginary ones

  Index fields() const { return centre.size(); }
  Index num_inputs() const { return weights.cols() - fields() * (2 * reach + 1); }
  Index num_waves() const { return points / 2 + 1; }
  Index num_features() const;
};

class FourierOperator final : public OperatorNetwork {
 public:
  explicit FourierOperator(FourierOperatorData data);

  std::string_view kind() const override { return "fourier"; }
  Index dimension() const override { return data_.points * data_.fields(); }
  Index num_inputs() const override { return data_.num_inputs(); }
  Index num_weights() const override { return data_.readout.size(); }
  double num_operations() const override;
  void evaluate(const StateView& start, const StateView& inputs, StateOut end) const override;
  void describe(TensorFileWriter& writer) const override;

  /// φ̂: 2 (n/2 + 1) × m, the real parts above the imaginary ones.
  States spectrum(const StateView& start, const StateView& inputs) const;
  /// The same of anything given at the points, a column each.
  States transformed(const StatesView& values) const;

 private:
  FourierOperatorData data_;
  States forward_;  ///< 2 (n/2 + 1) × n
  States inverse_;  ///< n × 2 (n/2 + 1)
};

/// Deterministic for any number of threads. `layout` has one periodic axis.
std::unique_ptr<const OperatorNetwork> fit_fourier_operator(const OperatorOptions& options, const StateLayout& layout,
                                                            const OperatorSamples& samples, SliceExecutor& executor);
/// Throws `ModelFileError` for parts that do not fit together.
std::unique_ptr<const OperatorNetwork> read_fourier_operator(const TensorFile& file);

}  // namespace forerun
