#include "apps/forerun/run/coarse_comparison.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

constexpr const char* kBurgers = R"([problem]
name = "burgers"
points = 32
viscosity = 0.05
[time]
end = 1.0
slices = 16
[fine]
method = "rk4"
steps = 64
[parareal]
tolerance = 1e-6
)";
constexpr const char* kSimplified = "[coarse]\nstrategy = \"simplified\"\nproblem = { viscosity = 0.06 }\n";

std::string burgers(const std::string& coarse = kSimplified) { return kBurgers + coarse; }

Json trials(const TemporaryDirectory& directory, const std::string& strategies, const std::string& correctors) {
  const std::string file = directory.write("run.toml", burgers());
  const testing::Outcome outcome =
      forerun_with({"compare", file, "--coarse", strategies, "--correctors", correctors, "--json", "-", "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("schema"), "forerun.coarse/1");
  return json.at("trials");
}

TEST(CoarseComparison, EveryStrategyEndsWithTheFineSolversAnswer) {
  const TemporaryDirectory directory;
  const Json all = trials(directory, "all", "classic,secant");
  ASSERT_EQ(all.size(), 9u);
  for (const Json& trial : all) {
    if (trial.at("strategy") == "spectral" || trial.at("strategy") == "pinn") {  // of linear equations alone
      EXPECT_THAT(trial.at("refusal").get<std::string>(), HasSubstr("burgers is not"));
      continue;
    }
    if (trial.at("strategy") == "operator") {  // of a file that is not given
      EXPECT_THAT(trial.at("refusal").get<std::string>(), HasSubstr("has no 'file'"));
      continue;
    }
    ASSERT_TRUE(trial.at("refusal").is_null()) << trial;
    ASSERT_EQ(trial.at("runs").size(), 2u);
    for (const Json& run : trial.at("runs")) {
      EXPECT_EQ(run.at("termination"), "converged") << trial.at("strategy");
      EXPECT_LE(run.at("max_error").get<double>(), 1e-6) << trial.at("strategy");
    }
  }
}

/// What the section says is of the strategy that it names, which has the same run here as by itself.
TEST(CoarseComparison, AStrategyHasTheRunThatItHasAlone) {
  const TemporaryDirectory directory;
  const Json all = trials(directory, "bigger-step,simplified", "classic");
  const std::vector<std::string> configured = {"[coarse]\nstrategy = \"bigger-step\"\n", kSimplified};
  for (std::size_t i = 0; i < configured.size(); ++i) {
    const std::string file = directory.write("alone.toml", burgers(configured[i]));
    const testing::Outcome outcome =
        forerun_with({"compare", file, "--correctors", "classic", "--json", "-", "--quiet"});
    const Json alone = Json::parse(outcome.out).at("runs")[0];
    EXPECT_EQ(all[i].at("runs")[0].at("iterations"), alone.at("iterations"));
    EXPECT_EQ(all[i].at("runs")[0].at("max_error"), alone.at("max_error"));
  }
}

TEST(CoarseComparison, SaysWhatDoesNotSuitTheProblemAndGoesOn) {
  const TemporaryDirectory directory;
  const std::string file = directory.write(
      "run.toml",
      "[problem]\nname = \"lorenz\"\n[time]\nend = 1.0\nslices = 8\n[fine]\nmethod = \"rk4\"\nsteps = 64\n");
  const testing::Outcome outcome = forerun_with({"compare", file, "--coarse", "coarser-mesh,bigger-step", "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Not here: "), HasSubstr("coarser-mesh"), HasSubstr("bigger-step"),
                                 HasSubstr("(measured)")));
  const testing::Outcome none = forerun_with({"compare", file, "--coarse", "coarser-mesh", "--quiet"});
  EXPECT_EQ(none.status, ExitStatus::usage);
  EXPECT_EQ(none.out, "");
}

TEST(CoarseComparison, RefusesWhatItKnowsNothingOf) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("run.toml", burgers());
  const auto complaint = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"compare", file, "--quiet"});
    const testing::Outcome outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::usage) << outcome.out;
    return outcome.err;
  };
  EXPECT_THAT(complaint({"--coarse", "coarser-mess"}), HasSubstr("did you mean 'coarser-mesh'?"));
  EXPECT_THAT(complaint({"--coarse", "all", "--out", directory / "out"}), HasSubstr("--out"));
  EXPECT_THAT(complaint({"--coarse", "all", "--set", "fine.levels=auto"}), HasSubstr("levels"));
  EXPECT_THAT(complaint({"--coarse", "all", "--methods", "mgrit"}), HasSubstr("--methods"));
}

}  // namespace
}  // namespace forerun
