// [output]: states between slice boundaries, where and of what they are wanted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/files/array_file.h"
#include "core/files/npy_file.h"
#include "core/files/read_file.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using Json = nlohmann::json;

constexpr const char* kLorenz = R"(
[problem]
name = "lorenz"
[time]
end = 1.0
slices = 8
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

constexpr const char* kDiffusionReaction = R"(
[problem]
name = "diffusion_reaction"
cells = 10
[time]
end = 1.0
slices = 4
[fine]
method = "rk4"
steps = 40
[coarse]
method = "rk4"
steps = 20
[corrector]
name = "classic"
)";

class Output : public ::testing::Test {
 protected:
  std::string config(const std::string& output, const std::string& rest = kLorenz) const {
    return directory_.write("out.toml", output + rest);
  }
  /// The record of a run into a directory of this name.
  Json run(const std::string& name, const std::string& output, const std::string& rest = kLorenz) const {
    const std::string out = directory_ / name;
    const Outcome outcome = forerun_with({"run", config(output, rest), "--out", out, "--quiet"});
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return Json::parse(read_file(out + "/record.json")).at("runs").at(0);
  }
  States states(const std::string& name) const { return read_npy_matrix(directory_ / (name + "/output-classic.npy")); }
  std::string complaint(const std::string& output, const std::string& rest = kLorenz) const {
    const Outcome outcome = forerun_with({"run", config(output, rest), "--dry-run"});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << output << outcome.err;
    return outcome.err;
  }

  const testing::TemporaryDirectory directory_;
};

TEST_F(Output, StatesAreThoseOfAFinerGridAtItsBoundaries) {
  const Json record = run("a", "[output]\nevery = 0.03125\n");
  EXPECT_EQ(record.at("output").at("times"), 33);
  EXPECT_EQ(record.at("output").at("shape"), Json({3}));
  EXPECT_NEAR(record.at("output").at("effective_sweeps").get<double>(), 0.75, 1e-12) << "3 of 4 parts of each slice";
  const std::string serial = directory_.write("serial.toml", std::string(kLorenz) + "seed = 2\n");
  const std::string out = directory_ / "b";
  ASSERT_EQ(forerun_with({"run", serial, "--set", "time.slices=32", "--set", "fine.steps=10", "--set",
                          "coarse.steps=10", "--out", out, "--quiet"})
                .status,
            ExitStatus::ok);
  const States finer = read_npy_matrix(out + "/boundaries-classic.npy");
  EXPECT_LT((states("a") - finer).cwiseAbs().maxCoeff(), 1e-4);
  const State times = read_npy(directory_ / "a/output-times.npy");
  ASSERT_EQ(times.size(), 33);
  EXPECT_EQ(times[32], 1.0);
}

TEST_F(Output, TimesOfOnesOwnAreKept) {
  run("a", "[output]\ntimes = [0.0, 0.1, 0.125, 0.9]\ncomponents = [2, 0]\n");
  EXPECT_EQ(states("a").rows(), 2);
  EXPECT_EQ(states("a").cols(), 4);
  const States boundaries = read_npy_matrix(directory_ / "a/boundaries-classic.npy");
  EXPECT_EQ(states("a")(0, 2), boundaries(2, 1)) << "a boundary, to the bit";
  EXPECT_EQ(states("a")(1, 0), boundaries(0, 0));
  directory_.write("t.csv", "0.0, 0.1\n0.125, 0.9\n");
  const States by_list = states("a");
  run("b", "[output]\ntimes = \"t.csv\"\ncomponents = [2, 0]\n");
  EXPECT_EQ(states("b"), by_list);
}

TEST_F(Output, OfAMeshEveryKthPointOfEachAxis) {
  run("all", "[output]\ntimes = [0.1]\n", kDiffusionReaction);
  const Json record = run("some", "[output]\ntimes = [0.1]\nstride = 4\n", kDiffusionReaction);
  const States all = states("all");
  const States some = states("some");
  const Index points = 10;
  ASSERT_EQ(all.rows(), 2 * points * points);
  ASSERT_EQ(record.at("output").at("shape"), Json({2, 3, 3}));
  ASSERT_EQ(some.rows(), 18);
  for (Index field = 0, i = 0; field < 2; ++field) {
    for (Index y = 0; y < points; y += 4) {
      for (Index x = 0; x < points; x += 4) EXPECT_EQ(some(i++, 0), all((field * points + y) * points + x, 0));
    }
  }
}

TEST_F(Output, OfAnAdaptiveSolverIsToItsTolerance) {
  const std::string rest = R"(
[problem]
name = "lorenz"
[time]
end = 1.0
slices = 4
[fine]
method = "dopri5"
tolerance = 1e-10
levels = [1e-4, 1e-10]
[run]
threads = 2
)";
  const std::string out = directory_ / "a";
  ASSERT_EQ(forerun_with({"run", config("[output]\nevery = 0.1\n", rest), "--out", out, "--quiet", "--set",
                          "corrector.name=classic"})
                .status,
            ExitStatus::ok);
  run("b", "[output]\nevery = 0.1\n");
  EXPECT_LT((states("a") - states("b")).cwiseAbs().maxCoeff(), 1e-3);
}

TEST_F(Output, GoesWithTheConfigurationThatIsKept) {
  run("a", "[output]\nevery = 0.1\ncomponents = [1]\n");
  const Outcome again = forerun_with({"run", directory_ / "a/config.toml", "--out", directory_ / "b", "--quiet"});
  ASSERT_EQ(again.status, ExitStatus::ok) << again.err;
  EXPECT_EQ(states("a"), states("b"));
}

TEST_F(Output, IsLeftOutWithAWordWhereNoDirectoryIsNamed) {
  const Outcome outcome = forerun_with({"run", config("[output]\nevery = 0.1\n")});
  EXPECT_EQ(outcome.status, ExitStatus::ok);
  EXPECT_THAT(outcome.err, HasSubstr("[output] is left out: it is written with --out DIR only"));
}

TEST_F(Output, IsNotComputedFromARunThatDidNotConverge) {
  const std::string out = directory_ / "a";
  const Outcome outcome = forerun_with(
      {"run", config("[output]\nevery = 0.1\n"), "--out", out, "--quiet", "--set", "parareal.max_iterations=1"});
  EXPECT_EQ(outcome.status, ExitStatus::not_converged);
  EXPECT_FALSE(std::filesystem::exists(out + "/output-classic.npy"));
}

TEST_F(Output, IsPartOfThePlan) {
  const std::string out = directory_ / "a";
  const Outcome outcome = forerun_with({"compare", config("[output]\nevery = 0.1\n"), "--out", out, "--dry-run"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("11 states, 264 B"), HasSubstr("output-classic.npy"),
                                 HasSubstr("output-auto.npy"), HasSubstr("output-times.npy")));
}

TEST_F(Output, BadRequestsAreRefusedWithPlaceAndRule) {
  EXPECT_THAT(complaint("[output]\ntimes = [0.0, 2.0]\n"),
              AllOf(HasSubstr("out.toml:2: [output] times = 2.0"), HasSubstr("within [0.0, 1.0]")));
  EXPECT_THAT(complaint("[output]\ntimes = [0.5, 0.25]\n"), HasSubstr("must be later than the one before"));
  EXPECT_THAT(complaint("[output]\ntimes = [\"a\"]\n"), HasSubstr("must be a list of growing times"));
  EXPECT_THAT(complaint("[output]\nevery = 0.0\n"), HasSubstr("must be a finite number > 0"));
  EXPECT_THAT(complaint("[output]\nevery = 1e-9\n"), HasSubstr("must be a number from"));
  EXPECT_THAT(complaint("[output]\nevery = 2.0\n"), HasSubstr("the length of time"));
  EXPECT_THAT(complaint("[output]\nevery = 0.1\ntimes = [0.5]\n"),
              HasSubstr("must be left out where 'times' is given"));
  EXPECT_THAT(complaint("[output]\nevery = 0.1\ncomponents = [3]\n"), HasSubstr("must be below 3"));
  EXPECT_THAT(complaint("[output]\nevery = 0.1\ncomponents = [0.5]\n"), HasSubstr("counted from 0"));
  EXPECT_THAT(complaint("[output]\nevery = 0.1\ncomponents = [-1]\n"), HasSubstr("counted from 0"));
  EXPECT_THAT(complaint("[output]\nevery = 0.1\ncomponents = [1]\nstride = 2\n"), HasSubstr("must be left out where"));
  EXPECT_THAT(complaint("[output]\nstride = 2\n"), HasSubstr("must have 'times' or 'every' beside it"));
  EXPECT_THAT(complaint("[output]\nevry = 0.1\n"), HasSubstr("did you mean 'every'?"));
}

}  // namespace
}  // namespace forerun
