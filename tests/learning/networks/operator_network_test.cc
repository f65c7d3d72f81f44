#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "core/base/errors.h"
#include "learning/files/tensor_file.h"
#include "learning/networks/fourier_operator.h"
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

constexpr Index kPoints = 24;

StateLayout periodic(Index points = kPoints) { return {{"u"}, {{"x", points, -1.0, 1.0, AxisEnds::periodic}}}; }

State shifted(const State& state, Index by) {
  State moved(state.size());
  const Index n = state.size();
  for (Index i = 0; i < n; ++i) moved[((i + by) % n + n) % n] = state[i];
  return moved;
}

/// Sums of a few waves of random size.
States smooth_states(Index points, Index count, std::uint64_t seed) {
  const States sizes = random_matrix(7, count, seed);
  States states(points, count);
  for (Index s = 0; s < count; ++s) {
    for (Index i = 0; i < points; ++i) {
      const double x = 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(points);
      states(i, s) = 0.3 * sizes(0, s);
      for (Index k = 1; k <= 3; ++k) {
        const double wave = static_cast<double>(k) * x;
        states(i, s) += 0.3 * (sizes(k, s) * std::cos(wave) + sizes(k + 3, s) * std::sin(wave));
      }
    }
  }
  return states;
}

/// Diffusion, transport to the right and a reaction with strength (2 + q)/10 after them: nothing that a linear map is.
State crossed(const State& u, double q) {
  const State left = shifted(u, 1), right = shifted(u, -1);
  const State spread = 0.5 * u + 0.35 * left + 0.15 * right;
  return spread.array() + 0.1 * (2.0 + q) * (spread.array() - spread.array().cube());
}

OperatorSamples reaction_samples(Index count, std::uint64_t seed) {
  OperatorSamples samples{smooth_states(kPoints, count, seed), States(kPoints, count),
                          random_matrix(1, count, seed + 1)};
  for (Index s = 0; s < count; ++s) samples.ends.col(s) = crossed(samples.starts.col(s), samples.inputs(0, s));
  return samples;
}

OperatorOptions small_options(const std::string& kind) {
  OperatorOptions options;
  options.kind = kind;
  options.neurons = 40;
  options.reach = 3;
  options.modes = 12;
  options.width = 6;
  options.waves = 4;
  options.epochs = 1;
  options.iterations = 2;
  return options;
}

State applied(const OperatorNetwork& network, const State& start, const State& inputs) {
  State end(network.dimension());
  network.evaluate(start, inputs, end);
  return end;
}

std::unique_ptr<const OperatorNetwork> trained(const OperatorOptions& options, const OperatorSamples& samples,
                                               int threads = 1) {
  return train_operator(options, periodic(), samples, *make_tbb_executor(threads));
}

TEST(FourierOperator, IsExactForWhatIsLinearWithConstantCoefficients) {
  OperatorSamples samples{random_matrix(kPoints, 200, 1), States(kPoints, 200), States(0, 200)};
  const auto spread = [](const State& u) {
    return State(0.5 * u + 0.3 * shifted(u, 1) + 0.15 * shifted(u, -2) + 0.01 * State::Ones(u.size()));
  };
  for (Index s = 0; s < samples.size(); ++s) samples.ends.col(s) = spread(samples.starts.col(s));
  OperatorOptions options = small_options("fourier");
  options.neurons = 0;
  const auto network = trained(options, samples);
  const State unseen = random_matrix(kPoints, 1, 7);
  EXPECT_LT((applied(*network, unseen, State(0)) - spread(unseen)).cwiseAbs().maxCoeff(), 1e-8);
}

TEST(FourierOperator, GivesAShiftedResultForAShiftedState) {
  const auto network = trained(small_options("fourier"), reaction_samples(100, 1));
  const State state = smooth_states(kPoints, 1, 5), input = State::Constant(1, 0.3);
  for (const Index by : {1, 7, 23}) {
    const State difference =
        applied(*network, shifted(state, by), input) - shifted(applied(*network, state, input), by);
    EXPECT_LT(difference.cwiseAbs().maxCoeff(), 1e-9) << by;
  }
}

TEST(FourierOperator, LearnsAReactionThatDependsOnAnInputAndOddMeshesToo) {
  const OperatorSamples unseen = reaction_samples(50, 77);
  const auto serial = make_serial_executor();
  OperatorOptions options = small_options("fourier");
  const double error = relative_error(*trained(options, reaction_samples(500, 1)), unseen, *serial);
  EXPECT_LT(error, 2e-2);
  options.neurons = 0;
  EXPECT_GT(relative_error(*trained(options, reaction_samples(500, 1)), unseen, *serial), 3.0 * error);

  OperatorSamples odd{smooth_states(15, 200, 1), States(15, 200), States(0, 200)};
  for (Index s = 0; s < odd.size(); ++s) odd.ends.col(s) = shifted(odd.starts.col(s), 2);
  const auto network = train_operator(options, periodic(15), odd, *serial);
  EXPECT_LT(relative_error(*network, odd, *serial), 1e-8);
}

TEST(PodOperator, IsExactForWhatIsLinearOnFewModes) {
  const States basis = random_matrix(40, 6, 1), map = random_matrix(6, 6, 2);
  const States coordinates = random_matrix(6, 150, 3);
  const OperatorSamples samples{basis * coordinates, basis * map * coordinates, States(0, 150)};
  OperatorOptions options = small_options("pod");
  options.neurons = 0;
  const auto network = train_operator(options, default_layout(40), samples, *make_serial_executor());
  const State unseen = random_matrix(6, 1, 9);
  const State error = applied(*network, basis * unseen, State(0)) - basis * (map * unseen);
  EXPECT_LT(error.cwiseAbs().maxCoeff(), 1e-5 * (basis * unseen).cwiseAbs().maxCoeff());
}

TEST(PodOperator, LearnsWhatIsNotLinearOnFewModes) {
  const States basis = random_matrix(20, 3, 1);
  const auto samples = [&](std::uint64_t seed) {
    const States c = random_matrix(3, 400, seed);
    return OperatorSamples{basis * c, basis * c.unaryExpr([](double x) { return std::sin(2.0 * x); }), States(0, 400)};
  };
  const auto serial = make_serial_executor();
  const auto error = [&](Index neurons) {
    OperatorOptions options = small_options("pod");
    options.neurons = neurons;
    return relative_error(*train_operator(options, default_layout(20), samples(2), *serial), samples(3), *serial);
  };
  EXPECT_LT(error(150), 0.1 * error(0));
}

class EveryKindOfOperator : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryKindOfOperator, IsTheSameForAnyNumberOfThreads) {
  const OperatorSamples samples = reaction_samples(150, 3);
  const State state = smooth_states(kPoints, 1, 5), input = State::Constant(1, 0.3);
  const State alone = applied(*trained(small_options(GetParam()), samples), state, input);
  for (const int threads : {2, 4}) {
    EXPECT_EQ(applied(*trained(small_options(GetParam()), samples, threads), state, input), alone) << threads;
  }
}

TEST_P(EveryKindOfOperator, DrawsAnotherLayerForAnotherSeed) {
  const OperatorSamples samples = reaction_samples(150, 3);
  const State state = smooth_states(kPoints, 1, 5), input = State::Constant(1, 0.3);
  OperatorOptions options = small_options(GetParam());
  const State first = applied(*trained(options, samples), state, input);
  options.seed = 2;
  EXPECT_NE(applied(*trained(options, samples), state, input), first);
}

TEST_P(EveryKindOfOperator, ObeysTheLawsOfPropagators) {
  const std::shared_ptr<const OperatorNetwork> network = trained(small_options(GetParam()), reaction_samples(150, 3));
  const OperatorPropagator propagator(network, State::Constant(1, -0.5), 0.125, 2);
  conformance::expect_propagator_laws(propagator, TimeGrid(0.0, 1.0, 4), smooth_states(kPoints, 4, 6));
  State twice(kPoints);
  propagator.propagate({0, 0.0, 0.25}, smooth_states(kPoints, 1, 6), twice);
  const State once = applied(*network, smooth_states(kPoints, 1, 6), State::Constant(1, -0.5));
  EXPECT_EQ(applied(*network, once, State::Constant(1, -0.5)), twice);
}

TEST_P(EveryKindOfOperator, RefusesSlicesThatItWasNotTrainedFor) {
  const OperatorPropagator propagator(trained(small_options(GetParam()), reaction_samples(150, 3)),
                                      State::Constant(1, 0.0), 0.25, 1);
  State out(kPoints);
  EXPECT_EQ(propagator.defect({3, 0.75, 1.0}), "");
  EXPECT_THAT(propagator.defect({0, 0.0, 0.5}), HasSubstr("of length 0.25, not of 0.5"));
  EXPECT_THROW(propagator.propagate({0, 0.0, 0.5}, State::Zero(kPoints), out), PropagationError);
}

TEST_P(EveryKindOfOperator, SurvivesItsFileBitForBit) {
  const TemporaryDirectory directory;
  const OperatorSamples samples = reaction_samples(150, 3);
  TrainedOperator written;
  written.family.common = {"burgers", {{"points", "24"}}, kPoints, 0.1, "rk1 x 1", "rk4 x 16"};
  written.family.box = {{"viscosity"}, State{{0.005}}, State{{0.02}}};
  written.probe = samples.starts.col(0);
  written.slope = samples.ends.col(0);
  written.network = trained(small_options(GetParam()), samples);
  written.num_solves = 150;
  written.training_seconds = 0.1;
  written.error = 1.0 / 3.0;
  write_operator_file(directory / "network", written);
  const TrainedOperator read = read_operator_file(directory / "network");
  EXPECT_TRUE(is_operator_file(directory / "network"));
  EXPECT_EQ(read.network->kind(), GetParam());
  EXPECT_EQ(read.family, written.family);
  EXPECT_EQ(read.slope, written.slope);
  EXPECT_EQ(read.error, written.error);
  EXPECT_EQ(read.num_solves, 150);
  const State state = smooth_states(kPoints, 1, 5), input = State::Constant(1, 0.3);
  EXPECT_EQ(applied(*read.network, state, input), applied(*written.network, state, input));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryKindOfOperator, ::testing::Values("fourier", "pod", "fno", "deeponet"),
                         [](const auto& kind) { return kind.param; });

TEST(OperatorFile, RefusesPartsThatDoNotFitTogether) {
  const TemporaryDirectory directory;
  FourierOperatorData data;
  data.points = 4;
  data.reach = 1;
  data.centre = State::Zero(1);
  data.width = State::Ones(1);
  data.weights = random_matrix(2, 3, 1);
  data.biases = State::Zero(2);
  data.readout = random_matrix(6, data.num_features(), 1);
  const auto complaint = [&](FourierOperatorData other, Index dimension = 4) -> std::string {
    TrainedOperator trained;
    trained.family.common = {"burgers", {}, dimension, 0.1, "", ""};
    trained.probe = trained.slope = State::Zero(dimension);
    trained.network = std::make_shared<FourierOperator>(std::move(other));
    write_operator_file(directory / "network", trained);
    try {
      read_operator_file(directory / "network");
    } catch (const ModelFileError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(complaint(data), "");
  EXPECT_THAT(complaint(data, 5), HasSubstr("another dimension"));
  FourierOperatorData other = data;
  other.readout = random_matrix(6, 3, 1);
  EXPECT_THAT(complaint(other), HasSubstr("readout"));
  other = data;
  other.weights(1, 1) = std::nan("");
  EXPECT_THAT(complaint(other), HasSubstr("not finite"));
  other = data;
  other.width[0] = 0.0;
  EXPECT_THAT(complaint(other), HasSubstr("no scale"));
  other = data;
  other.weights = random_matrix(2, 4, 1);
  other.readout = random_matrix(6, other.num_features(), 1);
  EXPECT_THAT(complaint(other), HasSubstr("number of inputs"));
}

TEST(TrainedOperator, TakesParametersWithinItsBoxOnly) {
  TrainedOperator trained;
  trained.family.box = {{"viscosity"}, State{{1.0}}, State{{3.0}}};
  EXPECT_EQ(trained.inputs(State{{1.5}}), State{{-0.5}});
  try {
    trained.inputs(State{{4.0}});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("trained for viscosity from 1 to 3, not for 4"));
  }
}

TEST(OperatorOptions, ChooseTheKindThatSuitsTheMesh) {
  OperatorOptions options;
  EXPECT_EQ(options.kind_for(periodic()), "fourier");
  EXPECT_EQ(options.kind_for(default_layout(3)), "pod");
  options.kind = "fourier";
  EXPECT_THROW(options.kind_for(default_layout(3)), ParameterError);
}

}  // namespace
}  // namespace forerun
