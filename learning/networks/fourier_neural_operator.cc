#include <cmath>
#include <numbers>

#include "learning/networks/neural_operator.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

constexpr std::uint64_t kFourierStream = 3;

/// Where the weights of each part are: matrices act on rows, h W, of a point's channels.
struct Places {
  Index lift, lift_bias, layer, layer_size, project, project_bias, count;
  Index bias, waves;  ///< within a layer, behind A
};

class FourierNeuralOperator final : public NeuralOperator {
 public:
  explicit FourierNeuralOperator(const NeuralShape& shape)
      : shape_(shape), n_(shape.mesh.front()), channels_(shape.fields + shape.inputs), width_(shape.width) {
    const Index square = width_ * width_;
    places_.lift = 0;
    places_.lift_bias = channels_ * width_;
    places_.layer = places_.lift_bias + width_;
    places_.bias = square;
    places_.waves = square + width_;
    places_.layer_size = places_.waves + 2 * shape.waves * square;
    places_.project = places_.layer + shape.layers * places_.layer_size;
    places_.project_bias = places_.project + width_ * shape.fields;
    places_.count = places_.project_bias + shape.fields;
    make_transforms();
  }

  Index num_weights() const override { return places_.count; }

  double num_operations() const override {
    const auto layer = static_cast<double>(width_ * (n_ * width_ + 4 * n_ * shape_.waves) + places_.layer_size * 2);
    return static_cast<double>(n_ * width_ * (channels_ + shape_.fields)) + static_cast<double>(shape_.layers) * layer;
  }

  State first_weights(std::uint64_t seed) const override {
    const RandomStream stream(seed, kFourierStream);
    State weights(places_.count);
    for (Index i = 0; i < places_.count; ++i) weights[i] = stream.uniform(static_cast<std::uint64_t>(i));
    weights.head(places_.layer) *= std::sqrt(3.0 / static_cast<double>(channels_));
    const double range = std::sqrt(1.5 / static_cast<double>(width_));
    weights.segment(places_.layer, places_.count - places_.layer) *= range;
    for (Index l = 0; l < shape_.layers; ++l) {
      const Index at = places_.layer + l * places_.layer_size;
      weights.segment(at + places_.bias, width_).setZero();
      weights.segment(at + places_.waves, places_.layer_size - places_.waves) *= std::numbers::sqrt2 / 2.0;
    }
    weights.segment(places_.project_bias, shape_.fields).setZero();
    return weights;
  }

  States changes(const State& weights, const StatesView& states, const StatesView& inputs) const override {
    States result(states.rows(), states.cols());
    for (Index s = 0; s < states.cols(); ++s)
      result.col(s) = projected(weights, forward(weights, states.col(s), inputs.col(s)).back()).reshaped();
    return result;
  }

  double add_gradient(const State& weights, const StatesView& states, const StatesView& inputs,
                      const StatesView& targets, State& gradient) const override {
    double loss = 0.0;
    for (Index s = 0; s < states.cols(); ++s) {
      const std::vector<States> passed = forward(weights, states.col(s), inputs.col(s));
      const States miss = projected(weights, passed.back()) -
                          States(Eigen::Map<const States>(targets.col(s).data(), n_, shape_.fields));
      loss += miss.squaredNorm();
      backward(weights, passed, 2.0 * miss, gradient);
    }
    return loss;
  }

 private:
  using Matrix = Eigen::Map<const States>;

  Matrix matrix(const State& weights, Index at, Index rows, Index cols) const {
    return {weights.data() + at, rows, cols};
  }
  Eigen::Map<States> matrix(State& weights, Index at, Index rows, Index cols) const {
    return {weights.data() + at, rows, cols};
  }

  void make_transforms() {
    const Index waves = shape_.waves;
    forward_.resize(2 * waves, n_);
    for (Index k = 0; k < waves; ++k) {
      for (Index i = 0; i < n_; ++i) {
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(k * i % n_) / static_cast<double>(n_);
        forward_(k, i) = std::cos(angle);
        forward_(waves + k, i) = -std::sin(angle);
      }
    }
    inverse_ = forward_.transpose() * (2.0 / static_cast<double>(n_));
    for (Index k = 0; k < waves; ++k) {
      if (k != 0 && 2 * k != n_) continue;
      inverse_.col(k) *= 0.5;
      inverse_.col(waves + k) *= 0.5;
    }
  }

  States projected(const State& weights, const States& hidden) const {
    States result = hidden * matrix(weights, places_.project, width_, shape_.fields);
    result.rowwise() += weights.segment(places_.project_bias, shape_.fields).transpose();
    return result;
  }

  /// [x, q]; then for each layer F h and h of the next; the last h at the end.
  std::vector<States> forward(const State& weights, const StateView& state, const StateView& inputs) const {
    States all(n_, channels_);
    all.leftCols(shape_.fields) = Eigen::Map<const States>(state.data(), n_, shape_.fields);
    for (Index j = 0; j < shape_.inputs; ++j) all.col(shape_.fields + j).setConstant(inputs[j]);
    States hidden = all * matrix(weights, places_.lift, channels_, width_);
    hidden.rowwise() += weights.segment(places_.lift_bias, width_).transpose();
    std::vector<States> passed{std::move(all), hidden};
    for (Index l = 0; l < shape_.layers; ++l) {
      const Index at = places_.layer + l * places_.layer_size;
      States spectrum = forward_ * hidden;
      States next = hidden * matrix(weights, at, width_, width_);
      next.noalias() += inverse_ * mixed(weights, at + places_.waves, spectrum);
      next.rowwise() += weights.segment(at + places_.bias, width_).transpose();
      replace_by_tanh(next.data(), next.size());
      passed.push_back(std::move(spectrum));
      passed.push_back(next);
      hidden = std::move(next);
    }
    return passed;
  }

  States mixed(const State& weights, Index at, const States& spectrum) const {
    const Index waves = shape_.waves, square = width_ * width_;
    States result(2 * waves, width_);
    for (Index k = 0; k < waves; ++k) {
      const Matrix re = matrix(weights, at + 2 * k * square, width_, width_);
      const Matrix im = matrix(weights, at + (2 * k + 1) * square, width_, width_);
      result.row(k) = spectrum.row(k) * re - spectrum.row(waves + k) * im;
      result.row(waves + k) = spectrum.row(k) * im + spectrum.row(waves + k) * re;
    }
    return result;
  }

  /// The adjoint of `mixed`: the slope with respect to the spectrum; the one with respect to R is added.
  States unmixed(const State& weights, Index at, const States& spectrum, const States& slope, State& gradient) const {
    const Index waves = shape_.waves, square = width_ * width_;
    States back(2 * waves, width_);
    for (Index k = 0; k < waves; ++k) {
      const Matrix re = matrix(weights, at + 2 * k * square, width_, width_);
      const Matrix im = matrix(weights, at + (2 * k + 1) * square, width_, width_);
      const auto h_re = spectrum.row(k), h_im = spectrum.row(waves + k);
      const auto s_re = slope.row(k), s_im = slope.row(waves + k);
      back.row(k) = s_re * re.transpose() + s_im * im.transpose();
      back.row(waves + k) = s_im * re.transpose() - s_re * im.transpose();
      matrix(gradient, at + 2 * k * square, width_, width_) += h_re.transpose() * s_re + h_im.transpose() * s_im;
      matrix(gradient, at + (2 * k + 1) * square, width_, width_) += h_re.transpose() * s_im - h_im.transpose() * s_re;
    }
    return back;
  }

  void backward(const State& weights, const std::vector<States>& passed, const States& slope, State& gradient) const {
    matrix(gradient, places_.project, width_, shape_.fields).noalias() += passed.back().transpose() * slope;
    gradient.segment(places_.project_bias, shape_.fields) += slope.colwise().sum().transpose();
    States back = slope * matrix(weights, places_.project, width_, shape_.fields).transpose();
    for (Index l = shape_.layers; l-- > 0;) {
      const Index at = places_.layer + l * places_.layer_size;
      const auto first = static_cast<std::size_t>(1 + 2 * l);
      const States &before = passed[first], &spectrum = passed[first + 1], &after = passed[first + 2];
      back.array() *= 1.0 - after.array().square();
      matrix(gradient, at, width_, width_).noalias() += before.transpose() * back;
      gradient.segment(at + places_.bias, width_) += back.colwise().sum().transpose();
      const States waves = unmixed(weights, at + places_.waves, spectrum, inverse_.transpose() * back, gradient);
      States earlier = back * matrix(weights, at, width_, width_).transpose();
      earlier.noalias() += forward_.transpose() * waves;
      back = std::move(earlier);
    }
    matrix(gradient, places_.lift, channels_, width_).noalias() += passed.front().transpose() * back;
    gradient.segment(places_.lift_bias, width_) += back.colwise().sum().transpose();
  }

  NeuralShape shape_;
  Index n_, channels_, width_;
  Places places_{};
  States forward_, inverse_;  ///< 2 waves × n, n × 2 waves
};

}  // namespace

std::shared_ptr<const NeuralOperator> make_fourier_neural_operator(const NeuralShape& shape) {
  return std::make_shared<FourierNeuralOperator>(shape);
}

}  // namespace forerun
