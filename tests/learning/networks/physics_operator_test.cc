#include "learning/networks/physics_operator.h"

#include <gmock/gmock.h>

#include <Eigen/QR>
#include <cmath>

#include "core/base/errors.h"
#include "learning/files/tensor_file.h"
#include "learning/networks/operator_file.h"
#include "learning/networks/operator_propagator.h"
#include "learning/networks/train_operator.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/core/temporary_directory.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using ::testing::HasSubstr;

constexpr Index kPoints = 20, kModes = 5;

/// Over a slice: diffusion with strength κ from 0.2 to 5, transport that loses no energy with strength ρ from −1 to 1,
/// and a source: in ‖·‖ nothing grows, so an error is at most the integral of the residual.
States sides_at(const StateView& inputs) {
  const double strength = 0.2 + 4.8 * 0.5 * (inputs[0] + 1.0);
  States sides = States::Zero(kModes, kModes + 1);
  for (Index i = 0; i < kModes; ++i) {
    sides(i, i) = -strength * static_cast<double>(i * i);
    if (i + 1 < kModes) {
      sides(i, i + 1) = inputs[1];
      sides(i + 1, i) = -inputs[1];
    }
    sides(i, kModes) = 0.3 * inputs[1] + 0.1 * static_cast<double>(i);
  }
  return sides;
}

EquationFamily family_for(const OperatorOptions& options) {
  const States random = random_matrix(kPoints, kModes, 3);
  EquationFamily family;
  family.modes = Eigen::HouseholderQR<States>(random).householderQ() * States::Identity(kPoints, kModes);
  family.inputs = physics_inputs(options, 2);
  for (Index i = 0; i < family.inputs.cols(); ++i) family.sides.push_back(sides_at(family.inputs.col(i)));
  return family;
}

/// The same over a part of the slice, which is what the network's time is.
States part_at(const StateView& inputs) { return sides_at(inputs) / 8.0; }

OperatorOptions with_neurons(Index neurons) {
  OperatorOptions options;
  options.kind = "pinn";
  options.neurons = neurons;
  options.ridge = 1e-13;
  return options;
}

std::shared_ptr<const PhysicsOperator> fitted(const OperatorOptions& options, int threads = 1) {
  return fit_physics_operator(options, family_for(options), *make_tbb_executor(threads));
}

const PhysicsOperator& usual() {
  static const auto network = fitted(with_neurons(160));
  return *network;
}

/// Φ(τ) of y(τ) = Φ [y_0; 1], by the series for e^{τM/1024} and squaring.
States exact_flow(double tau, const States& sides) {
  States matrix = States::Zero(kModes + 1, kModes + 1);
  matrix.topRows(kModes) = tau / 1024.0 * sides;
  States power = States::Identity(kModes + 1, kModes + 1), result = power;
  for (int k = 1; k <= 12; ++k) {
    power = power * matrix / static_cast<double>(k);
    result += power;
  }
  for (int k = 0; k < 10; ++k) result = result * result;
  return result.topRows(kModes);
}

States residual(const PhysicsOperator& network, double tau, const StateView& inputs) {
  const States sides = part_at(inputs);
  States result = network.slope(tau, inputs) - sides.leftCols(kModes) * network.flow(tau, inputs);
  result.col(kModes) -= sides.col(kModes);
  return result;
}

/// Over the slice, at these inputs.
double largest_residual(const PhysicsOperator& network, const StateView& inputs) {
  double largest = 0.0;
  for (int i = 0; i <= 40; ++i) largest = std::max(largest, residual(network, i / 40.0, inputs).norm());
  return largest;
}

State applied(const OperatorNetwork& network, const State& start, const State& inputs) {
  State end(network.dimension());
  network.evaluate(start, inputs, end);
  return end;
}

TEST(PhysicsOperator, SatisfiesTheEquationAtParametersThatItWasNotFittedTo) {
  const States unseen = random_matrix(2, 30, 17);
  for (Index i = 0; i < unseen.cols(); ++i)
    EXPECT_LT(largest_residual(usual(), unseen.col(i)), 5e-3 * part_at(unseen.col(i)).norm()) << unseen.col(i);
}

TEST(PhysicsOperator, IsAsFarFromTheExactSolutionAsItsResidualSays) {
  const States unseen = random_matrix(2, 30, 18);
  const State start = State::LinSpaced(kModes, 1.0, -1.0);
  for (Index i = 0; i < unseen.cols(); ++i) {
    const double bound = largest_residual(usual(), unseen.col(i));
    for (const double tau : {0.25, 0.5, 1.0}) {
      const States error = usual().flow(tau, unseen.col(i)) - exact_flow(tau, part_at(unseen.col(i)));
      EXPECT_LT(error.norm(), 1.1 * tau * bound + 1e-12) << unseen.col(i);
    }
    const States& modes = usual().data().modes;
    const States flow = exact_flow(1.0, sides_at(unseen.col(i)));
    const State exact = modes * (flow.leftCols(kModes) * start + flow.col(kModes));
    const double error = (applied(usual(), modes * start, unseen.col(i)) - exact).norm();
    EXPECT_LT(error, 8.0 * bound * (exact.norm() + start.norm() + 1.0)) << unseen.col(i);
    EXPECT_LT(error, 1e-3) << unseen.col(i);
  }
}

/// Rates from 1 to 10⁶ a slice: what is stiff is gone, as with the equation.
TEST(PhysicsOperator, DampsWhatIsStiff) {
  EquationFamily family{States::Identity(4, 4), States(0, 1), {States::Zero(4, 5)}};
  family.sides.front().diagonal() << -1.0, -100.0, -1e4, -1e6;
  const auto network = fit_physics_operator(with_neurons(1), family, *make_serial_executor());
  const State end = applied(*network, State::Ones(4), State(0));
  EXPECT_NEAR(end[0], std::exp(-1.0), 1e-8);
  EXPECT_LT(end.tail(3).cwiseAbs().maxCoeff(), 1e-2);
}

TEST(PhysicsOperator, HoldsTheInitialStateAndKnowsItsOwnDerivative) {
  const State inputs{{0.3, -0.6}};
  States identity = States::Zero(kModes, kModes + 1);
  identity.leftCols(kModes).setIdentity();
  EXPECT_EQ(usual().flow(0.0, inputs), identity);
  for (const double tau : {0.2, 0.9}) {
    const double h = 1e-5;
    const States quotient = (usual().flow(tau + h, inputs) - usual().flow(tau - h, inputs)) / (2.0 * h);
    EXPECT_LT((quotient - usual().slope(tau, inputs)).norm(), 1e-6 * usual().slope(tau, inputs).norm()) << tau;
  }
}

TEST(PhysicsOperator, IsAffineInTheStateAndBlindOutsideOfItsBasis) {
  const State inputs{{-0.2, 0.5}}, u = random_matrix(kPoints, 1, 4), w = random_matrix(kPoints, 1, 5);
  const State mixed = 0.3 * applied(usual(), u, inputs) + 0.7 * applied(usual(), w, inputs);
  EXPECT_LT((applied(usual(), 0.3 * u + 0.7 * w, inputs) - mixed).norm(), 1e-12 * mixed.norm());
  const States& modes = usual().data().modes;
  const State inside = modes * (modes.transpose() * u);
  EXPECT_LT((applied(usual(), u, inputs) - applied(usual(), inside, inputs)).norm(), 1e-12 * u.norm());
}

TEST(PhysicsOperator, GetsNearerToTheEquationWithMoreNeurons) {
  const States unseen = random_matrix(2, 20, 19);
  double last = 1e300;
  for (const Index neurons : {0, 10, 80}) {
    const auto network = fitted(with_neurons(neurons));
    double error = 0.0;
    for (Index i = 0; i < unseen.cols(); ++i)
      error = std::max(error, (network->flow(1.0, unseen.col(i)) - exact_flow(1.0, part_at(unseen.col(i)))).norm());
    EXPECT_LT(error, 0.5 * last) << neurons;
    last = error;
  }
}

TEST(PhysicsOperator, IsFittedToOneEquationWhereNothingVaries) {
  EquationFamily family = family_for(with_neurons(1));
  family.inputs = physics_inputs(with_neurons(40), 0);
  ASSERT_EQ(family.inputs.cols(), 1);
  family.sides.resize(1);
  const auto network = fit_physics_operator(with_neurons(40), family, *make_serial_executor());
  EXPECT_LT((network->flow(1.0, State(0)) - exact_flow(1.0, family.sides.front() / 8.0)).norm(), 1e-6);
}

TEST(PhysicsOperator, IsTheSameForAnyNumberOfThreadsAndAnotherForAnotherSeed) {
  const State inputs{{0.1, 0.7}};
  const States alone = fitted(with_neurons(10))->flow(1.0, inputs);
  for (const int threads : {2, 4}) EXPECT_EQ(fitted(with_neurons(10), threads)->flow(1.0, inputs), alone) << threads;
  OperatorOptions other = with_neurons(10);
  other.seed = 2;
  EXPECT_NE(fitted(other)->flow(1.0, inputs), alone);
}

TEST(PhysicsOperator, ObeysTheLawsOfPropagatorsOnSlicesOfItsLengthAndShorterOnes) {
  const std::shared_ptr<const OperatorNetwork> network = fitted(with_neurons(10));
  const State inputs{{0.1, 0.7}};
  const OperatorPropagator propagator(network, inputs, 0.25, 1);
  const States states = random_matrix(kPoints, 7, 6);
  conformance::expect_propagator_laws(propagator, TimeGrid(0.0, 1.0, 4), states.leftCols(4));
  conformance::expect_propagator_laws(propagator, TimeGrid(0.0, 1.0, 7), states);
  conformance::expect_propagator_laws(OperatorPropagator(network, inputs, 0.25, 2), TimeGrid(0.0, 2.0, 4),
                                      states.leftCols(4));
  EXPECT_THAT(propagator.defect({0, 0.0, 0.5}), HasSubstr("of length 0.25 or shorter, not of 0.5"));
}

/// The flow of an equation: two halves of a slice are the whole.
TEST(PhysicsOperator, CrossesASliceInPartsAsInOne) {
  const State inputs{{0.4, 0.7}}, start = random_matrix(kPoints, 1, 6);
  const std::shared_ptr<const OperatorNetwork> network = fitted(with_neurons(80));
  State whole(kPoints), half(kPoints), halves(kPoints);
  OperatorPropagator(network, inputs, 1.0, 1).propagate({0, 0.0, 1.0}, start, whole);
  const OperatorPropagator propagator(network, inputs, 1.0, 1);
  propagator.propagate({0, 0.0, 0.5}, start, half);
  propagator.propagate({1, 0.5, 1.0}, half, halves);
  EXPECT_LT((whole - halves).norm(), 1e-3 * start.norm());
  EXPECT_GT((whole - half).norm(), 1e-2 * start.norm());
}

TEST(PhysicsOperator, RefusesEquationsThatDoNotFitTogetherAndSamples) {
  EquationFamily family = family_for(with_neurons(1));
  family.sides.back()(0, 0) = std::nan("");
  EXPECT_THROW(fit_physics_operator(with_neurons(1), family, *make_serial_executor()), std::invalid_argument);
  family.sides.pop_back();
  EXPECT_THROW(fit_physics_operator(with_neurons(1), family, *make_serial_executor()), std::invalid_argument);
  const OperatorSamples samples{random_matrix(4, 9, 1), random_matrix(4, 9, 2), States(0, 9)};
  EXPECT_THROW(train_operator(with_neurons(1), default_layout(4), samples, *make_serial_executor()), ParameterError);
}

class PhysicsOperatorFile : public ::testing::Test {
 protected:
  std::filesystem::path write(PhysicsOperatorData data) const {
    TrainedOperator trained;
    trained.family.common = {"equations", {{"strike", "100"}}, kPoints, 0.1, "", "crank_nicolson x 20"};
    trained.family.box = {{"r", "sigma"}, State{{0.1, 0.1}}, State{{10.0, 1.0}}};
    trained.probe = trained.slope = State::Ones(kPoints);
    trained.network = std::make_shared<PhysicsOperator>(std::move(data));
    write_operator_file(directory_ / "network", trained);
    return directory_ / "network";
  }
  std::string complaint(PhysicsOperatorData data) const {
    const auto path = write(std::move(data));
    try {
      read_operator_file(path);
    } catch (const ModelFileError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryDirectory directory_;
  PhysicsOperatorData data_ = fitted(with_neurons(4))->data();
};

TEST_F(PhysicsOperatorFile, KeepsTheNetworkBitForBit) {
  const TrainedOperator read = read_operator_file(write(data_));
  EXPECT_EQ(read.network->kind(), "pinn");
  const State start = random_matrix(kPoints, 1, 6), inputs{{0.4, 0.7}};
  EXPECT_EQ(applied(*read.network, start, inputs), applied(PhysicsOperator(data_), start, inputs));
  State after(kPoints);
  read.network->over(0.3, inputs)->apply(start, after);
  State expected(kPoints);
  const PhysicsOperator network(data_);
  network.over(0.3, inputs)->apply(start, expected);
  EXPECT_EQ(after, expected);
}

TEST_F(PhysicsOperatorFile, RefusesPartsThatDoNotFitTogether) {
  EXPECT_EQ(complaint(data_), "");
  PhysicsOperatorData other = data_;
  other.readout.conservativeResize(other.readout.rows() - 1, Eigen::NoChange);
  EXPECT_THAT(complaint(other), HasSubstr("readout"));
  other = data_;
  other.time.centres.conservativeResize(3);
  EXPECT_THAT(complaint(other), HasSubstr("features of time"));
  other = data_;
  other.weights.conservativeResize(3, Eigen::NoChange);
  EXPECT_THAT(complaint(other), HasSubstr("neurons"));
  other = data_;
  other.parts = 0;
  EXPECT_THAT(complaint(other), HasSubstr("in 0 parts"));
  other = data_;
  other.biases[1] = std::nan("");
  EXPECT_THAT(complaint(other), HasSubstr("not finite"));
}

}  // namespace
}  // namespace forerun
