// Every coarse strategy where it may be used: as a level of the fine solver's ladder, and under correctors.
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/forerun/config/coarse_strategy.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// A linear equation on a mesh of which every second point is a mesh, with a fine method of high order: all strategies
/// suit it.
constexpr const char* kRun = R"([problem]
name = "heat"
points = 31
diffusivity = 0.1
profile = "hat"
[time]
end = 1.0
slices = 16
[fine]
method = "radau2"
steps = 16
[parareal]
tolerance = 1e-7
[run]
threads = 2
)";
constexpr const char* kFamily = R"([coarse]
method = "backward_euler"
steps = 1
[campaign]
runs = 6
[lowest]
diffusivity = 0.08
[highest]
diffusivity = 0.12
[operator]
kind = "pod"
neurons = 30
)";

/// What a strategy needs beside its name.
std::string more_keys(const std::string& strategy) {
  if (strategy == "simplified") return "problem = { diffusivity = 0.11 }";
  if (strategy == "operator") return "file = \"network\"";
  if (strategy == "pinn" || strategy == "pod") return "basis_size = 12";
  return "";
}

class EveryStrategy : public ::testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    const std::string family = directory_->write("family.toml", std::string(kRun) + kFamily);
    const Outcome trained = forerun_with({"train", family, "--quiet", "--out", *directory_ / "network"});
    ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  }
  static void TearDownTestSuite() { directory_.reset(); }

  /// The record of one run, after which errors and their tolerance are seen to.
  static Json solve(const std::string& config, const std::string& corrector) {
    const Outcome outcome =
        forerun_with({"run", config, "--quiet", "--reference", "--json", "-", "--set", "corrector.name=" + corrector});
    EXPECT_EQ(outcome.status, ExitStatus::ok) << corrector << ": " << outcome.err;
    if (outcome.status != ExitStatus::ok) return {};
    const Json json = Json::parse(outcome.out);
    const Json& run = json.at("runs").at(0);
    EXPECT_TRUE(run.at("converged").get<bool>()) << corrector;
    EXPECT_LE(run.at("errors").back().get<double>(), 1e-7) << corrector;
    EXPECT_LT(run.at("iterations").get<int>(), 17) << corrector;
    return json;
  }

  static std::unique_ptr<TemporaryDirectory> directory_;
};

std::unique_ptr<TemporaryDirectory> EveryStrategy::directory_;

TEST_P(EveryStrategy, IsTheCoarseSolverUnderACorrection) {
  const std::string config = directory_->write("coarse.toml", std::string(kRun) + "[coarse]\nstrategy = \"" +
                                                                  GetParam() + "\"\n" + more_keys(GetParam()) + "\n");
  for (const char* corrector : {"classic", "stencil", "kriging", "randnet", "tangent"}) solve(config, corrector);
}

TEST_P(EveryStrategy, IsALevelOfTheFineSolver) {
  std::string table = "strategy = \"" + GetParam() + "\"";
  if (const std::string more = more_keys(GetParam()); !more.empty()) table += ", " + more;
  const std::string config = directory_->write("level.toml", kRun);
  const std::string levels = "fine.levels=[{" + table + "}, {steps = 16}]";
  const Outcome outcome = forerun_with(
      {"run", config, "--quiet", "--reference", "--json", "-", "--set", "corrector.name=classic", "--set", levels});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("levels").size(), 2u);
  const Json& run = json.at("runs").at(0);
  EXPECT_TRUE(run.at("converged").get<bool>());
  EXPECT_LE(run.at("errors").back().get<double>(), 1e-7);
  // What it is printed as is read back as the same.
  const std::string out = *directory_ / ("level-" + GetParam());
  ASSERT_EQ(
      forerun_with({"run", config, "--quiet", "--out", out, "--set", "corrector.name=classic", "--set", levels}).status,
      ExitStatus::ok);
  const Outcome again = forerun_with({"run", out + "/config.toml", "--quiet", "--reference", "--json", "-"});
  ASSERT_EQ(again.status, ExitStatus::ok) << again.err;
  EXPECT_EQ(Json::parse(again.out).at("levels"), json.at("levels"));
  EXPECT_EQ(Json::parse(again.out).at("runs").at(0).at("errors"), run.at("errors"));
}

std::string test_name(const ::testing::TestParamInfo<std::string>& strategy) {
  std::string name = strategy.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, EveryStrategy, ::testing::ValuesIn(coarse_strategies()), test_name);

class RefusedLevel : public ::testing::Test {
 protected:
  std::string complaint(const std::string& levels) const {
    const Outcome outcome = forerun_with({"run", config_, "--quiet", "--set", "fine.levels=" + levels});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << levels;
    return outcome.err;
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("run.toml", kRun);
};

TEST_F(RefusedLevel, NamesPlaceAndRule) {
  EXPECT_THAT(complaint("[{strategy = 'bigger-step'}, {strategy = 'pod'}]"),
              HasSubstr("the last level is the fine solver"));
  EXPECT_THAT(complaint("[{strategy = 'simplified'}, {steps = 16}]"),
              AllOf(HasSubstr("--set fine.levels"), HasSubstr("[fine] levels: strategy = 'simplified': needs")));
  EXPECT_THAT(complaint("[{strategy = 'operator'}, {steps = 16}]"), HasSubstr("has no 'file'"));
  const Outcome without_file = forerun_with(
      {"run", config_, "--quiet", "--set", "fine.levels=[{strategy = 'operator', file = 'none'}, {steps = 16}]"});
  EXPECT_EQ(without_file.status, ExitStatus::input_output);
  EXPECT_THAT(complaint("[{strategy = 'coarser-mesh', modes = 3}, {steps = 16}]"), HasSubstr("has no such key"));
  EXPECT_THAT(complaint("[{method = 'sdirk2'}, {steps = 16}]"), HasSubstr("must have 'steps'"));
  EXPECT_THAT(complaint("[{strategy = 'no-such'}, {steps = 16}]"), HasSubstr("must be"));
}

}  // namespace
}  // namespace forerun
