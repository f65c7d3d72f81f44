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

/// A family of Burgers runs that is learned in a tenth of a second.
constexpr const char* small_family = R"([problem]
name = "burgers"
points = 24
wave_number = 2.0
[time]
end = 1.0
slices = 16
[fine]
method = "rk4"
steps = 8
[coarse]
method = "rk1"
steps = 1
[parareal]
tolerance = 1e-6
[corrector]
name = "classic"
[campaign]
runs = 8
[lowest]
phase = 0.0
viscosity = 0.02
[highest]
phase = 6.28
viscosity = 0.04
[operator]
neurons = 40
reach = 4
held_out = 0.25
[run]
threads = 1
)";

class OperatorCommand : public ::testing::Test {
 protected:
  Outcome train(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"train", campaign_, "--out", directory_ / out, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }
  /// A member of the family with the network as its coarse solver.
  Outcome solve(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"run",         run_,
                                      "--reference", "--quiet",
                                      "--json",      "-",
                                      "--set",       "coarse.strategy=operator",
                                      "--set",       "coarse.file=network"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }

  static std::string run_text() {
    const std::string text = small_family;
    return text.substr(0, text.find("[coarse]")) +
           text.substr(text.find("[parareal]"), text.find("[campaign]") - text.find("[parareal]")) + "[coarse]\n";
  }

  TemporaryDirectory directory_;
  std::string campaign_ = directory_.write("family.toml", small_family);
  std::string run_ = directory_.write("run.toml", run_text());
  const std::vector<std::string> member_ = {"--set", "problem.viscosity=0.033", "--set", "problem.phase=1.0"};
};

Index iterations(const Outcome& outcome) {
  return Json::parse(outcome.out).at("runs").at(0).at("iterations").get<Index>();
}

TEST_F(OperatorCommand, TrainsANetworkThatServesUnseenRunsAsTheirCoarseSolver) {
  const Outcome trained = train("network", {"--json"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  const Json cost = Json::parse(trained.out);
  EXPECT_EQ(cost.at("kind"), "fourier");
  EXPECT_EQ(cost.at("fine_slices"), 8 * 16);
  EXPECT_EQ(cost.at("held_out"), 2);
  EXPECT_EQ(cost.at("samples"), 6 * 16);
  EXPECT_LT(cost.at("error").get<double>(), 0.1);
  const Outcome solved = solve(member_);
  ASSERT_EQ(solved.status, ExitStatus::ok) << solved.err;
  const Outcome classic = forerun_with({"run", run_, "--quiet", "--json", "-", "--set", "coarse.method=rk1", "--set",
                                        "coarse.steps=1", member_[0], member_[1], member_[2], member_[3]});
  ASSERT_EQ(classic.status, ExitStatus::ok) << classic.err;
  EXPECT_LT(iterations(solved), iterations(classic));
}

TEST_F(OperatorCommand, TrainsFromWhatACampaignHasLeftInItsStore) {
  const std::string runs = directory_ / "runs";
  const Outcome campaign =
      forerun_with({"campaign", campaign_, "--quiet", "--out", runs, "--set", "corrector.name=kriging"});
  ASSERT_EQ(campaign.status, ExitStatus::ok) << campaign.err;
  const auto train_from_store = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"train", runs + "/store",       "--out", directory_ / "network", "--quiet",
                                      "--set", "operator.neurons=40", "--set", "operator.reach=4"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  };
  const Outcome trained = train_from_store({"--json", "--set", "operator.held_out=0.25"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  const Json cost = Json::parse(trained.out);
  EXPECT_EQ(cost.at("runs"), 8);
  EXPECT_EQ(cost.at("held_out"), 2);
  EXPECT_GE(cost.at("fine_slices").get<int>(), 8 * 16);
  EXPECT_EQ(cost.at("fine_seconds"), 0.0);
  EXPECT_LT(cost.at("error").get<double>(), 0.1);
  const Outcome solved = solve(member_);
  ASSERT_EQ(solved.status, ExitStatus::ok) << solved.err;
  EXPECT_LE(iterations(solved), 4);
  EXPECT_THAT(train_from_store({}).out, HasSubstr("fine slices of 8 runs were in the store"));
  EXPECT_EQ(train_from_store({"--set", "network.neurons=4"}).status, ExitStatus::usage);
  EXPECT_EQ(train_from_store({"--threads", "2"}).status, ExitStatus::usage);
}

TEST_F(OperatorCommand, GivesTheSameNetworkForAnyNumberOfThreads) {
  ASSERT_EQ(train("one", {"--threads", "1"}).status, ExitStatus::ok);
  ASSERT_EQ(train("four", {"--threads", "4"}).status, ExitStatus::ok);
  const auto end = [&](const std::string& name) {
    const TrainedOperator trained = read_operator_file(directory_ / name);
    State state(trained.network->dimension());
    trained.network->evaluate(trained.probe, State::Zero(trained.network->num_inputs()), state);
    return state;
  };
  EXPECT_EQ(end("one"), end("four"));
}

TEST_F(OperatorCommand, RefusesWhatItWasNotTrainedForWithReasonAndPlace) {
  ASSERT_EQ(train("network").status, ExitStatus::ok);
  const auto complaint = [&](const std::string& setting) {
    std::vector<std::string> words = member_;
    words.insert(words.end(), {"--set", setting});
    const Outcome outcome = solve(words);
    EXPECT_EQ(outcome.status, ExitStatus::usage) << setting;
    return outcome.err;
  };
  EXPECT_THAT(complaint("problem.viscosity=0.05"),
              AllOf(HasSubstr("coarse.file"), HasSubstr("trained for viscosity from 0.02 to 0.04, not for 0.05")));
  EXPECT_THAT(complaint("problem.points=25"), HasSubstr("states of 24 components, not of 25"));
  EXPECT_THAT(complaint("time.slices=32"), HasSubstr("slices of length 0.0625, not of 0.03125"));
  EXPECT_THAT(complaint("coarse.coarsening=2"), HasSubstr("must be left out"));
  EXPECT_THAT(complaint("coarse.file=''"), HasSubstr("must be given"));
  std::vector<std::string> twice = member_;
  twice.insert(twice.end(), {"--set", "time.slices=8", "--set", "coarse.steps=2"});
  EXPECT_EQ(solve(twice).status, ExitStatus::ok) << "two applications cross a slice of twice the length";
  const Outcome other = solve({"--set", "coarse.strategy=lower-order"});
  EXPECT_THAT(other.err, HasSubstr("only strategy"));
}

TEST_F(OperatorCommand, RefusesAnotherEquation) {
  ASSERT_EQ(train("network").status, ExitStatus::ok);
  const std::string file = directory_.write("heat.toml",
                                            "[problem]\nname = 'heat'\npoints = 24\n[time]\nend = 1.0\n"
                                            "slices = 16\n[fine]\nmethod = 'rk4'\nsteps = 64\n[coarse]\n"
                                            "strategy = 'operator'\nfile = 'network'\n");
  const Outcome outcome = forerun_with({"run", file, "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("heat.toml:12: [coarse] file"),
                    HasSubstr("trained for another equation, 'burgers': this one has no parameter viscosity")));
}

/// The wave number reaches the runs through their initial states alone: the equation is the same.
TEST_F(OperatorCommand, ServesInitialStatesOfAnyOrigin) {
  ASSERT_EQ(train("network").status, ExitStatus::ok);
  std::vector<std::string> words = member_;
  words.insert(words.end(), {"--set", "problem.wave_number=3.0"});
  EXPECT_EQ(solve(words).status, ExitStatus::ok);
}

TEST_F(OperatorCommand, RefusesFilesThatAreNoneOrBroken) {
  EXPECT_EQ(solve().status, ExitStatus::input_output);
  directory_.write("network", "no network");
  EXPECT_EQ(solve().status, ExitStatus::bad_model);
  ASSERT_EQ(train("network").status, ExitStatus::ok);
  std::string bytes = content_of(directory_ / "network");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  directory_.write("network", bytes);
  EXPECT_EQ(solve().status, ExitStatus::bad_model);
}

TEST_F(OperatorCommand, SaysBeforeSolvingWhatCannotBeLearned) {
  const auto complaint = [&](const std::vector<std::string>& more) {
    const Outcome outcome = train("network", more);
    EXPECT_EQ(outcome.status, ExitStatus::usage);
    return outcome.err;
  };
  EXPECT_THAT(complaint({"--set", "operator.kind=fourie"}), HasSubstr("one of auto, fourier"));
  EXPECT_THAT(
      complaint({"--set", "time.boundaries=[0.0, 0.1, 0.3]", "--set", "time.end=0.3", "--set", "time.slices=2"}),
      HasSubstr("as far apart everywhere"));
  EXPECT_THAT(forerun_with({"train", campaign_}).err, HasSubstr("needs --out FILE"));
  const std::string walls = directory_.write(
      "walls.toml",
      "[problem]\nname = 'heat'\n[time]\nend = 1.0\nslices = 4\n[fine]\nmethod = 'rk4'\nsteps = 400\n[coarse]\n"
      "method = 'rk4'\nsteps = 100\n[campaign]\ninitial_states = 'box'\n[operator]\nkind = 'fno'\n");
  EXPECT_THAT(forerun_with({"train", walls, "--out", directory_ / "network"}).err,
              AllOf(HasSubstr("walls.toml:15: [operator] kind"), HasSubstr("one periodic axis")));
}

TEST_F(OperatorCommand, IsMeasuredBesideCorrectorsOnRunsThatNobodyHasSeen) {
  const std::string suite = directory_.write("suite.toml",
                                             "[small]\nconfig = 'family.toml'\nunseen = 2\n"
                                             "kinds = 'fourier pod'\n");
  const Outcome outcome = forerun_with({"bench", "operators", "--suite", suite, "--quiet", "--json", "-"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json rows = Json::parse(outcome.out).at("measurements");
  ASSERT_EQ(rows.size(), 6u);
  const auto iterations_of = [&](std::size_t row) { return rows.at(row).at("mean_iterations").get<double>(); };
  EXPECT_EQ(rows.at(0).at("corrector"), "classic");
  EXPECT_EQ(rows.at(4).at("coarse"), "fourier");
  EXPECT_LT(iterations_of(4), iterations_of(0));
  EXPECT_GT(rows.at(4).at("training_seconds").get<double>(), 0.0);
}

TEST_F(OperatorCommand, IsMeasuredWithoutStencilWhereTheEquationHasNoMesh) {
  directory_.write("decay.toml",
                   "[problem]\nname = 'equations'\nparameters = { rate = 1.0 }\n[problem.y]\ninitial = 1.0\n"
                   "rhs = '-rate*y^2'\nbounds = [0.0, 1.0]\n[time]\nend = 2.0\nslices = 8\n[fine]\nmethod = 'rk4'\n"
                   "steps = 20\n[coarse]\nmethod = 'rk1'\nsteps = 1\n[parareal]\ntolerance = 1e-8\n[campaign]\n"
                   "runs = 4\n[lowest]\nparameters.rate = 0.5\n[highest]\nparameters.rate = 2.0\n[operator]\n"
                   "neurons = 20\n");
  const std::string suite =
      directory_.write("suite.toml", "[small]\nconfig = 'decay.toml'\nunseen = 1\nkinds = 'pod pinn'\n");
  const Outcome outcome = forerun_with({"bench", "operators", "--suite", suite, "--quiet", "--json", "-"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  std::vector<std::string> names;
  const Json rows = Json::parse(outcome.out).at("measurements");
  for (const Json& row : rows) {
    const std::string corrector = row.at("corrector");
    names.push_back(corrector == "classic" ? row.at("coarse").get<std::string>() : corrector);
  }
  EXPECT_THAT(names, ::testing::ElementsAre(HasSubstr("rk1"), "randnet", "kriging", "pod", "pinn"));
}

TEST_F(OperatorCommand, IsInspectedWithWhatItWasTrainedForAndWhatThatHasCost) {
  ASSERT_EQ(train("network").status, ExitStatus::ok);
  const Outcome outcome = forerun_with({"inspect", directory_ / "network", "--json"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("operator").at("kind"), "fourier");
  EXPECT_EQ(json.at("trained for").at("viscosity"), Json::array({0.02, 0.04}));
  EXPECT_EQ(json.at("cost").at("fine_slices"), 8 * 16);
}

}  // namespace
}  // namespace forerun
