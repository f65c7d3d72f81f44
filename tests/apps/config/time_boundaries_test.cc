#include "apps/forerun/config/time_boundaries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using Json = nlohmann::json;

constexpr const char* kRest = R"(
[problem]
name = "lorenz"
[fine]
method = "rk4"
steps = 40
[coarse]
method = "rk4"
steps = 4
[corrector]
name = "classic"
[run]
threads = 2
)";

class TimeBoundaries : public ::testing::Test {
 protected:
  std::string config(const std::string& time) const {
    return directory_.write("graded.toml", "[time]\n" + time + kRest);
  }
  Json record(const std::string& time, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"compare", config(time), "--quiet", "--json", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return Json::parse(outcome.out);
  }
  std::string complaint(const std::string& time, const std::string& command = "run") const {
    const Outcome outcome = forerun_with({command, config(time)});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << time << outcome.err;
    return outcome.err;
  }

  const testing::TemporaryDirectory directory_;
};

constexpr const char* kGraded = "boundaries = [0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 1.125]\n";

TEST_F(TimeBoundaries, GiveEverySliceItsOwnLength) {
  const Json record = this->record(kGraded, {"--correctors", "classic,randnet,kriging,auto"});
  EXPECT_EQ(record.at("slices"), 6);
  for (const Json& run : record.at("runs")) EXPECT_LE(run.at("max_error").get<double>(), 5e-7) << run.at("corrector");
}

TEST_F(TimeBoundaries, ThatAreEqualGiveTheBitsOfEqualSlices) {
  const Json graded = record("boundaries = [0.0, 0.25, 0.5, 0.75, 1.0]\n");
  const Json equal = record("end = 1.0\nslices = 4\n");
  EXPECT_EQ(graded.at("runs").at(0).at("increments"), equal.at("runs").at(0).at("increments"));
}

TEST_F(TimeBoundaries, ComeFromAFileToo) {
  directory_.write("t.csv", "0.0 0.05\n0.1, 0.25, 0.5, 1.0, 1.125\n");
  EXPECT_EQ(record("boundaries = \"t.csv\"\n").at("runs").at(0).at("increments"),
            record(kGraded).at("runs").at(0).at("increments"));
}

TEST_F(TimeBoundaries, AreKeptInTheRunDirectory) {
  const std::string out = directory_ / "out";
  ASSERT_EQ(forerun_with({"run", config(kGraded), "--out", out, "--quiet"}).status, ExitStatus::ok);
  const Outcome again = forerun_with({"run", out + "/config.toml", "--quiet", "--json", "-"});
  ASSERT_EQ(again.status, ExitStatus::ok) << again.err;
  EXPECT_EQ(Json::parse(again.out).at("runs").at(0).at("increments"),
            record(kGraded).at("runs").at(0).at("increments"));
}

TEST_F(TimeBoundaries, AreRefusedWithPlaceAndRule) {
  EXPECT_THAT(complaint("boundaries = [0.0, 2.0, 1.0]\n"),
              AllOf(HasSubstr("graded.toml:2: [time] boundaries"), HasSubstr("number 3"), HasSubstr("later than")));
  EXPECT_THAT(complaint("boundaries = [1.0]\n"), HasSubstr("must be two times or more"));
  EXPECT_THAT(complaint("boundaries = [\"a\"]\n"), HasSubstr("must be a list of growing times"));
  EXPECT_THAT(complaint("boundaries = \"\"\n"), HasSubstr("must be a list of times or the name of"));
  EXPECT_THAT(complaint("boundaries = [0.0, 1.0]\nslices = 4\n"),
              AllOf(HasSubstr("graded.toml:3: [time] slices = 4"), HasSubstr("must be left out or 1")));
  EXPECT_THAT(complaint("boundaries = [0.0, 1.0]\nend = 2.0\n"), HasSubstr("must be left out or 1.0"));
  EXPECT_THAT(complaint(kGraded, "plan"), HasSubstr("[time] boundaries: must be left out here"));
  EXPECT_EQ(forerun_with({"run", config("boundaries = \"none.csv\"\n")}).status, ExitStatus::input_output);
}

TEST_F(TimeBoundaries, TimeThatRunsBackwardsIsToldHowToRunForwards) {
  EXPECT_THAT(complaint("end = -1.0\nslices = 4\n"), HasSubstr("solve for v(s) = u(-s): v' = -f(-s, v)"));
}

}  // namespace
}  // namespace forerun
