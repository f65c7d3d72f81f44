#include <gmock/gmock.h>

#include <cstdio>
#include <memory>
#include <sstream>

#include "apps/forerun/cli/commands.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using testing::TemporaryDirectory;

class BashCompletion : public ::testing::Test {
 protected:
  /// What bash offers in place of the last word. `compopt` is known to bash only while a user completes.
  std::vector<std::string> offered(const std::vector<std::string>& words) const {
    std::string list;
    for (const std::string& word : words) list += " '" + word + "'";
    const std::string script =
        directory_.write("ask.sh", "compopt() { :; }\nsource " + completion_ + "\nCOMP_WORDS=(" + list +
                                       ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) + "\ncd " +
                                       (directory_ / ".") + "\n_forerun\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
    return lines_of("bash --norc " + script + " 2>&1");
  }
  static std::vector<std::string> lines_of(const std::string& command) {
    std::string text;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) text += static_cast<char>(c);
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }

  TemporaryDirectory directory_;
  std::string completion_ = directory_.write("completion", forerun_with({"completion", "bash"}).out);
};

TEST_F(BashCompletion, LoadsWithoutAWord) {
  EXPECT_THAT(lines_of("bash --norc -eu -c 'source " + completion_ + "; complete -p forerun' 2>&1"),
              ElementsAre("complete -F _forerun forerun"));
}

TEST_F(BashCompletion, OffersEveryCommand) {
  std::vector<std::string> names;
  for (const Command& command : all_commands()) names.push_back(command.name);
  EXPECT_THAT(offered({"forerun", ""}), IsSupersetOf(names));
  EXPECT_THAT(offered({"forerun", "comp"}), ElementsAre("compare", "completion"));
}

TEST_F(BashCompletion, OffersEveryOptionOfACommandAndNoOther) {
  for (const Command& command : all_commands()) {
    const std::vector<std::string> found = offered({"forerun", command.name, "-"});
    for (const OptionSpec& option : command.options) EXPECT_THAT(found, Contains("--" + option.name)) << command.name;
    EXPECT_THAT(found, Contains("--help"));
  }
  EXPECT_THAT(offered({"forerun", "list", "--"}), AllOf(Contains("--json"), Not(Contains("--correctors"))));
}

TEST_F(BashCompletion, OffersNamesKeysFilesAndFolders) {
  directory_.write("mine.toml", "");
  directory_.write("other.txt", "");
  std::filesystem::create_directory(directory_ / "my runs");
  EXPECT_THAT(offered({"forerun", "init", "bur"}), ElementsAre("burgers"));
  EXPECT_THAT(offered({"forerun", "run", "x.toml", "--set", "time.sl"}), ElementsAre("time.slices="));
  EXPECT_THAT(offered({"forerun", "compare", "x.toml", "--correctors", "randnet-"}), ElementsAre("randnet-local"));
  EXPECT_THAT(offered({"forerun", "run", "m"}), ElementsAre("mine.toml", "my runs"));
  EXPECT_THAT(offered({"forerun", "report", "m"}), ElementsAre("my runs"));
  EXPECT_THAT(offered({"forerun", "run", "mine.toml", "--json", "o"}), ElementsAre("other.txt"));
  EXPECT_THAT(offered({"forerun", "run", "mine.toml", "--threads", ""}), IsEmpty());
  EXPECT_THAT(offered({"forerun", "config", "sh"}), ElementsAre("show"));
  EXPECT_THAT(offered({"forerun", "bench", "k"}), ElementsAre("kernels"));
}

TEST(Completion, EveryShellIsToldOfEveryOption) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = forerun_with({"completion", shell}).out;
    for (const Command& command : all_commands()) {
      EXPECT_THAT(script, HasSubstr(command.name)) << shell;
      for (const OptionSpec& option : command.options) EXPECT_THAT(script, HasSubstr(option.name)) << shell;
    }
  }
}

TEST(Completion, RefusesOtherShells) {
  const auto outcome = forerun_with({"completion", "tcsh"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("must be bash, zsh or fish"));
  EXPECT_EQ(forerun_with({"completion"}).status, ExitStatus::usage);
}

}  // namespace
}  // namespace forerun
