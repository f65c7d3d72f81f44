#include "learning/networks/physics_flow.h"

#include <gmock/gmock.h>

#include <Eigen/QR>
#include <cmath>

#include "core/base/errors.h"
#include "learning/files/tensor_file.h"
#include "learning/networks/operator_file.h"
#include "learning/networks/operator_propagator.h"
#include "learning/networks/physics_operator.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/core/temporary_directory.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using ::testing::HasSubstr;

constexpr Index kPoints = 6;

/// Logistic growth y' = ρ y (1 − y), over slices of which the first coordinate's rate is 1 + q / 2, and a component
/// that follows it, w' = 2 (y² − w): both are known in closed form or nearly.
class Growth final : public FlowEquations {
 public:
  explicit Growth(States inputs) : inputs_(std::move(inputs)) {}

  static double rate(double input) { return 1.0 + 0.5 * input; }

  void evaluate(Index sample, const StateView& y, StateOut slope) const override {
    slope[0] = rate(inputs_(0, sample)) * y[0] * (1.0 - y[0]);
    slope[1] = 2.0 * (y[0] * y[0] - y[1]);
  }
  void differentiate(Index sample, const StateView& y, States& jacobian) const override {
    jacobian.resize(2, 2);
    jacobian << rate(inputs_(0, sample)) * (1.0 - 2.0 * y[0]), 0.0, 4.0 * y[0], -2.0;
  }

 private:
  States inputs_;
};

/// Orthonormal, of two coordinates.
States basis() {
  return Eigen::HouseholderQR<States>(random_matrix(kPoints, 2, 3)).householderQ() * States::Identity(kPoints, 2);
}

FlowSamples samples_of(Index count) {
  const States drawn = random_matrix(3, count, 7);  // in [−1, 1]
  FlowSamples samples{basis(), drawn.topRows(2), drawn.bottomRows(1)};
  samples.starts = 0.6 * samples.starts.array() + 0.6;
  return samples;
}

OperatorOptions with_neurons(Index neurons) {
  OperatorOptions options;
  options.kind = "pinn";
  options.neurons = neurons;
  options.parts = 4;
  return options;
}

PhysicsFlowFit fitted(const OperatorOptions& options, int threads = 1, Index count = 600) {
  FlowSamples samples = samples_of(count);
  const Growth equations(samples.inputs);
  return fit_physics_flow(options, std::move(samples), equations, *make_tbb_executor(threads));
}

const PhysicsFlow& usual() {
  static const PhysicsFlowFit fit = fitted(with_neurons(80));
  return *fit.network;
}

/// Classic Runge–Kutta steps of the equation over a part of the slice.
State exact(double length, const State& start, double input) {
  const Growth equations(States::Constant(1, 1, input));
  constexpr int steps = 400;
  const double h = length / steps;
  State y = start, k1(2), k2(2), k3(2), k4(2);
  for (int i = 0; i < steps; ++i) {
    equations.evaluate(0, y, k1);
    equations.evaluate(0, y + 0.5 * h * k1, k2);
    equations.evaluate(0, y + 0.5 * h * k2, k3);
    equations.evaluate(0, y + h * k3, k4);
    y += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
  }
  return y;
}

State applied(const OperatorNetwork& network, const State& start, const State& inputs) {
  State end(network.dimension());
  network.evaluate(start, inputs, end);
  return end;
}

/// States that no network was fitted at, at parameters likewise, whose ways stay among those that it was: y goes to 1
/// and w follows y², so from [0.1, 0.9]² neither leaves [0, 1.2].
FlowSamples unseen_samples(Index count) {
  const States drawn = random_matrix(3, count, 21);
  FlowSamples samples{basis(), drawn.topRows(2), drawn.bottomRows(1)};
  samples.starts = 0.4 * samples.starts.array() + 0.5;
  return samples;
}

double largest_error(const PhysicsFlow& network) {
  const FlowSamples unseen = unseen_samples(60);
  double largest = 0.0;
  for (Index s = 0; s < unseen.starts.cols(); ++s) {
    const State end = applied(network, unseen.modes * unseen.starts.col(s), unseen.inputs.col(s));
    const State expected = exact(1.0, unseen.starts.col(s), unseen.inputs(0, s));
    largest = std::max(largest, (unseen.modes.transpose() * end - expected).cwiseAbs().maxCoeff());
  }
  return largest;
}

TEST(PhysicsFlow, IsTheFlowOfAnEquationThatIsNotLinearAtStatesAndParametersItWasNotFittedTo) {
  EXPECT_LT(largest_error(usual()), 1e-3);  // of changes up to 0.5
}

TEST(PhysicsFlow, HoldsTheInitialStateExactlyAndKnowsItsOwnDerivative) {
  const State start{{0.3, 0.8}}, inputs{{-0.4}};
  EXPECT_EQ(usual().state_at(0.0, start, inputs), start);
  for (const double tau : {0.2, 0.9}) {
    const double h = 1e-5;
    const State quotient =
        (usual().state_at(tau + h, start, inputs) - usual().state_at(tau - h, start, inputs)) / (2.0 * h);
    const State slope = usual().slope_at(tau, start, inputs);
    EXPECT_LT((quotient - slope).norm(), 1e-6 * slope.norm()) << tau;
  }
}

/// dy/dτ − g(y(τ)) / parts, at times that are no points of the fit; g is up to 1.
TEST(PhysicsFlow, SatisfiesTheEquationWithinAPart) {
  const FlowSamples unseen = unseen_samples(20);
  const Growth equations(unseen.inputs);
  for (Index s = 0; s < unseen.starts.cols(); ++s) {
    for (const double tau : {0.1, 0.5, 0.97}) {
      State slope(2);
      equations.evaluate(s, usual().state_at(tau, unseen.starts.col(s), unseen.inputs.col(s)), slope);
      const State rest = usual().slope_at(tau, unseen.starts.col(s), unseen.inputs.col(s)) - slope / 4.0;
      EXPECT_LT(rest.cwiseAbs().maxCoeff(), 5e-4) << s << ", " << tau;
    }
  }
}

TEST(PhysicsFlow, ResidualAndErrorFallWithTheFeatures) {
  double last_residual = 1e300, last_error = 1e300;
  for (const Index neurons : {0, 20, 120}) {
    const PhysicsFlowFit fit = fitted(with_neurons(neurons));
    const double error = largest_error(*fit.network);
    EXPECT_LT(fit.residual, 0.5 * last_residual) << neurons;
    EXPECT_LT(error, 0.5 * last_error) << neurons;
    last_residual = fit.residual;
    last_error = error;
  }
}

TEST(PhysicsFlow, ErrorFallsWithShorterParts) {
  OperatorOptions once = with_neurons(40), often = with_neurons(40);
  once.parts = 1;
  often.parts = 8;
  EXPECT_LT(largest_error(*fitted(often).network), 0.2 * largest_error(*fitted(once).network));
}

/// u' = A u + b: one linear problem, and what the network that is affine in the state by construction is.
class AffineEquations final : public FlowEquations {
 public:
  explicit AffineEquations(States sides) : sides_(std::move(sides)) {}
  void evaluate(Index /*sample*/, const StateView& y, StateOut slope) const override {
    slope = sides_.leftCols(2) * y + sides_.col(2);
  }
  void differentiate(Index /*sample*/, const StateView& /*y*/, States& jacobian) const override {
    jacobian = sides_.leftCols(2);
  }

 private:
  States sides_;
};

/// What is affine in the state is a feature, so as far as features of time, the ridge and rounding go, on the states
/// that it was fitted at.
TEST(PhysicsFlow, OfALinearEquationItIsTheNetworkForThese) {
  const States sides{{-1.0, 2.0, 0.3}, {-2.0, -0.5, 0.1}};
  const OperatorOptions options = with_neurons(20);
  FlowSamples samples = samples_of(200);
  samples.inputs.resize(0, 200);
  const PhysicsFlowFit fit =
      fit_physics_flow(options, std::move(samples), AffineEquations(sides), *make_serial_executor());
  const auto affine = fit_physics_operator(options, {basis(), States(0, 1), {sides}}, *make_serial_executor());
  EXPECT_LE(fit.iterations, 4);
  const States starts = basis() * (0.6 + 0.6 * random_matrix(2, 10, 5).array()).matrix();
  for (Index s = 0; s < starts.cols(); ++s) {
    const State one = applied(*fit.network, starts.col(s), State(0)), other = applied(*affine, starts.col(s), State(0));
    EXPECT_LT((one - other).norm(), 1e-5 * starts.col(s).norm());
  }
}

/// y' = tanh(k (y − 0.6)), and a coordinate that rests.
class Steep final : public FlowEquations {
 public:
  explicit Steep(double slope) : slope_(slope) {}
  void evaluate(Index /*sample*/, const StateView& y, StateOut slope) const override {
    slope[0] = std::tanh(slope_ * (y[0] - 0.6));
    slope[1] = 0.0;
  }
  void differentiate(Index /*sample*/, const StateView& y, States& jacobian) const override {
    const double value = std::tanh(slope_ * (y[0] - 0.6));
    jacobian = States::Zero(2, 2);
    jacobian(0, 0) = slope_ * (1.0 - value * value);
  }

 private:
  double slope_;
};

/// Neurons are as steep as the equation asks for.
TEST(PhysicsFlow, TakesSteeperNeuronsForASteeperEquation) {
  const auto steepness = [](double slope) {
    FlowSamples samples = samples_of(600);
    samples.inputs.resize(0, 600);
    const auto fit = fit_physics_flow(with_neurons(20), std::move(samples), Steep(slope), *make_serial_executor());
    return fit.network->data().weights.cwiseAbs().maxCoeff();
  };
  EXPECT_LT(2.0 * steepness(0.5), steepness(8.0));
}

/// Rates up to 10⁴ a slice beside a slow one: what is stiff has gone to where the slow one holds it.
class StiffEquations final : public FlowEquations {
 public:
  void evaluate(Index /*sample*/, const StateView& y, StateOut slope) const override {
    slope[0] = -y[0] * y[0];
    slope[1] = -1e4 * (y[1] - y[0]);
  }
  void differentiate(Index /*sample*/, const StateView& y, States& jacobian) const override {
    jacobian.resize(2, 2);
    jacobian << -2.0 * y[0], 0.0, 1e4, -1e4;
  }
};

TEST(PhysicsFlow, DampsWhatIsStiff) {
  FlowSamples samples = samples_of(400);
  samples.inputs.resize(0, 400);
  OperatorOptions options = with_neurons(60);
  options.parts = 8;
  const PhysicsFlowFit fit = fit_physics_flow(options, std::move(samples), StiffEquations(), *make_serial_executor());
  const State start{{1.0, 0.2}};
  const State end = basis().transpose() * applied(*fit.network, basis() * start, State(0));
  EXPECT_NEAR(end[0], 0.5, 1e-3);
  EXPECT_NEAR(end[1], 0.5, 1e-2);
}

TEST(PhysicsFlow, IsTheSameForAnyNumberOfThreadsAndAnotherForAnotherSeed) {
  const States alone = fitted(with_neurons(10)).network->data().readout;
  for (const int threads : {2, 4}) EXPECT_EQ(fitted(with_neurons(10), threads).network->data().readout, alone);
  OperatorOptions other = with_neurons(10);
  other.seed = 2;
  EXPECT_NE(fitted(other).network->data().readout, alone);
}

TEST(PhysicsFlow, ObeysTheLawsOfPropagatorsOnSlicesOfItsLengthAndShorterOnes) {
  const std::shared_ptr<const OperatorNetwork> network(&usual(), [](const OperatorNetwork*) {});
  const OperatorPropagator propagator(network, State{{0.1}}, 0.25, 1);
  const States states = basis() * (0.5 + 0.4 * random_matrix(2, 7, 6).array()).matrix();
  conformance::expect_propagator_laws(propagator, TimeGrid(0.0, 1.0, 4), states.leftCols(4));
  conformance::expect_propagator_laws(propagator, TimeGrid(0.0, 1.0, 7), states);
}

TEST(PhysicsFlow, CrossesASliceInPartsAsInOne) {
  const std::shared_ptr<const OperatorNetwork> network(&usual(), [](const OperatorNetwork*) {});
  const State start = basis() * State{{0.3, 0.9}};
  State whole(kPoints), part(kPoints), parts(kPoints);
  const OperatorPropagator propagator(network, State{{0.6}}, 1.0, 1);
  propagator.propagate({0, 0.0, 1.0}, start, whole);
  propagator.propagate({0, 0.0, 0.3}, start, part);
  propagator.propagate({1, 0.3, 1.0}, part, parts);
  EXPECT_LT((whole - parts).norm(), 1e-4 * start.norm());
  EXPECT_GT((whole - part).norm(), 1e-2 * start.norm());
}

TEST(PhysicsFlow, RefusesSamplesThatDoNotFitTogetherAndWhereTheEquationIsNotFinite) {
  const auto fit = [](FlowSamples samples) {
    const Growth equations(samples.inputs);
    return fit_physics_flow(with_neurons(2), std::move(samples), equations, *make_serial_executor());
  };
  FlowSamples other = samples_of(9);
  other.starts.conservativeResize(Eigen::NoChange, 8);
  EXPECT_THROW(fit(other), std::invalid_argument);
  other = samples_of(9);
  other.starts(0, 3) = 1e200;
  EXPECT_THROW(fit(other), std::invalid_argument);
  other.starts(0, 3) = std::nan("");
  EXPECT_THROW(fit(other), std::invalid_argument);
}

class PhysicsFlowFile : public ::testing::Test {
 protected:
  std::filesystem::path write(PhysicsFlowData data) const {
    TrainedOperator trained;
    trained.family.common = {"equations", {{"strike", "100"}}, kPoints, 0.1, "", "rk4 x 20"};
    trained.family.box = {{"r"}, State{{0.1}}, State{{10.0}}};
    trained.probe = trained.slope = State::Ones(kPoints);
    trained.network = std::make_shared<PhysicsFlow>(std::move(data));
    write_operator_file(directory_ / "network", trained);
    return directory_ / "network";
  }
  std::string complaint(PhysicsFlowData data) const {
    const auto path = write(std::move(data));
    try {
      read_operator_file(path);
    } catch (const ModelFileError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryDirectory directory_;
  PhysicsFlowData data_ = fitted(with_neurons(4)).network->data();
};

TEST_F(PhysicsFlowFile, KeepsTheNetworkBitForBit) {
  const TrainedOperator read = read_operator_file(write(data_));
  EXPECT_EQ(read.network->kind(), "nonlinear_pinn");
  const State start = random_matrix(kPoints, 1, 6), inputs{{0.4}};
  EXPECT_EQ(applied(*read.network, start, inputs), applied(PhysicsFlow(data_), start, inputs));
}

TEST_F(PhysicsFlowFile, RefusesPartsThatDoNotFitTogether) {
  EXPECT_EQ(complaint(data_), "");
  PhysicsFlowData other = data_;
  other.readout.conservativeResize(other.readout.rows() - 1, Eigen::NoChange);
  EXPECT_THAT(complaint(other), HasSubstr("readout"));
  other = data_;
  other.time.centres.conservativeResize(3);
  EXPECT_THAT(complaint(other), HasSubstr("features of time"));
  other = data_;
  other.weights.conservativeResize(3, Eigen::NoChange);
  EXPECT_THAT(complaint(other), HasSubstr("neurons"));
  other = data_;
  other.weights.conservativeResize(Eigen::NoChange, 1);
  EXPECT_THAT(complaint(other), HasSubstr("neurons"));
  other = data_;
  other.parts = 0;
  EXPECT_THAT(complaint(other), HasSubstr("in 0 parts"));
  other = data_;
  other.products = 3;
  EXPECT_THAT(complaint(other), HasSubstr("multiplies"));
  other = data_;
  other.scale[1] = 0.0;
  EXPECT_THAT(complaint(other), HasSubstr("no scale"));
  other = data_;
  other.centre.conservativeResize(1);
  EXPECT_THAT(complaint(other), HasSubstr("no scale"));
  other = data_;
  other.readout(0, 0) = std::nan("");
  EXPECT_THAT(complaint(other), HasSubstr("not finite"));
}

/// Without neurons their matrix takes no bytes, whatever number of inputs it is for.
TEST_F(PhysicsFlowFile, RefusesMoreInputsThanProductsCanBeCountedOf) {
  for (const Index inputs : {Index{1} << 25, Index{1} << 33, Index{1} << 61}) {
    PhysicsFlowData other = data_;
    other.weights.resize(0, inputs);
    other.biases.resize(0);
    EXPECT_THAT(complaint(other), HasSubstr(std::to_string(inputs) + " coordinates and inputs")) << inputs;
  }
}

}  // namespace
}  // namespace forerun
