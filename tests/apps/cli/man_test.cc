#include <gmock/gmock.h>

#include <sstream>

#include "apps/forerun/cli/commands.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;

/// As troff spells it.
std::string with_dashes(std::string text) {
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 2)) text.insert(at, "\\");
  return text;
}

TEST(Man, PagesHaveEveryOptionAndAllOfTheLongHelp) {
  for (const Command& command : all_commands()) {
    const std::string page = forerun_with({"man", command.name}).out;
    for (const OptionSpec& option : command.options) EXPECT_THAT(page, HasSubstr(with_dashes("--" + option.name)));
    std::istringstream details(command.details);
    for (std::string line; std::getline(details, line);) {
      if (line.find('\\') != std::string::npos) continue;
      EXPECT_THAT(page, HasSubstr(with_dashes(line)));
    }
  }
}

TEST(Man, OnlyRequestsBeginAsRequestsDo) {
  for (const Command& command : all_commands()) {
    std::istringstream page(forerun_with({"man", command.name}).out);
    for (std::string line; std::getline(page, line);) {
      if (line.empty() || (line.front() != '.' && line.front() != '\'')) continue;
      EXPECT_THAT(line, ::testing::MatchesRegex("\\.(TH|SH|TP|nh|nf|fi).*")) << command.name;
    }
  }
}

TEST(Man, WritesAPageForEachCommandAndOneForAll) {
  const TemporaryDirectory directory;
  ASSERT_EQ(forerun_with({"man", "--out", directory / "man/man1"}).status, ExitStatus::ok);
  for (const Command& command : all_commands()) {
    EXPECT_EQ(content_of(directory / ("man/man1/forerun-" + command.name + ".1")),
              forerun_with({"man", command.name}).out);
  }
  const std::string overview = content_of(directory / "man/man1/forerun.1");
  EXPECT_EQ(overview, forerun_with({"man"}).out);
  for (const Command& command : all_commands())
    EXPECT_THAT(overview, HasSubstr(with_dashes("forerun-" + command.name)));
}

TEST(Man, AnUnknownCommandSuggestsTheNearest) {
  const auto outcome = forerun_with({"man", "comapre"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'compare'?"));
}

}  // namespace
}  // namespace forerun
