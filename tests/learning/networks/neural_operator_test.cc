#include "learning/networks/neural_operator.h"

#include <gmock/gmock.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

#include "learning/networks/dense_layers.h"
#include "learning/networks/minimise.h"
#include "learning/networks/train_operator.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;

NeuralShape small_shape(const std::string& kind) {
  return {.kind = kind, .fields = 2, .mesh = {8}, .inputs = 1, .width = 3, .layers = 2, .waves = 5};
}

class EveryNeuralOperator : public ::testing::TestWithParam<std::string> {
 protected:
  const std::shared_ptr<const NeuralOperator> network_ = make_neural_operator(small_shape(GetParam()));
  const States states_ = random_matrix(16, 3, 1), inputs_ = random_matrix(1, 3, 2), targets_ = random_matrix(16, 3, 3);
};

/// (L(w + s e) − L(w − s e))/(2 s) of every weight.
TEST_P(EveryNeuralOperator, HasTheGradientThatDifferencesShow) {
  State weights = network_->first_weights(1) + 0.1 * random_matrix(network_->num_weights(), 1, 5).col(0);
  State gradient = State::Zero(weights.size()), unused = gradient;
  const double loss = network_->add_gradient(weights, states_, inputs_, targets_, gradient);
  EXPECT_NEAR(loss, (network_->changes(weights, states_, inputs_) - targets_).squaredNorm(), 1e-12 * loss);
  constexpr double step = 1e-5;
  for (Index i = 0; i < weights.size(); ++i) {
    const double here = weights[i];
    weights[i] = here + step;
    const double above = network_->add_gradient(weights, states_, inputs_, targets_, unused);
    weights[i] = here - step;
    const double below = network_->add_gradient(weights, states_, inputs_, targets_, unused);
    weights[i] = here;
    ASSERT_NEAR(gradient[i], (above - below) / (2.0 * step), 1e-6 * (1.0 + std::abs(gradient[i]))) << "weight " << i;
  }
}

TEST_P(EveryNeuralOperator, AddsGradientsOfSamplesToWhatIsThere) {
  const State weights = network_->first_weights(1);
  State together = State::Zero(weights.size()), apart = together;
  const double loss = network_->add_gradient(weights, states_, inputs_, targets_, together);
  double sum = 0.0;
  for (Index s = 0; s < 3; ++s)
    sum += network_->add_gradient(weights, states_.col(s), inputs_.col(s), targets_.col(s), apart);
  EXPECT_NEAR(sum, loss, 1e-12 * loss);
  EXPECT_LT((apart - together).norm(), 1e-12 * together.norm());
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryNeuralOperator, ::testing::Values("fno", "deeponet"),
                         [](const auto& kind) { return kind.param; });

TEST(FourierNeuralOperator, GivesAShiftedChangeForAShiftedState) {
  const auto network = make_neural_operator(small_shape("fno"));
  const State weights = network->first_weights(3), state = random_matrix(16, 1, 1), input = State::Constant(1, 0.4);
  const auto shifted = [](const State& u) {
    State moved(16);
    for (Index i = 0; i < 16; ++i) moved[i / 8 * 8 + (i + 3) % 8] = u[i];
    return moved;
  };
  const State change = network->changes(weights, state, input).col(0);
  EXPECT_LT((network->changes(weights, shifted(state), input).col(0) - shifted(change)).norm(), 1e-12 * change.norm());
}

/// Rosenbrock's valley, as the mean of two samples' losses.
TEST(Minimise, FindsTheEndOfACurvedValley) {
  const SampledLoss loss = [](const State& w, Index first, Index count, State& gradient) {
    gradient.setZero(2);
    double sum = 0.0;
    for (Index s = first; s < first + count; ++s) {
      const double a = s == 0 ? 10.0 * (w[1] - w[0] * w[0]) : 1.0 - w[0];
      gradient += s == 0 ? State{{-40.0 * a * w[0], 20.0 * a}} : State{{-2.0 * a, 0.0}};
      sum += a * a;
    }
    gradient /= static_cast<double>(count);
    return sum / static_cast<double>(count);
  };
  MinimiseOptions options;
  options.batch = 1;
  const Minimised found = minimise(loss, 2, State{{-1.2, 1.0}}, options);
  EXPECT_LT(found.loss, 1e-12);
  EXPECT_LT((found.weights - State::Ones(2)).norm(), 1e-5);
}

TEST(Minimise, NeverEndsHigherThanAdamDoesForMoreIterations) {
  const States a = random_matrix(30, 6, 1);
  const State b = random_matrix(30, 1, 2);
  const SampledLoss loss = [&](const State& w, Index first, Index count, State& gradient) {
    const State miss = a.middleRows(first, count) * w - b.segment(first, count);
    gradient = 2.0 * a.middleRows(first, count).transpose() * miss / static_cast<double>(count);
    return miss.squaredNorm() / static_cast<double>(count);
  };
  MinimiseOptions options;
  options.epochs = 3;
  double last = std::numeric_limits<double>::infinity();
  for (const Index iterations : {0, 1, 5, 50}) {
    options.iterations = iterations;
    const double reached = minimise(loss, 30, State::Zero(6), options).loss;
    EXPECT_LE(reached, last) << iterations;
    last = reached;
  }
  const State best = (a.transpose() * a).ldlt().solve(a.transpose() * b);
  EXPECT_NEAR(last, (a * best - b).squaredNorm() / 30.0, 1e-12);
}

/// A reaction at each point, which one layer of either kind nearly is.
TEST(NeuralOperators, LearnAReaction) {
  const StateLayout layout{{"u"}, {{"x", 12, -1.0, 1.0, AxisEnds::periodic}}};
  const auto samples = [](std::uint64_t seed) {
    const States waves = random_matrix(3, 200, seed);
    OperatorSamples all{States(12, 200), States(12, 200), States(0, 200)};
    for (Index s = 0; s < 200; ++s) {
      for (Index i = 0; i < 12; ++i) {
        const double x = 0.5235987755982988 * static_cast<double>(i);
        all.starts(i, s) = 0.4 * (waves(0, s) + waves(1, s) * std::cos(x) + waves(2, s) * std::sin(x));
      }
    }
    all.ends = all.starts.array() + 0.3 * (all.starts.array() - all.starts.array().cube());
    return all;
  };
  const auto serial = make_serial_executor();
  for (const char* kind : {"fno", "deeponet"}) {
    OperatorOptions options;
    options.kind = kind;
    options.width = 10;
    options.layers = 1;
    options.waves = 4;
    options.epochs = 30;
    options.iterations = 60;
    EXPECT_LT(relative_error(*train_operator(options, layout, samples(1), *serial), samples(2), *serial), 0.1) << kind;
  }
}

}  // namespace
}  // namespace forerun
