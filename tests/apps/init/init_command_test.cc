#include <gmock/gmock.h>

#include <filesystem>

#include "apps/forerun/init/starting_configuration.h"
#include "solvers/external/external_problem.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::TemporaryDirectory;

std::vector<std::string> listed_problems() {
  std::vector<std::string> names;
  for (const ProblemEntry& entry : problem_registry()) names.push_back(entry.name);
  names.push_back(external_problem().name);
  return names;
}

class InitOfProblem : public ::testing::TestWithParam<std::string> {};

TEST_P(InitOfProblem, WritesAFileThatRunsAsItIs) {
  const TemporaryDirectory directory;
  const std::string file = directory / "mine.toml";
  const Outcome written = forerun_with({"init", GetParam(), "--out", file});
  ASSERT_EQ(written.status, ExitStatus::ok) << written.err;
  const Outcome run = forerun_with({"run", file, "--reference", "--quiet"});
  EXPECT_EQ(run.status, ExitStatus::ok) << run.err << run.out;
}

INSTANTIATE_TEST_SUITE_P(Listed, InitOfProblem, ::testing::ValuesIn(listed_problems()),
                         [](const auto& tested) { return tested.param; });

TEST(Init, EveryKeyOfTheProblemHasItsMeaningBesideIt) {
  const std::string text = forerun_with({"init", "burgers", "--out", "-"}).out;
  for (const ParameterSpec& spec : find_problem("burgers").parameters) {
    EXPECT_THAT(text, AllOf(HasSubstr("\n" + spec.name + " = "), HasSubstr("# " + spec.description)));
  }
}

TEST(Init, OverwritesNothing) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("mine.toml", "mine");
  const Outcome outcome = forerun_with({"init", "burgers", "--out", file});
  EXPECT_EQ(outcome.status, ExitStatus::input_output);
  EXPECT_THAT(outcome.err, HasSubstr("is there already and is not overwritten"));
  EXPECT_EQ(content_of(file), "mine");
  std::filesystem::create_symlink(directory / "nowhere", directory / "link");
  EXPECT_EQ(forerun_with({"init", "burgers", "--out", directory / "link"}).status, ExitStatus::input_output);
  EXPECT_FALSE(std::filesystem::exists(directory / "nowhere"));
}

TEST(Init, AnUnknownProblemSuggestsTheNearest) {
  const Outcome outcome = forerun_with({"init", "lorentz"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'lorenz'?"));
  EXPECT_EQ(forerun_with({"init"}).status, ExitStatus::usage);
  EXPECT_EQ(forerun_with({"init", "burgers", "heat"}).status, ExitStatus::usage);
}

TEST(Init, AProblemThatNothingIsKnownAboutRunsToo) {
  const TemporaryDirectory directory;
  for (const std::string name : {"lorenz", "heat", "fitzhugh_nagumo"}) {
    StartingPoint unknown = starting_point("of a user's own");
    const std::string file =
        directory.write(name + ".toml", starting_configuration(find_problem(name), unknown, "FILE"));
    const Outcome run = forerun_with({"run", file, "--quiet"});
    EXPECT_EQ(run.status, ExitStatus::ok) << run.err << run.out;
  }
}

}  // namespace
}  // namespace forerun
