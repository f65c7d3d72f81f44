#include "apps/forerun/selftest/selftest.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/selftest/selftest_runs.h"
#include "solvers/integrators/sundials/sundials_entries.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using ::testing::ThrowsMessage;
using Json = nlohmann::json;

TEST(SelfTest, EveryPartThatIsThereEndsExact) {
  const Outcome outcome = forerun_with({"selftest", "--json"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.out;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("all_right"), true);
  EXPECT_EQ(json.at("checks").size(), 13U);
  for (const Json& check : json.at("checks")) {
    const bool is_optional = check.at("name") == "SUNDIALS" || check.at("name") == "Python module";
    EXPECT_TRUE(check.at("outcome") == "passed" || (is_optional && check.at("outcome") == "not there")) << check;
  }
  EXPECT_EQ(json.at("checks").at(11).at("outcome") == "passed", !sundials_version().empty());
}

TEST(SelfTest, NamesWhatThisMachineAndThisBuildHave) {
  const Json json = Json::parse(forerun_with({"selftest", "--json"}).out);
  EXPECT_EQ(json.at("revision"), build::revision);
  EXPECT_GE(json.at("machine").at("threads").get<int>(), 1);
  EXPECT_GT(json.at("machine").at("memory_bytes").get<double>(), 1e6);
  EXPECT_THAT(json.at("machine").at("instruction_set").get<std::string>(),
              ::testing::AnyOf("x86-64", "x86-64-v3", "x86-64-v4", "other"));
  EXPECT_EQ(json.at("build").at("python").is_null(), std::string(build::python).empty());
  const std::string text = forerun_with({"selftest"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("instruction set"), HasSubstr("SUNDIALS"), HasSubstr("All right, in ")));
}

TEST(SelfTest, LeavesNothingBehind) {
  const auto left = [] {
    return std::count_if(
        std::filesystem::directory_iterator(std::filesystem::temp_directory_path()), {},
        [](const auto& entry) { return entry.path().filename().string().starts_with("forerun-selftest-"); });
  };
  const auto before = left();
  forerun_with({"selftest"});
  EXPECT_EQ(left(), before);
}

TEST(SelfTest, ARunThatDoesNotEndExactIsNoPass) {
  const std::string stopped = R"([problem]
name = "lorenz"
[time]
end = 4.0
slices = 16
[fine]
method = "rk4"
steps = 50
[coarse]
method = "rk4"
steps = 5
[parareal]
tolerance = 0.0
max_iterations = 1
[corrector]
name = "classic"
)";
  EXPECT_THAT([&] { run_exactly(stopped, {}); },
              ThrowsMessage<std::runtime_error>(HasSubstr("the run ended by iteration limit")));
  std::string rough = stopped;
  rough.replace(rough.find("0.0\nmax_iterations = 1"), 22, "1e-3");
  EXPECT_THAT([&] { run_exactly(rough, {}); },
              ThrowsMessage<std::runtime_error>(HasSubstr("states are not those of serial stepping")));
}

TEST(SelfTest, OneFailureIsEnoughAndAnAbsentPartIsNone) {
  using enum SelfTestCheck::Outcome;
  EXPECT_TRUE(all_right({{"a", passed, "", 0.0}, {"b", absent, "", 0.0}}));
  EXPECT_FALSE(all_right({{"a", passed, "", 0.0}, {"b", failed, "", 0.0}}));
}

TEST(SelfTest, TakesNoArguments) {
  const Outcome outcome = forerun_with({"selftest", "now"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("takes no 'now'"));
}

}  // namespace
}  // namespace forerun
