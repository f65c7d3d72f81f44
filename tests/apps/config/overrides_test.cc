#include "apps/forerun/config/overrides.h"

#include <gmock/gmock.h>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Outcome;
using testing::TemporaryDirectory;

/// The small configuration with options for randnet-local.
std::string with_options() {
  std::string text = testing::small_config;
  const std::string name = "name = \"randnet\"\n";
  return text.replace(text.find(name), name.size(), "name = \"randnet-local\"\nneurons = 7\nneighbors = 4\n");
}

struct Override {
  std::vector<std::string> settings;
  std::vector<std::string> options;  ///< of [corrector] afterwards, its name left out
  std::string sentence;
};

std::string said(const std::vector<std::string>& sentences) { return sentences.empty() ? "" : sentences.front(); }

class Overrides : public ::testing::TestWithParam<Override> {};

TEST_P(Overrides, OptionsStayWithTheCorrectorTheyWereGivenTo) {
  ConfigDocument document = ConfigDocument::parse(with_options(), "small.toml");
  for (const std::string& setting : GetParam().settings) document.set_from_command_line(setting);
  EXPECT_EQ(said(leave_options_behind(document)), GetParam().sentence);
  std::vector<std::string> options;
  for (const Setting& setting : document.settings())
    if (setting.section == "corrector" && setting.key != "name") options.push_back(setting.key);
  EXPECT_EQ(options, GetParam().options);
  EXPECT_THAT(leave_options_behind(document), IsEmpty()) << "once is enough";
}

const std::string left = ": the options that small.toml gives to 'randnet-local' are left behind: ";

INSTANTIATE_TEST_SUITE_P(
    CommandLine, Overrides,
    ::testing::Values(Override{{}, {"neurons", "neighbors"}, ""},
                      Override{{"corrector.neurons=9"}, {"neurons", "neighbors"}, ""},
                      Override{{"corrector.name=randnet-local"}, {"neurons", "neighbors"}, ""},
                      Override{{"corrector.name=auto"}, {}, "--set corrector.name=auto" + left + "neurons, neighbors"},
                      Override{{"corrector.name=randnet", "corrector.neurons=9"},
                               {"neurons"},
                               "--set corrector.name=randnet" + left + "neighbors"},
                      Override{{"corrector.neurons=9", "corrector.neighbors=3", "corrector.name=auto"},
                               {"neurons", "neighbors"},
                               ""}));

TEST(OverridesOfAMethod, StepsStayWithMethodsThatTakeSteps) {
  const auto left_of = [](const std::vector<std::string>& settings) {
    ConfigDocument document = ConfigDocument::parse(testing::small_config, "small.toml");
    for (const std::string& setting : settings) document.set_from_command_line(setting);
    return said(leave_options_behind(document));
  };
  EXPECT_EQ(left_of({"fine.method=rk2"}), "") << "steps mean the same there";
  EXPECT_THAT(left_of({"fine.method=dopri5", "fine.tolerance=1e-9"}),
              AllOf(HasSubstr("--set fine.method=dopri5"), HasSubstr("are left behind: steps")));
  EXPECT_THAT(left_of({"coarse.method=dopri5"}), HasSubstr("are left behind: steps"));
}

class OverridesOfARun : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", with_options());
};

TEST_F(OverridesOfARun, AnotherCorrectorRunsAsItDoesInAComparison) {
  const Outcome other =
      forerun_with({"run", config_, "--quiet", "--set", "corrector.name=randnet", "--out", directory_ / "run"});
  EXPECT_EQ(other.status, ExitStatus::ok) << other.err;
  EXPECT_EQ(std::count(other.err.begin(), other.err.end(), '\n'), 1);
  EXPECT_THAT(other.err, HasSubstr("small.toml gives to 'randnet-local' are left behind: neurons, neighbors"));
  const Outcome compared =
      forerun_with({"compare", config_, "--quiet", "--correctors", "randnet", "--out", directory_ / "comparison"});
  EXPECT_THAT(compared.err, IsEmpty());
  EXPECT_EQ(testing::content_of(directory_ / "run/boundaries-randnet.npy"),
            testing::content_of(directory_ / "comparison/boundaries-randnet.npy"));
}

TEST_F(OverridesOfARun, OptionsOfTheCommandLineMustBeTheNewCorrectors) {
  for (const char* command : {"run", "compare", "plan", "scale"}) {
    const Outcome outcome =
        forerun_with({command, config_, "--set", "corrector.name=auto", "--set", "corrector.neurons=9"});
    EXPECT_EQ(outcome.status, ExitStatus::usage);
    EXPECT_THAT(outcome.err, HasSubstr("--set corrector.neurons=9: [corrector] unknown key 'neurons'"));
  }
}

}  // namespace
}  // namespace forerun
