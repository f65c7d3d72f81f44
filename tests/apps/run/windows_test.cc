// A run in windows, as the command line shows it: small_config has 8 slices.

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/files/npy_file.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class RunInWindows : public ::testing::Test {
 protected:
  testing::Outcome run(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"run", config_, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return testing::forerun_with(words);
  }

  const testing::TemporaryDirectory directory_;
  const std::string config_ = directory_.write("config.toml", testing::small_config);
};

TEST_F(RunInWindows, EndsWhereARunWithoutThemDoes) {
  ASSERT_EQ(run({"--out", directory_ / "whole"}).status, ExitStatus::ok);
  const auto outcome = run({"--set", "time.windows=4", "--out", directory_ / "windows"});
  ASSERT_EQ(outcome.status, ExitStatus::ok);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("in 4 windows"), ContainsRegex("by window [0-9]+, [0-9]+, [0-9]+, [0-9]+")));
  const States whole = read_npy_matrix(directory_ / "whole/boundaries-randnet.npy");
  const States windows = read_npy_matrix(directory_ / "windows/boundaries-randnet.npy");
  ASSERT_EQ(windows.cols(), whole.cols());
  EXPECT_LT((windows - whole).cwiseAbs().maxCoeff(), 1e-5);
}

TEST_F(RunInWindows, EachIterationSaysItsWindowInRecordAndTable) {
  ASSERT_EQ(run({"--set", "time.windows=2", "--out", directory_ / "out"}).status, ExitStatus::ok);
  const auto record = nlohmann::json::parse(testing::content_of(directory_ / "out/record.json"));
  EXPECT_EQ(record.at("windows"), 2);
  const auto& run = record.at("runs").at(0);
  const auto& windows = run.at("window");
  EXPECT_EQ(run.at("last_window"), 2);
  EXPECT_EQ(windows.size(), run.at("increments").size());
  EXPECT_EQ(windows.front(), 1);
  EXPECT_EQ(windows.back(), 2);
  std::istringstream csv(testing::content_of(directory_ / "out/iterations.csv"));
  std::string line;
  std::getline(csv, line);
  EXPECT_THAT(line, EndsWith(",window"));
  for (const auto& window : windows) {
    ASSERT_TRUE(std::getline(csv, line));
    EXPECT_THAT(line, EndsWith("," + window.dump()));
  }
}

TEST_F(RunInWindows, CanBeReportedAndRunAgain) {
  ASSERT_EQ(run({"--set", "time.windows=2", "--reference", "--out", directory_ / "out"}).status, ExitStatus::ok);
  ASSERT_EQ(testing::forerun_with({"report", directory_ / "out"}).status, ExitStatus::ok);
  EXPECT_THAT(testing::content_of(directory_ / "out/report.html"), HasSubstr("iterations by window"));
  ASSERT_EQ(
      testing::forerun_with({"run", directory_ / "out/config.toml", "--quiet", "--out", directory_ / "again"}).status,
      ExitStatus::ok);
  EXPECT_EQ(testing::content_of(directory_ / "again/boundaries-randnet.npy"),
            testing::content_of(directory_ / "out/boundaries-randnet.npy"));
}

TEST_F(RunInWindows, AWindowThatDoesNotConvergeIsNamed) {
  const auto outcome = run({"--set", "time.windows=2", "--set", "parareal.max_iterations=1", "--set",
                            "parareal.tolerance=1e-14", "--json", directory_ / "record.json"});
  EXPECT_EQ(outcome.status, ExitStatus::not_converged);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("did not converge: window 1 of 2, slices 0 to 3, iteration limit after 1 "
                                           "iteration, 1 of 4 slices converged"),
                                 HasSubstr("the windows after it were not run")));
}

TEST_F(RunInWindows, MustDivideTheSlicesAndIsNothingToPlanFor) {
  const auto refused = run({"--set", "time.windows=3"});
  EXPECT_EQ(refused.status, ExitStatus::usage);
  EXPECT_THAT(refused.err, HasSubstr("[time] windows = 3: must be ≥ 1 and divide slices = 8"));
  for (const char* command : {"plan", "scale"}) {
    const auto outcome = testing::forerun_with({command, config_, "--set", "time.windows=2"});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << command;
    EXPECT_THAT(outcome.err, HasSubstr("[time] windows = 2: must be 1 here"));
  }
}

}  // namespace
}  // namespace forerun
