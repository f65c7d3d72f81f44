#include <gmock/gmock.h>

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

/// Options on a share as in data/campaigns/black_scholes.toml, on few points.
constexpr const char* small_family = R"toml([problem]
name = "equations"
parameters = { sigma = 0.4, r = 0.03, strike = 100.0 }
[problem.mesh]
x = { from = 0.0, to = 1000.0, points = 101, neumann = [0.0, 1.0], nodes = "ends" }
[problem.v]
initial = "max(x - strike, 0)"
rhs = "0.5*sigma^2*x^2*dxx(v) + r*x*dx(v) - r*v"
bounds = [0.0, 1000.0]
[time]
end = 1.0
slices = 10
[fine]
method = "crank_nicolson"
steps = 10
[coarse]
method = "backward_euler"
steps = 5
[parareal]
tolerance = 1e-9
[corrector]
name = "classic"
[campaign]
runs = 9
[lowest]
parameters.r = 0.03
parameters.sigma = 0.4
[highest]
parameters.r = 2.0
parameters.sigma = 1.0
[operator]
kind = "pinn"
modes = 32
neurons = 40
[run]
threads = 1
)toml";

class PhysicsOperatorCommand : public ::testing::Test {
 protected:
  Outcome train(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"train", campaign_, "--out", directory_ / out, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }
  Outcome solve(const std::vector<std::string>& coarse, const std::vector<std::string>& settings) const {
    std::vector<std::string> words = {"run", run_, "--quiet", "--json", "-"};
    for (const auto* list : {&coarse, &settings})
      for (const std::string& setting : *list) words.insert(words.end(), {"--set", setting});
    return forerun_with(words);
  }
  Outcome solve_by_network(const std::vector<std::string>& settings) const { return solve(network_, settings); }

  static std::string run_text() {
    const std::string text = small_family;
    return text.substr(0, text.find("[coarse]")) +
           text.substr(text.find("[parareal]"), text.find("[campaign]") - text.find("[parareal]"));
  }

  TemporaryDirectory directory_;
  std::string campaign_ = directory_.write("family.toml", small_family);
  std::string run_ = directory_.write("run.toml", run_text());
  const std::vector<std::string> network_ = {"coarse.strategy=operator", "coarse.file=network"};
  const std::vector<std::string> numeric_ = {"coarse.method=backward_euler", "coarse.steps=5"};
};

Index iterations(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  if (outcome.status != ExitStatus::ok) return -1;
  return Json::parse(outcome.out).at("runs").at(0).at("iterations").get<Index>();
}

/// Ibrahim, Götschel, Ruprecht (2023): trained once, it serves other parameters with at most one iteration more.
TEST_F(PhysicsOperatorCommand, IsTrainedOnceWithoutTheFineSolverAndServesOtherParameters) {
  const Outcome trained = train("network", {"--json"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  const Json cost = Json::parse(trained.out);
  EXPECT_EQ(cost.at("kind"), "pinn");
  EXPECT_EQ(cost.at("fine_slices"), 0);
  EXPECT_EQ(cost.at("held_out"), 1);
  EXPECT_LT(cost.at("error").get<double>(), 1e-2);
  const Index usual = iterations(solve_by_network({}));
  EXPECT_LE(usual, 3);
  for (const char* value : {"parameters.r=0.1", "parameters.r=0.9", "parameters.r=2.0", "parameters.sigma=0.6",
                            "parameters.sigma=1.0", "parameters.strike=140.0"}) {
    const std::vector<std::string> other = {std::string("problem.") + value};
    const Index found = iterations(solve_by_network(other));
    EXPECT_LE(found, usual + 1) << value;
    EXPECT_LT(found, iterations(solve(numeric_, other))) << value;
  }
}

TEST_F(PhysicsOperatorCommand, KnowsTimeWithinItsSlice) {
  ASSERT_EQ(train("network", {"--set", "time.slices=5"}).status, ExitStatus::ok);
  EXPECT_LE(iterations(solve_by_network({"time.slices=5", "fine.steps=20"})), 3);
  EXPECT_LE(iterations(solve_by_network({"time.slices=10"})), 3);
  EXPECT_LE(iterations(solve_by_network({"time.slices=12"})), 3);
  EXPECT_THAT(solve_by_network({"time.slices=4"}).err, HasSubstr("slices of length 0.2 or shorter, not of 0.25"));
}

TEST_F(PhysicsOperatorCommand, IsTheSameForAnyNumberOfThreads) {
  const std::vector<std::string> small = {"--set", "operator.modes=12", "--set", "operator.neurons=10", "--threads"};
  const auto readout = [&](const std::string& name, const std::string& threads) {
    std::vector<std::string> words = small;
    words.push_back(threads);
    EXPECT_EQ(train(name, words).status, ExitStatus::ok);
    const TrainedOperator trained = read_operator_file(directory_ / name);
    State state(trained.network->dimension());
    trained.network->evaluate(trained.probe, State::Zero(trained.network->num_inputs()), state);
    return state;
  };
  EXPECT_EQ(readout("one", "1"), readout("four", "4"));
}

TEST_F(PhysicsOperatorCommand, RefusesWhatItDoesNotSuitWithTheReason) {
  ASSERT_EQ(train("network", {"--set", "operator.neurons=5", "--set", "operator.modes=8"}).status, ExitStatus::ok);
  const auto complaint = [&](const std::string& setting) {
    const Outcome outcome = solve_by_network({setting});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << setting;
    return outcome.err;
  };
  EXPECT_THAT(complaint("problem.parameters.sigma=5.0"), HasSubstr("trained for parameters.sigma from 0.4 to 1, not"));
  EXPECT_THAT(complaint("problem.parameters.r=0.01"),
              HasSubstr("trained for parameters.r from 0.03 to 2, not for 0.01"));
  EXPECT_THAT(complaint("problem.mesh.x.points=102"), HasSubstr("states of 101 components, not of 102"));
  EXPECT_THAT(complaint("problem.mesh.x.to=2000.0"), HasSubstr("trained for another equation"));
  const Outcome shown = forerun_with({"inspect", directory_ / "network"});
  EXPECT_EQ(shown.status, ExitStatus::ok);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("pinn"), HasSubstr("parameters.sigma")));
  std::string bytes = content_of(directory_ / "network");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  directory_.write("network", bytes);
  EXPECT_EQ(solve_by_network({}).status, ExitStatus::bad_model);
}

TEST_F(PhysicsOperatorCommand, SaysWhatTakesTooMuchMemoryBeforeItIsTaken) {
  const Outcome outcome = train("network", {"--set", "operator.neurons=10000", "--set", "operator.samples=100000"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("fewer modes, neurons or samples"));
}

}  // namespace
}  // namespace forerun
