#include "learning/networks/dense_layers.h"

#include <cmath>

#include "learning/numerics/kernels.h"
#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

constexpr std::uint64_t kLayerStream = 2;

}  // namespace

Index DenseLayers::num_weights() const {
  Index count = 0;
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) count += (sizes_[l] + 1) * sizes_[l + 1];
  return count;
}

std::vector<States> DenseLayers::forward(const double* weights, const StatesView& inputs) const {
  std::vector<States> passed{inputs};
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    const Eigen::Map<const States> matrix(weights, sizes_[l + 1], sizes_[l]);
    const Eigen::Map<const State> bias(weights + matrix.size(), sizes_[l + 1]);
    States next = bias.replicate(1, inputs.cols());
    next.noalias() += matrix * passed.back();
    if (l + 2 < sizes_.size()) replace_by_tanh(next.data(), next.size());
    passed.push_back(std::move(next));
    weights += matrix.size() + bias.size();
  }
  return passed;
}

States DenseLayers::backward(const double* weights, const std::vector<States>& passed, const StatesView& slope,
                             double* gradient) const {
  States back = slope;
  const double* end = weights + num_weights();
  double* gradient_end = gradient + num_weights();
  for (std::size_t l = sizes_.size() - 1; l-- > 0;) {
    const Index in = sizes_[l], out = sizes_[l + 1];
    end -= (in + 1) * out;
    gradient_end -= (in + 1) * out;
    if (l + 2 < sizes_.size()) back.array() *= 1.0 - passed[l + 1].array().square();
    Eigen::Map<States>(gradient_end, out, in).noalias() += back * passed[l].transpose();
    Eigen::Map<State>(gradient_end + in * out, out) += back.rowwise().sum();
    back = (Eigen::Map<const States>(end, out, in).transpose() * back).eval();
  }
  return back;
}

void DenseLayers::draw(std::uint64_t seed, std::uint64_t first, double* weights) const {
  const RandomStream stream(seed, kLayerStream);
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    const double range = std::sqrt(3.0 / static_cast<double>(sizes_[l]));
    for (Index i = 0; i < sizes_[l] * sizes_[l + 1]; ++i) *weights++ = range * stream.uniform(first++);
    for (Index i = 0; i < sizes_[l + 1]; ++i) *weights++ = 0.0;
  }
}

}  // namespace forerun
