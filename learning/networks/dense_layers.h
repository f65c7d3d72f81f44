#pragma once

#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Layers y = W x + b with tanh between them, none behind the last. A column is a sample. The weights of all layers are
/// one vector: of each layer W by columns, then b. Thread-safe; nothing is kept between calls.
class DenseLayers {
 public:
  /// sizes: inputs, widths of the hidden layers, outputs; at least two.
  explicit DenseLayers(std::vector<Index> sizes) : sizes_(std::move(sizes)) {}

  Index num_weights() const;
  Index num_inputs() const { return sizes_.front(); }
  Index num_outputs() const { return sizes_.back(); }

  /// What each layer was given, and the result behind them.
  std::vector<States> forward(const double* weights, const StatesView& inputs) const;
  /// Adds the gradient of a loss whose gradient with respect to the result is `slope`; returns the one with respect to
  /// the inputs.
  States backward(const double* weights, const std::vector<States>& passed, const StatesView& slope,
                  double* gradient) const;
  /// Uniform with variance 1/inputs of each layer; biases zero. Uses counters from `first` on, as many as weights.
  void draw(std::uint64_t seed, std::uint64_t first, double* weights) const;

 private:
  std::vector<Index> sizes_;
};

}  // namespace forerun
