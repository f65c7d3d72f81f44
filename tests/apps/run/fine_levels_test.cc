#include "apps/forerun/run/fine_levels.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kNoCoarse = R"([problem]
name = "burgers"
points = 32
viscosity = 0.05
[time]
end = 1.0
slices = 16
[fine]
method = "rk4"
steps = 512
levels = "auto"
[parareal]
stopping = "estimate"
[corrector]
name = "classic"
)";

RunConfig config_with(const std::vector<std::string>& assignments, const char* text = testing::small_config) {
  ConfigDocument document = ConfigDocument::parse(text, "small.toml");
  for (const std::string& assignment : assignments) document.set_from_command_line(assignment);
  return read_config(document);
}

/// The steps of each level, or the tolerance where it has one.
std::vector<double> values(const FineLevels& levels) {
  std::vector<double> numbers;
  for (const SolverSpec& spec : levels.solvers)
    numbers.push_back(spec.is_adaptive() ? spec.tolerance() : static_cast<double>(spec.steps()));
  return numbers;
}

std::string complaint(const std::vector<std::string>& assignments, const char* text = testing::small_config) {
  try {
    config_with(assignments, text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(FineLevels, AreAListOfGrowingStepCountsThatEndsWithTheSteps) {
  const RunConfig config = config_with({"fine.steps=64", "fine.levels=[4, 16,64]"});
  EXPECT_THAT(values(config.fine_levels), ElementsAre(4, 16, 64));
  EXPECT_TRUE(config.fine_levels.is_ladder());
  EXPECT_EQ(config.fine.steps(), 64);
  EXPECT_FALSE(config_with({}).fine_levels.is_ladder());
}

TEST(FineLevels, ArePrintedAsTheyAreWritten) {
  EXPECT_EQ(levels_text(config_with({"fine.steps=256", "fine.levels=[16, 64, 256]"}).fine_levels), "[16, 64, 256]");
  EXPECT_EQ(levels_text(config_with({"fine.steps=100000", "fine.levels=[1000, 100000]"}).fine_levels),
            "[1000, 100000]");
}

TEST(FineLevels, AnythingElseIsRefusedWithPlaceAndRule) {
  for (const std::string bad : {"[]", "[4, 4]", "[16, 4]", "[0, 4]", "[-1, 4]", "[1.5, 4]", "['4']", "[4, [8]]",
                                "[2000000000]", "automatic", "'4, 8'", "\"[4 8]\"", "\"[4,]\""}) {
    EXPECT_THAT(complaint({"fine.levels=" + bad}), AllOf(StartsWith("--set fine.levels=" + bad + ": [fine] levels"),
                                                         HasSubstr("must be \"auto\" or growing")))
        << bad;
  }
  EXPECT_THAT(complaint({"fine.steps=64", "fine.levels=[4, 16]"}), HasSubstr("must end with steps = 64"));
  EXPECT_THAT(complaint({"fine.levels=4"}), HasSubstr("must be a string"));
}

TEST(FineLevels, CoarseMayBeLeftOutOnlyWithALadder) {
  const RunConfig config = config_with({"fine.levels=[8, 64, 512]"}, kNoCoarse);
  EXPECT_TRUE(config.coarse_is_cheapest_level);
  EXPECT_EQ(config.coarse.method, "rk4");
  EXPECT_EQ(config.coarse.steps(), 8);
  EXPECT_THAT(complaint({"fine.levels=[512]"}, kNoCoarse), HasSubstr("[coarse] has no 'method'"));
  EXPECT_THAT(complaint({"coarse.steps=4"}, kNoCoarse), HasSubstr("[coarse] has no 'method'"));
}

constexpr const char* kTolerances = R"([problem]
name = "fitzhugh_nagumo"
[time]
end = 40.0
slices = 40
[fine]
method = "dopri5"
tolerance = 1e-10
levels = [1e-4, 1e-7, 1e-10]
[parareal]
stopping = "estimate"
)";

TEST(FineLevels, AreFallingTolerancesOfAMethodThatFollowsOne) {
  const RunConfig config = config_with({}, kTolerances);
  EXPECT_THAT(values(config.fine_levels), ElementsAre(1e-4, 1e-7, 1e-10));
  EXPECT_EQ(config.fine, (SolverSpec{"dopri5", 1e-10}));
  EXPECT_EQ(config.coarse, (SolverSpec{"dopri5", 1e-4}));
  for (const std::string bad : {"[1e-10, 1e-4]", "[1, 1e-10]", "[0, 1e-10]", "[-1e-4, 1e-10]", "[1e-4, nan]"}) {
    EXPECT_THAT(complaint({"fine.levels=" + bad}, kTolerances), HasSubstr("must be \"auto\" or falling tolerances"))
        << bad;
  }
  EXPECT_THAT(complaint({"fine.levels=[1e-4, 1e-9]"}, kTolerances), HasSubstr("must end with tolerance = 1e-10"));
}

TEST(FineLevels, AMethodTakesStepsOrAToleranceAndNotBoth) {
  EXPECT_THAT(complaint({"fine.steps=4"}, kTolerances),
              AllOf(StartsWith("--set fine.steps=4: [fine] steps = 4"), HasSubstr("dopri5 chooses its steps")));
  EXPECT_THAT(complaint({"fine.tolerance=1e-6"}), AllOf(StartsWith("--set fine.tolerance=1e-6: [fine] tolerance"),
                                                        HasSubstr("must be left out, rk4 takes equal steps")));
  EXPECT_THAT(complaint({"coarse.method=dopri5"}, kTolerances), HasSubstr("[coarse] has no 'tolerance'"));
  for (const std::string bad : {"0", "-1e-6", "1", "nan", "inf", "'1e-6'"}) {
    EXPECT_THAT(complaint({"fine.tolerance=" + bad}, kTolerances), StartsWith("--set fine.tolerance=" + bad)) << bad;
  }
}

class LadderRun : public ::testing::Test {
 protected:
  nlohmann::json record(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"compare", config_, "--json", "-", "--quiet", "--correctors", "classic"};
    words.insert(words.end(), more.begin(), more.end());
    const testing::Outcome outcome = testing::forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }

  const testing::TemporaryDirectory directory_;
  const std::string config_ = directory_.write("ladder.toml", kNoCoarse);
};

TEST_F(LadderRun, AutomaticLevelsGiveTheFineSolversAnswerForFewEffectiveSweeps) {
  const nlohmann::json json = record({});
  const nlohmann::json& run = json.at("runs").at(0);
  EXPECT_GE(json.at("levels").size(), 2U);
  EXPECT_EQ(json.at("levels").back(), 512);
  EXPECT_LE(run.at("max_error").get<double>(), 5e-7);
  const double planning = json.at("planning").at("effective_sweeps");
  EXPECT_LT(run.at("effective_sweeps").get<double>() + planning, 2.0);
  EXPECT_EQ(run.at("level").back(), json.at("levels").size());
}

TEST_F(LadderRun, TheResolvedConfigurationNamesTheLevelsAndRepeatsTheRun) {
  const nlohmann::json first = record({"--out", directory_ / "run"});
  const std::string resolved = testing::content_of(directory_ / "run/config.toml");
  EXPECT_THAT(resolved, HasSubstr("levels = ["));
  const testing::Outcome again = testing::forerun_with(
      {"compare", directory_ / "run/config.toml", "--json", "-", "--quiet", "--correctors", "classic"});
  const nlohmann::json second = nlohmann::json::parse(again.out);
  EXPECT_EQ(second.at("levels"), first.at("levels"));
  EXPECT_TRUE(second.at("planning").is_null());
  EXPECT_EQ(second.at("runs").at(0).at("increments"), first.at("runs").at(0).at("increments"));
}

TEST_F(LadderRun, HeadingSaysWhichLevelsWereChosenAndAtWhatPrice) {
  const testing::Outcome outcome = testing::forerun_with({"run", config_, "--quiet"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("fine levels ["), HasSubstr("chosen in")));
}

TEST(LadderOfTolerances, GivesTheFineSolversAnswerAndRepeatsTheRun) {
  const testing::TemporaryDirectory directory;
  const std::string config = directory.write("tolerances.toml", kTolerances);
  for (const std::string levels : {"[1e-4, 1e-7, 1e-10]", "auto"}) {
    const std::string out = directory / ("run_" + std::to_string(levels.size()));
    const testing::Outcome outcome = testing::forerun_with({"compare", config, "--quiet", "--json", "-", "--correctors",
                                                            "classic", "--set", "fine.levels=" + levels, "--out", out});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const nlohmann::json json = nlohmann::json::parse(outcome.out);
    EXPECT_LE(json.at("runs").at(0).at("max_error").get<double>(), 5e-7);
    EXPECT_LT(json.at("runs").at(0).at("effective_sweeps").get<double>(), 4.0);
    const testing::Outcome again =
        testing::forerun_with({"compare", out + "/config.toml", "--quiet", "--json", "-", "--correctors", "classic"});
    const nlohmann::json repeated = nlohmann::json::parse(again.out);
    EXPECT_EQ(repeated.at("levels"), json.at("levels"));
    EXPECT_EQ(repeated.at("runs").at(0).at("increments"), json.at("runs").at(0).at("increments"));
    EXPECT_EQ(testing::forerun_with({"report", out}).status, ExitStatus::ok);
    EXPECT_EQ(testing::forerun_with({"scale", out}).status, ExitStatus::ok);
  }
}

TEST_F(LadderRun, WithoutACheaperLevelARoughVersionOfTheFineSolverRunsAhead) {
  for (const auto& [steps, coarse] : {std::pair("2", 1), {"1", 1}}) {
    const std::string set = std::string("fine.steps=") + steps;
    // Coarser than the equation can be solved by: steps of 0.03 and 0.06 with a wave number of 4.5.
    const nlohmann::json json = record({"--set", set});
    EXPECT_EQ(json.at("levels").size(), 1U);
    EXPECT_LE(json.at("runs").at(0).at("max_error").get<double>(), 5e-7);
    const testing::Outcome outcome = testing::forerun_with({"run", config_, "--quiet", "--set", set});
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("coarse rk4 × " + std::to_string(coarse) + " per slice"),
                                   HasSubstr("the fine solver climbs no ladder")));
  }
}

}  // namespace
}  // namespace forerun
