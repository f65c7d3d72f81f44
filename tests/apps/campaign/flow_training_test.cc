#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "learning/networks/operator_file.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// A plate as in data/campaigns/plate.toml, on few points: it radiates, so its equation is not linear.
constexpr const char* small_plate = R"toml([problem]
name = "equations"
parameters = { loss = 1.0, heat = 5.0 }
[problem.mesh]
x = { from = 0.0, to = 1.0, points = 23, dirichlet = [0.0, 0.0] }
[problem.u]
initial = "exp(-(x-0.4)^2/0.04)"
rhs = "0.1*dxx(u) - loss*u^4 + heat*x*(1-x)"
bounds = [0.0, 1.0]
[time]
end = 2.0
slices = 8
[fine]
method = "radau2"
steps = 16
[parareal]
tolerance = 1e-6
[corrector]
name = "classic"
[run]
threads = 1
)toml";

constexpr const char* plates = R"toml([coarse]
method = "backward_euler"
steps = 1
[campaign]
runs = 9
[lowest]
parameters.loss = 0.5
parameters.heat = 1.0
[highest]
parameters.loss = 4.0
parameters.heat = 10.0
[operator]
kind = "pinn"
modes = 5
neurons = 150
)toml";

class FlowCommand : public ::testing::Test {
 protected:
  Outcome train(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"train", campaign_, "--out", directory_ / "network", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }
  Outcome solve(std::vector<std::string> settings, const std::vector<std::string>& coarse) const {
    settings.insert(settings.end(), coarse.begin(), coarse.end());
    std::vector<std::string> words = {"run", run_, "--quiet", "--json", "-"};
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    return forerun_with(words);
  }
  std::string refusal(const std::vector<std::string>& settings) const {
    std::vector<std::string> words;
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    const Outcome outcome = train(words);
    EXPECT_EQ(outcome.status, ExitStatus::usage) << outcome.out;
    return outcome.err;
  }

  TemporaryDirectory directory_;
  std::string run_ = directory_.write("run.toml", small_plate);
  std::string campaign_ = directory_.write("plates.toml", std::string(small_plate) + plates);
  const std::vector<std::string> network_ = {"coarse.strategy=operator", "coarse.file=network"};
  const std::vector<std::string> numeric_ = {"coarse.method=backward_euler", "coarse.steps=1"};
};

Index iterations(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  if (outcome.status != ExitStatus::ok) return -1;
  return Json::parse(outcome.out).at("runs").at(0).at("iterations").get<Index>();
}

TEST_F(FlowCommand, IsTrainedOnceOnAnEquationThatIsNotLinearAndServesOtherParameters) {
  const Outcome trained = train({"--json"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  const Json cost = Json::parse(trained.out);
  EXPECT_EQ(cost.at("kind"), "nonlinear_pinn");
  EXPECT_EQ(cost.at("fine_slices"), 0);
  EXPECT_GE(cost.at("gauss_newton_steps"), 2);
  EXPECT_LT(cost.at("residual").get<double>(), 1e-2);
  EXPECT_LT(cost.at("error").get<double>(), 1e-1);
  const std::vector<std::vector<std::string>> others = {
      {}, {"problem.parameters.loss=3.5"}, {"problem.parameters.loss=0.7", "problem.parameters.heat=9.0"}};
  for (const auto& other : others) {
    EXPECT_LT(iterations(solve(other, network_)), iterations(solve(other, numeric_)));
  }
  EXPECT_LE(iterations(solve({}, network_)), 4);
  EXPECT_LE(iterations(solve({"time.slices=16"}, network_)), 5);
}

TEST_F(FlowCommand, IsTheSameForAnyNumberOfThreads) {
  const auto bytes = [&](const std::string& threads) {
    EXPECT_EQ(train({"--set", "operator.neurons=10", "--threads", threads}).status, ExitStatus::ok);
    const TrainedOperator trained = read_operator_file(directory_ / "network");
    State state(trained.network->dimension());
    trained.network->evaluate(trained.probe, State::Constant(trained.network->num_inputs(), 0.3), state);
    return state;
  };
  EXPECT_EQ(bytes("1"), bytes("4"));
}

TEST_F(FlowCommand, RefusesWhatItIsNotForWithPlaceAndRule) {
  EXPECT_THAT(refusal({"operator.modes=65"}), HasSubstr("[operator] modes = 65: must be at most 64 for a pinn of"));
  EXPECT_THAT(refusal({"operator.neurons=10000", "operator.samples=1000000"}),
              HasSubstr("fewer modes, neurons or samples"));
  EXPECT_THAT(refusal({"operator.parts=0"}), HasSubstr("parts"));
  EXPECT_THAT(refusal({"campaign.runs=1000000"}), HasSubstr("[campaign] runs: the states of 1000000 rough runs take"));
}

TEST_F(FlowCommand, SaysWhichEquationsItIsFor) {
  const std::string solver = "command = ['cp', '{input}', '{output}']\n";
  directory_.write("states.csv", "1.0\n0.5\n");
  const std::string own =
      directory_.write("own.toml",
                       "[problem]\nname = 'external'\ndimension = 1\ninitial_state = [1.0]\n[time]\nend = 1.0\n"
                       "slices = 2\n[fine]\n" +
                           solver + "[coarse]\n" + solver +
                           "[campaign]\nruns = 2\ninitial_states = 'states.csv'\n[operator]\nkind = 'pinn'\n");
  const Outcome outcome = forerun_with({"train", own, "--out", directory_ / "network", "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("own.toml:16: [operator] kind"), HasSubstr("derivatives are known"),
                                 HasSubstr("'external'")));
}

/// Walls between +1 and −1 form where the initial state has them.
constexpr const char* walls = R"toml([problem]
name = "equations"
parameters = { wave = 3.0, phase = 0.0 }
[problem.mesh]
x = { from = 0.0, to = 1.0, points = 32, boundary = "periodic" }
[problem.u]
initial = "0.5*sin(6.283185307*(wave*x + phase)) + 0.3*cos(6.283185307*(x + 2*phase))"
rhs = "0.0004*dxx(u) + 20*(u - u^3)"
bounds = [-1.0, 1.0]
[time]
end = 2.0
slices = 16
[fine]
method = "rk4"
steps = 40
[coarse]
method = "rk1"
steps = 10
[campaign]
runs = 6
[lowest]
parameters.wave = 1.0
parameters.phase = 0.0
[highest]
parameters.wave = 5.0
parameters.phase = 1.0
[operator]
kind = "pinn"
neurons = 20
modes = 4
)toml";

TEST_F(FlowCommand, RefusesToBeWorseThanNoneAndSaysWhereItIsTooFarOff) {
  const std::string file = directory_.write("walls.toml", walls);
  const Outcome worse = forerun_with({"train", file, "--out", directory_ / "network", "--quiet"});
  EXPECT_EQ(worse.status, ExitStatus::usage) << worse.out;
  EXPECT_THAT(worse.err, AllOf(HasSubstr("walls.toml: [operator] kind"),
                               HasSubstr("must come closer to a slice's end than its beginning is")));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "network"));
  const Outcome rough = train({"--set", "operator.modes=1"});
  EXPECT_EQ(rough.status, ExitStatus::ok) << rough.err;
  EXPECT_THAT(rough.out, HasSubstr("too far off to save many iterations"));
  EXPECT_THAT(train().out, ::testing::Not(HasSubstr("too far off")));
}

TEST_F(FlowCommand, RefusesAFileThatIsDamagedOrForAnotherFamily) {
  ASSERT_EQ(train({"--set", "operator.neurons=10"}).status, ExitStatus::ok);
  const Outcome other = solve({"problem.parameters.loss=9.0"}, network_);
  EXPECT_EQ(other.status, ExitStatus::usage);
  EXPECT_THAT(other.err, HasSubstr("trained for parameters.loss from 0.5 to 4, not for 9"));
  const std::string bytes = content_of(directory_ / "network");
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  for (const std::string& content : {damaged, bytes.substr(0, bytes.size() / 2), bytes.substr(0, 5)}) {
    directory_.write("network", content);
    const Outcome outcome = solve({}, network_);
    EXPECT_EQ(outcome.status, ExitStatus::bad_model);
    EXPECT_THAT(outcome.err, HasSubstr("network"));
  }
}

/// An ODE of few components is learned in these themselves.
TEST_F(FlowCommand, TakesTheComponentsOfASmallSystemAsTheyAre) {
  const std::string decay = directory_.write(
      "decay.toml",
      "[problem]\nname = 'equations'\nparameters = { rate = 1.0 }\n[problem.y]\ninitial = 1.0\nrhs = '-rate*y^2'\n"
      "bounds = [0.0, 1.0]\n[time]\nend = 2.0\nslices = 8\n[fine]\nmethod = 'rk4'\nsteps = 20\n[coarse]\n"
      "method = 'rk1'\nsteps = 1\n[campaign]\nruns = 5\n[lowest]\nparameters.rate = 0.5\n[highest]\n"
      "parameters.rate = 2.0\n[operator]\nkind = 'pinn'\nneurons = 20\n");
  const Outcome outcome = forerun_with({"train", decay, "--out", directory_ / "network", "--quiet", "--json"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_LT(Json::parse(outcome.out).at("error").get<double>(), 1e-3);
  const TrainedOperator trained = read_operator_file(directory_ / "network");
  State end(1);
  trained.network->evaluate(State{{0.8}}, trained.inputs(State{{1.5}}), end);
  EXPECT_NEAR(end[0], 0.8 / (1.0 + 0.25 * 1.5 * 0.8), 1e-4);
}

}  // namespace
}  // namespace forerun
