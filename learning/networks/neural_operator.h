#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/execution/slice_executor.h"
#include "learning/networks/operator_network.h"
#include "learning/networks/operator_options.h"

namespace forerun {

class TensorFile;

/// How a network all of whose weights are trained is built.
struct NeuralShape {
  std::string kind;  ///< "fno", "deeponet"
  Index fields = 1;
  std::vector<Index> mesh;  ///< points of each axis; all have to be periodic for "fno", which takes one
  Index inputs = 0;
  Index width = 0;   ///< channels, neurons of a layer
  Index layers = 0;  ///< hidden ones
  Index waves = 0;   ///< fno: that are mixed; deeponet: functions of the basis

  Index points() const;
};

/// Its function, for weights that are given with each call. Columns are samples: states, scaled to about [−1, 1], and
/// their changes over a slice in a unit that makes them about 1. Thread-safe.
class NeuralOperator {
 public:
  virtual ~NeuralOperator() = default;
  virtual Index num_weights() const = 0;
  /// Multiplications for one sample.
  virtual double num_operations() const = 0;
  virtual State first_weights(std::uint64_t seed) const = 0;
  virtual States changes(const State& weights, const StatesView& states, const StatesView& inputs) const = 0;
  /// Σ ‖changes − targets‖² over the samples; its gradient is added to `gradient`.
  virtual double add_gradient(const State& weights, const StatesView& states, const StatesView& inputs,
                              const StatesView& targets, State& gradient) const = 0;
};

/// Fourier neural operator on one periodic axis (Z. Li et al., 2021): pointwise h_0 = P [x; q] + p, then `layers` of
///
///   h_{l+1} = tanh(A_l h_l + a_l + F⁻¹ R_l F h_l),      R_l a matrix of `width` channels for each of the first
///   `waves`,
///
/// and the change Q h_L + r at each point. A shifted state gives a shifted change.
std::shared_ptr<const NeuralOperator> make_fourier_neural_operator(const NeuralShape& shape);

/// DeepONet (L. Lu, P. Jin, G. E. Karniadakis, 2019): the change at point x is Σ_p b_p(u, q) t_p(x), with dense tanh
/// networks b (of the state and the inputs) and t (of a point), `waves` functions of each. Any mesh.
std::shared_ptr<const NeuralOperator> make_deep_operator_network(const NeuralShape& shape);

/// Either, as the kind says.
std::shared_ptr<const NeuralOperator> make_neural_operator(const NeuralShape& shape);

/// Adam, then L-BFGS (minimise.h), from random weights: `options.epochs` and `options.iterations`. Deterministic for
/// any number of threads: samples go in sixteen pieces, whose sums are added in their order.
std::unique_ptr<const OperatorNetwork> fit_neural_operator(const std::string& kind, const OperatorOptions& options,
                                                           const StateLayout& layout, const OperatorSamples& samples,
                                                           SliceExecutor& executor);
/// Throws `ModelFileError` for parts that do not fit together.
std::unique_ptr<const OperatorNetwork> read_neural_operator(const std::string& kind, const TensorFile& file);

}  // namespace forerun
