#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/forerun/plan/plan_study.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Json = nlohmann::json;
using testing::forerun_with;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;

class PlanCommand : public ::testing::Test {
 protected:
  /// With time enough for every trial, however slow the machine.
  Json plan(std::vector<std::string> words) const {
    words.insert(words.begin(), {"plan", config_, "--budget", "600", "--json", "-"});
    const Outcome outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return Json::parse(outcome.out);
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
};

TEST_F(PlanCommand, ExpectsTheIterationsOfTheRunItself) {
  for (const std::string corrector : {"classic", "randnet"}) {
    const std::string name = "corrector.name=" + corrector;
    const Json first_trial = plan({"--set", name, "--set", "fine.steps=256"}).at("trials").at(0);
    const Json run =
        Json::parse(forerun_with({"run", config_, "--set", name, "--set", "fine.steps=256", "--json", "-"}).out);
    EXPECT_LT(first_trial.at("trial").at("fine").at("steps"), 256) << "the trial must be cheaper than the run";
    EXPECT_NEAR(first_trial.at("estimated").at("iterations").get<double>(),
                run.at("runs").at(0).at("iterations").get<double>(), 1.0);
  }
}

TEST_F(PlanCommand, SaysWhatItTriesUnlessItIsToBeQuiet) {
  const std::vector<std::string> words = {"plan", config_, "--budget", "600", "--json", "-"};
  const Outcome told = forerun_with(words);
  EXPECT_THAT(told.err, HasSubstr("trial: 8 slices, coarse rk1"));
  EXPECT_THAT(told.err, HasSubstr("trial: mgrit"));
  EXPECT_THAT(told.err, HasSubstr("serial solvers, for about"));
  std::vector<std::string> quiet = words;
  const std::string log = directory_ / "plan.log";
  quiet.insert(quiet.end(), {"--quiet", "--log", log});
  const Outcome silent = forerun_with(quiet);
  EXPECT_EQ(silent.err, "");
  EXPECT_THAT(testing::content_of(log), HasSubstr("trial: mgrit"));
}

TEST_F(PlanCommand, SerialSteppingWinsWhereFineCostsNoMoreThanCoarse) {
  const Json json = plan({"--set", "fine.method=rk1", "--set", "fine.steps=4", "--set", "corrector.name=classic"});
  EXPECT_FALSE(json.at("best_here").at("modelled_here").at("parareal_pays").get<bool>());
  EXPECT_FALSE(json.at("best_there").at("modelled_there").at("parareal_pays").get<bool>());
  const std::string text = forerun_with({"plan", config_, "--set", "fine.method=rk1", "--set", "fine.steps=4"}).out;
  EXPECT_THAT(text, HasSubstr("processors serial stepping wins"));
  EXPECT_THAT(text, Not(HasSubstr("Recommended")));
}

TEST_F(PlanCommand, PararealPaysWhereFineIsDearAndProcessorsAreAsManyAsSlices) {
  const std::vector<std::string> dear = {"--set", "fine.steps=8192",       "--set", "parareal.tolerance=1e-3",
                                         "--set", "corrector.name=classic"};
  const Json json = plan(dear);
  EXPECT_TRUE(json.at("best_there").at("modelled_there").at("parareal_pays").get<bool>());
  // One processor repeats what serial stepping does once.
  EXPECT_FALSE(json.at("best_here").at("modelled_here").at("parareal_pays").get<bool>());
  EXPECT_EQ(json.at("best_here").at("modelled_here").at("processors"), 1);
}

TEST_F(PlanCommand, SaysWhichSerialSolverIsAsAccurateAsTheConfiguredOne) {
  const Json serial = plan({"--set", "fine.steps=512"}).at("serial");
  EXPECT_EQ(serial.at("slices"), 8) << "there is time for the whole run";
  EXPECT_FALSE(serial.at("time_was_up").get<bool>());
  EXPECT_EQ(serial.at("configured").at("solver").at("steps"), 8 * 512);
  const double error = serial.at("configured").at("error");
  EXPECT_GT(error, 0.0);
  // Its error falls by 2^4 with the steps, so that it is known to about a tenth; others are measured against the same.
  const Json& winner = serial.at("as_accurate");
  EXPECT_LE(winner.at("error").get<double>(), std::max(error, 1e-12));
  EXPECT_LE(serial.at("good_enough").at("error").get<double>(), 5e-7);
}

TEST_F(PlanCommand, MeasuresPararealOverTheFastestSerialSolver) {
  const Json serial = plan({"--set", "fine.steps=512", "--set", "run.threads=2"}).at("serial");
  ASSERT_TRUE(serial.at("parallel_fine").is_object());
  ASSERT_FALSE(serial.at("parallel").empty());
  std::set<int> slices;
  for (const Json& point : serial.at("parallel")) {
    EXPECT_EQ(point.at("threads"), 2);
    EXPECT_GT(point.at("seconds").get<double>(), 0.0);
    EXPECT_EQ(point.at("fine").at("method"), serial.at("parallel_fine").at("solver").at("method"));
    slices.insert(point.at("slices").get<int>());
  }
  EXPECT_THAT(slices, IsSupersetOf({8, 32})) << "and where the fastest led to";
  const std::string text = forerun_with({"plan", config_, "--set", "fine.steps=512", "--budget", "600"}).out;
  EXPECT_THAT(text, HasSubstr("Serial solvers, measured on the whole run"));
  EXPECT_THAT(text, HasSubstr("as fine solver on 1 thread Parareal "));
}

TEST_F(PlanCommand, MeasuresSerialSolversOnAsMuchOfTheRunAsThereIsTimeFor) {
  const Outcome outcome = forerun_with({"plan", config_, "--set", "fine.steps=20000", "--budget", "1e-3"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("measured on the first slice of 8"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("as fine solver on")));
}

TEST_F(PlanCommand, TrialsThatReachALimitAreShownAndNotRecommended) {
  const std::vector<std::string> limit = {"--set", "parareal.max_iterations=1", "--set", "corrector.name=classic"};
  const Json json = plan(limit);
  for (const Json& trial : json.at("trials")) {
    EXPECT_FALSE(trial.at("solved").get<bool>());
    EXPECT_EQ(trial.at("shortfall"), "iteration limit");
    EXPECT_TRUE(trial.at("modelled_there").is_null());
  }
  EXPECT_TRUE(json.at("best_there").is_null());
  const std::string text = forerun_with({"plan", config_, limit[0], limit[1], limit[2], limit[3]}).out;
  EXPECT_THAT(text, HasSubstr("No trial of Parareal was solved"));
  EXPECT_THAT(text, Not(HasSubstr("Recommended")));
}

TEST_F(PlanCommand, TextSaysWhatIsMeasuredEstimatedAndModelledAndWritesNothing) {
  const auto files = directory_.files();
  const Outcome outcome = forerun_with({"plan", config_, "--processors", "4"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  for (const char* label : {"Measured on 4 slices", "in place of the fine solver", "estimated", "modelled",
                            "On 4 processors", "given, not measured"}) {
    EXPECT_THAT(outcome.out, HasSubstr(label));
  }
  EXPECT_EQ(directory_.files(), files);
}

TEST_F(PlanCommand, SurvivesWhateverSerialSteppingSurvives) {
  // One step of rk1 throws the state to where rk4 with 80 steps cannot start from.
  const std::string config = directory_.write("fhn.toml", R"([problem]
name = "fitzhugh_nagumo"
[time]
end = 40.0
slices = 4
[fine]
method = "rk4"
steps = 80
[coarse]
method = "rk1"
steps = 1
)");
  for (const std::string corrector : {"classic", "auto"}) {
    const Outcome outcome =
        forerun_with({"plan", config, "--budget", "600", "--json", "-", "--set", "corrector.name=" + corrector});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const Json json = Json::parse(outcome.out);
    EXPECT_TRUE(json.at("measured").at("discrepancy").is_number());
    EXPECT_EQ(json.at("trials").at(0).at("slices"), 4);
  }
}

TEST_F(PlanCommand, SaysWhereTheFineSolverItselfFails) {
  const Outcome outcome = forerun_with(
      {"plan", config_, "--set", "fine.method=rk1", "--set", "fine.steps=200", "--set", "time.end=10000.0"});
  EXPECT_EQ(outcome.status, ExitStatus::solver_failed) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("the fine solver failed on the first slice, at time "));
}

TEST_F(PlanCommand, WrongOptionsAreRefused) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--processors", "1,2"}, {"--budget", "0"}, {"--budget", "soon"}}) {
    const Outcome outcome = forerun_with({"plan", config_, words[0], words[1]});
    EXPECT_EQ(outcome.status, ExitStatus::usage);
    EXPECT_THAT(outcome.err, HasSubstr(words[0]));
  }
  EXPECT_EQ(forerun_with({"plan"}).status, ExitStatus::usage);
  EXPECT_EQ(forerun_with({"plan", directory_ / "none.toml"}).status, ExitStatus::input_output);
}

TEST(ExpectedLadder, EachLevelIsLeftWhenTheIncrementIsBelowItsDifference) {
  const std::vector<double> increments = {1.0, 0.1, 0.01, 1e-3, 1e-5, 1e-8};
  // Three sweeps until 0.05, two until 1e-4, then one at the top, whose increment is below the tolerance.
  EXPECT_THAT(expected_ladder_levels(increments, {0.05, 1e-4, 0.0}, 1e-7), ElementsAre(0, 0, 0, 1, 1, 2));
}

TEST(ExpectedLadder, EveryLevelSweepsAtLeastOnce) {
  EXPECT_THAT(expected_ladder_levels({1e-9}, {0.1, 0.0}, 1e-7), ElementsAre(0, 1));
}

TEST(ExpectedLadder, OneLevelTakesTheIterationsItself) {
  EXPECT_THAT(expected_ladder_levels({1.0, 0.1, 1e-9}, {0.0}, 1e-7), ElementsAre(0, 0, 0));
}

TEST_F(PlanCommand, AConfiguredLadderIsWhatIsPlannedFor) {
  for (const std::string levels : {"[16, 256, 4096]", "auto"}) {
    const Json json = plan({"--set", "fine.steps=4096", "--set", "fine.levels=" + levels});
    ASSERT_TRUE(json.at("ladder").is_object()) << levels;
    EXPECT_TRUE(json.at("ladder").at("configured").get<bool>());
    EXPECT_EQ(json.at("ladder").at("levels").back(), json.at("best_there").at("fine").at("steps"));
    EXPECT_EQ(json.at("ladder").at("levels").size(), 3U);
  }
  std::string without_coarse = small_config;
  const std::size_t begin = without_coarse.find("[coarse]");
  without_coarse.erase(begin, without_coarse.find('[', begin + 1) - begin);
  const Outcome outcome = forerun_with({"plan", directory_.write("no_coarse.toml", without_coarse), "--budget", "600",
                                        "--set", "fine.levels=auto", "--set", "fine.steps=4096"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("The configured ladder"));
}

TEST_F(PlanCommand, ALadderUpToTheFineSolverIsModelledToo) {
  const Json json = plan({"--set", "fine.steps=8192", "--set", "corrector.name=classic"});
  ASSERT_TRUE(json.at("ladder").is_object());
  EXPECT_EQ(json.at("ladder").at("levels").back(), json.at("best_there").at("fine").at("steps"));
  EXPECT_GT(json.at("ladder").at("modelled_there").at("seconds").get<double>(), 0.0);
}

}  // namespace
}  // namespace forerun
