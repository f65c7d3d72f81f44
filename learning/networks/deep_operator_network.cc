#include <cmath>
#include <numbers>

#include "learning/networks/dense_layers.h"
#include "learning/networks/neural_operator.h"

namespace forerun {
namespace {

constexpr Index kHarmonics = 4;

/// What a point is to the trunk: of each axis s in [−1, 1], and cosines and sines of whole waves along it.
States point_inputs(const std::vector<Index>& mesh, Index points) {
  const Index each = 1 + 2 * kHarmonics;
  States all(each * static_cast<Index>(mesh.size()), points);
  for (Index i = 0; i < points; ++i) {
    Index rest = i;
    for (std::size_t axis = mesh.size(); axis-- > 0; rest /= mesh[axis]) {
      const Index first = each * static_cast<Index>(axis);
      const double part = static_cast<double>(rest % mesh[axis]) / static_cast<double>(mesh[axis]);
      all(first, i) = 2.0 * part - 1.0;
      for (Index k = 1; k <= kHarmonics; ++k) {
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(k) * part;
        all(first + 2 * k - 1, i) = std::cos(angle);
        all(first + 2 * k, i) = std::sin(angle);
      }
    }
  }
  return all;
}

std::vector<Index> sizes(Index inputs, const NeuralShape& shape, Index outputs) {
  std::vector<Index> all{inputs};
  all.insert(all.end(), static_cast<std::size_t>(shape.layers), shape.width);
  all.push_back(outputs);
  return all;
}

class DeepOperatorNetwork final : public NeuralOperator {
 public:
  explicit DeepOperatorNetwork(const NeuralShape& shape)
      : points_(shape.points()),
        fields_(shape.fields),
        basis_(shape.waves),
        at_points_(point_inputs(shape.mesh, points_)),
        branch_(sizes(points_ * fields_ + shape.inputs, shape, basis_)),
        trunk_(sizes(at_points_.rows(), shape, basis_ * fields_)) {}

  Index num_weights() const override { return branch_.num_weights() + trunk_.num_weights(); }

  double num_operations() const override {
    return static_cast<double>(branch_.num_weights() + points_ * (trunk_.num_weights() + fields_ * basis_));
  }

  State first_weights(std::uint64_t seed) const override {
    State weights(num_weights());
    branch_.draw(seed, 0, weights.data());
    trunk_.draw(seed, static_cast<std::uint64_t>(branch_.num_weights()), weights.data() + branch_.num_weights());
    return weights;
  }

  States changes(const State& weights, const StatesView& states, const StatesView& inputs) const override {
    const std::vector<States> branch = branch_.forward(weights.data(), joined(states, inputs));
    const std::vector<States> trunk = trunk_.forward(weights.data() + branch_.num_weights(), at_points_);
    return combined(branch.back(), trunk.back());
  }

  double add_gradient(const State& weights, const StatesView& states, const StatesView& inputs,
                      const StatesView& targets, State& gradient) const override {
    const double* trunk_weights = weights.data() + branch_.num_weights();
    const std::vector<States> branch = branch_.forward(weights.data(), joined(states, inputs));
    const std::vector<States> trunk = trunk_.forward(trunk_weights, at_points_);
    const States miss = combined(branch.back(), trunk.back()) - targets;
    States of_branch = States::Zero(basis_, states.cols()), of_trunk(trunk.back().rows(), points_);
    for (Index f = 0; f < fields_; ++f) {
      const auto part = miss.middleRows(f * points_, points_);
      of_branch.noalias() += 2.0 * trunk.back().middleRows(f * basis_, basis_) * part;
      of_trunk.middleRows(f * basis_, basis_).noalias() = 2.0 * branch.back() * part.transpose();
    }
    branch_.backward(weights.data(), branch, of_branch, gradient.data());
    trunk_.backward(trunk_weights, trunk, of_trunk, gradient.data() + branch_.num_weights());
    return miss.squaredNorm();
  }

 private:
  static States joined(const StatesView& states, const StatesView& inputs) {
    States all(states.rows() + inputs.rows(), states.cols());
    all.topRows(states.rows()) = states;
    all.bottomRows(inputs.rows()) = inputs;
    return all;
  }

  States combined(const States& branch, const States& trunk) const {
    States result(points_ * fields_, branch.cols());
    for (Index f = 0; f < fields_; ++f)
      result.middleRows(f * points_, points_).noalias() = trunk.middleRows(f * basis_, basis_).transpose() * branch;
    return result;
  }

  Index points_, fields_, basis_;
  States at_points_;
  DenseLayers branch_, trunk_;
};

}  // namespace

std::shared_ptr<const NeuralOperator> make_deep_operator_network(const NeuralShape& shape) {
  return std::make_shared<DeepOperatorNetwork>(shape);
}

}  // namespace forerun
