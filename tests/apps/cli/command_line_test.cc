#include "apps/forerun/cli/command_line.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::small_config;
using ::testing::StartsWith;
using testing::TemporaryDirectory;

class CommandLine : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
};

TEST_F(CommandLine, HelpGoesToStandardOutputAndSucceeds) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"-h"}, {"--version"}, {"run", "-h"}, {"compare", "--help"}, {"list"}}) {
    const Outcome outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok);
    EXPECT_THAT(outcome.err, IsEmpty());
    EXPECT_FALSE(outcome.out.empty());
  }
}

TEST_F(CommandLine, LongHelpHasExamplesAndExitStatusesShortHelpHasNot) {
  for (const std::string command : {"run", "compare"}) {
    const std::string brief = forerun_with({command, "-h"}).out;
    const std::string full = forerun_with({command, "--help"}).out;
    EXPECT_THAT(full, AllOf(StartsWith(brief), HasSubstr("Examples:"), HasSubstr("Exit status:")));
    EXPECT_THAT(brief, Not(HasSubstr("Examples:")));
  }
}

TEST_F(CommandLine, HelpOfACommandIsItsLongHelp) {
  for (const std::string command : {"run", "compare", "config", "selftest"}) {
    EXPECT_EQ(forerun_with({"help", command}).out, forerun_with({command, "--help"}).out);
  }
  EXPECT_EQ(forerun_with({"help"}).out, forerun_with({"--help"}).out);
}

TEST_F(CommandLine, TyposSuggestTheNearest) {
  EXPECT_THAT(forerun_with({"comapre", config_}).err, HasSubstr("did you mean 'compare'?"));
  EXPECT_THAT(forerun_with({"run", config_, "--refrence"}).err, HasSubstr("did you mean --reference?"));
  EXPECT_THAT(forerun_with({"compare", config_, "--correctors", "clasic"}).err, HasSubstr("classic"));
}

struct Refusal {
  std::vector<std::string> words;  ///< DIR stands for the test's directory
  ExitStatus status;
  std::string sentence;
};

class Refused : public CommandLine, public ::testing::WithParamInterface<Refusal> {};

TEST_P(Refused, WithItsStatusASentenceAndNothingWritten) {
  std::filesystem::create_directory(directory_ / "full");
  directory_.write("full/file", "");
  directory_.write("broken.safetensors", "no model");
  directory_.write("u0.csv", "1, 2, 3\n");
  const auto before = directory_.files();
  std::vector<std::string> words = GetParam().words;
  for (std::string& word : words) {
    for (std::size_t at = word.find("DIR"); at != std::string::npos; at = word.find("DIR")) {
      word.replace(at, 3, directory_ / ".");
    }
  }
  const Outcome outcome = forerun_with(words);
  EXPECT_EQ(outcome.status, GetParam().status) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(StartsWith("forerun: "), HasSubstr(GetParam().sentence)));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(directory_.files(), before);
}

const std::string good = "DIR/small.toml";

INSTANTIATE_TEST_SUITE_P(
    CommandLine, Refused,
    ::testing::Values(
        Refusal{{"run"}, ExitStatus::usage, "needs a configuration file"},
        Refusal{{"run", good, good}, ExitStatus::usage, "one configuration file"},
        Refusal{{"inspect"}, ExitStatus::usage, "one model file"},
        Refusal{{"list", "burgrs"}, ExitStatus::usage, "did you mean 'burgers'?"},
        Refusal{{"list", "burgers", "heat"}, ExitStatus::usage, "one name"},
        Refusal{{"help", "rn"}, ExitStatus::usage, "did you mean 'run'?"},
        Refusal{{"help", "run", "list"}, ExitStatus::usage, "one command"},
        Refusal{{"--quiet"}, ExitStatus::usage, "a command comes first"},
        Refusal{{"run", good, "--threads"}, ExitStatus::usage, "threads"},
        Refusal{{"run", good, "--threads", "-1"}, ExitStatus::usage, "--threads -1: [run] threads = -1: must be"},
        Refusal{{"run", good, "--threads", "1,5"}, ExitStatus::usage, "--threads 1,5: "},
        Refusal{{"run", good, "--seed", "nan"}, ExitStatus::usage, "--seed nan: [run] seed = nan: must be an integer"},
        Refusal{{"run", good, "--set", "time.end=-1"}, ExitStatus::usage, "must be a number > begin = 0.0"},
        Refusal{{"run", good, "--set", "time.slices=1000000000"}, ExitStatus::usage, "must fit into"},
        Refusal{{"run", good, "--set", "fine.method=rk3"}, ExitStatus::usage, "[fine]"},
        Refusal{{"run", good, "--set", "corrector.name=magic"}, ExitStatus::usage, "magic"},
        Refusal{{""}, ExitStatus::usage, "unknown command '': known are run, "},
        Refusal{{"run", ""}, ExitStatus::usage, "needs a configuration file"},
        Refusal{{"run", good, "--quiet=1"}, ExitStatus::usage, "--quiet takes no value"},
        Refusal{{"run", good, "--seed", "9007199254740993"}, ExitStatus::usage, "≤ 9007199254740992"},
        Refusal{{"compare", good, "--correctors", "classic,"}, ExitStatus::usage, "unknown corrector ''"},
        Refusal{{"compare", good, "--correctors", "classic,classic"}, ExitStatus::usage, "named twice"},
        Refusal{{"compare", good, "--correctors", ""}, ExitStatus::usage, "--correctors"},
        Refusal{{"compare", good, "--save-model", "DIR/m"}, ExitStatus::usage, "one corrector that learns"},
        Refusal{{"run", good, "--set", "corrector.name=classic", "--save-model", "DIR/m"},
                ExitStatus::usage,
                "one corrector that learns"},
        Refusal{
            {"run", good, "--set", "problem.initial_state='u0.csv'"}, ExitStatus::usage, "has 3 values: must be 16"},
        Refusal{{"run", good, "--set", "problem.initial_state='none.csv'"}, ExitStatus::input_output, "none.csv"},
        Refusal{{"run", "DIR/none.toml"}, ExitStatus::input_output, "none.toml"},
        Refusal{{"run", "DIR/full"}, ExitStatus::input_output, "is a directory"},
        Refusal{{"run", good, "--out", "DIR/full"}, ExitStatus::input_output, "is not empty"},
        Refusal{{"run", good, "--out", "DIR/small.toml"}, ExitStatus::input_output, "not a directory"},
        Refusal{{"run", good, "--out", "DIR/small.toml/sub"}, ExitStatus::input_output, "small.toml/sub"},
        Refusal{{"run", good, "--out", "/proc/forerun"}, ExitStatus::input_output, "/proc/forerun"},
        Refusal{{"run", good, "--json", "DIR/full"}, ExitStatus::input_output, "is a directory"},
        Refusal{{"run", good, "--json", "/dev/full"}, ExitStatus::input_output, "is not a regular file"},
        Refusal{{"run", good, "--json", good}, ExitStatus::usage, "another file than the configuration"},
        Refusal{
            {"run", good, "--json", "DIR/a", "--save-model", "DIR/./a"}, ExitStatus::usage, "and the other results"},
        Refusal{{"run", good, "--dry-run", "--out", "DIR/full"}, ExitStatus::input_output, "is not empty"},
        Refusal{{"run", good, "--dry-run", "--save-model", "DIR/none/m"}, ExitStatus::input_output, "not a directory"},
        Refusal{{"run", good, "--log", "DIR/none/file"}, ExitStatus::input_output, "cannot be opened"},
        Refusal{{"run", good, "--log", good}, ExitStatus::usage, "another file than the configuration"},
        Refusal{{"run", good, "--set", "time.slices=0", "--log", "DIR/log"}, ExitStatus::usage, "must be"},
        Refusal{{"run", good, "--log", ""}, ExitStatus::usage, "must be the name of a file"},
        Refusal{{"run", good, "-v", "--quiet"}, ExitStatus::usage, "must be left out with --quiet"},
        Refusal{{"run", good, "--json", "DIR/none/file"}, ExitStatus::input_output, "is not a directory"},
        Refusal{{"run", good, "--save-model", "/proc/model"}, ExitStatus::input_output, "/proc/model"},
        Refusal{{"run", good, "--out", "DIR/new", "--json", "/proc/x"}, ExitStatus::input_output, "/proc/x"},
        Refusal{{"run", good, "--model", "DIR/none"}, ExitStatus::input_output, "none"},
        Refusal{{"run", good, "--model", "DIR/broken.safetensors"}, ExitStatus::bad_model, "broken.safetensors"},
        Refusal{{"inspect", "DIR/broken.safetensors"}, ExitStatus::bad_model, "broken.safetensors"},
        Refusal{{"inspect", "DIR/none"}, ExitStatus::input_output, "none"}));

TEST_F(CommandLine, ASentenceIsOneLineAndControlsNoTerminal) {
  for (const std::string word : {"problem.na\x1b[2Jme=1", "time.slices=5\n[x]\ny=1", "problem.name=\"\\u009b31m\""}) {
    const std::string sentence = forerun_with({"run", config_, "--set", word}).err;
    const auto is_control = [](unsigned char c) { return c < 0x20U || c == 0x7FU || c == 0x9BU; };
    EXPECT_EQ(std::count_if(sentence.begin(), sentence.end(), is_control), 1) << "the line's end: " << sentence;
    EXPECT_EQ(sentence.back(), '\n');
  }
}

TEST_F(CommandLine, ResultsAreKeptWhereStandardOutputFails) {
  std::ostream nowhere(nullptr);
  std::ostringstream err;
  const std::vector<std::string> words = {"run", config_, "--out", directory_ / "out", "--json", directory_ / "json"};
  EXPECT_EQ(run_command_line(words, {nowhere, err}), ExitStatus::input_output);
  EXPECT_THAT(err.str(), HasSubstr("standard output: cannot be written"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/record.json"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "json"));
}

TEST_F(CommandLine, JsonOnStandardOutputStandsAlone) {
  const Outcome outcome = forerun_with({"run", config_, "--json", "-"});
  EXPECT_EQ(outcome.status, ExitStatus::ok);
  EXPECT_EQ(nlohmann::json::parse(outcome.out).at("schema"), "forerun.compare/1");
}

TEST_F(CommandLine, QuietSaysNothingAboutASuccess) {
  const Outcome outcome = forerun_with({"run", config_, "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::ok);
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(CommandLine, ProgressSaysALineAnIteration) {
  const Outcome outcome = forerun_with({"run", config_, "--json", "-"});
  const auto iterations = nlohmann::json::parse(outcome.out).at("runs").at(0).at("iterations").get<long>();
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), iterations);
  EXPECT_THAT(outcome.err, HasSubstr("increment"));
}

TEST_F(CommandLine, ALogIsAppendedTo) {
  const std::string log = directory_.write("run.log", "before\n");
  const Outcome outcome = forerun_with({"run", config_, "--quiet", "--log", log, "--json", "-"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  const auto iterations = nlohmann::json::parse(outcome.out).at("runs").at(0).at("iterations").get<long>();
  const std::string text = testing::content_of(log);
  EXPECT_THAT(text, AllOf(StartsWith("before\n"), HasSubstr("increment")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + iterations);
}

TEST_F(CommandLine, TheIterationLimitIsNotConvergence) {
  const Outcome outcome =
      forerun_with({"run", config_, "--set", "parareal.max_iterations=1", "--save-model", directory_ / "m"});
  EXPECT_EQ(outcome.status, ExitStatus::not_converged);
  EXPECT_THAT(outcome.out, HasSubstr("did not converge: iteration limit after 1 iteration"));
  EXPECT_THAT(outcome.err, HasSubstr("from a run that did not converge"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "m")) << "what was learned is kept";
}

TEST_F(CommandLine, AFailingSolverIsNamedWithSliceTimeAndIteration) {
  const Outcome outcome = forerun_with({"compare", config_, "--set", "problem.viscosity=1e6", "--json", "-"});
  EXPECT_EQ(outcome.status, ExitStatus::solver_failed);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("runs").size(), 4U) << "every corrector is tried";
  for (const auto& run : json.at("runs")) {
    EXPECT_EQ(run.at("termination"), "propagator failed");
    EXPECT_THAT(run.at("failure").at("sentence").get<std::string>(),
                AllOf(HasSubstr("slice 0"), HasSubstr("iteration 1"), HasSubstr("time 0.0078125")));
  }
  EXPECT_TRUE(json.at("serial_fine_seconds").is_null());
}

TEST_F(CommandLine, DryRunWritesNothingAndSaysWhatWouldBe) {
  const auto before = directory_.files();
  const Outcome outcome =
      forerun_with({"run", config_, "--dry-run", "--out", directory_ / "out", "--save-model", directory_ / "m"});
  EXPECT_EQ(outcome.status, ExitStatus::ok);
  EXPECT_EQ(directory_.files(), before);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("d = 16"), HasSubstr("8 slices"), HasSubstr("128 steps of rk4"),
                                 HasSubstr("out/config.toml"), HasSubstr("memory")));
}

}  // namespace
}  // namespace forerun
