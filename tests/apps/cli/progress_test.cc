#include "apps/forerun/cli/progress.h"

#include <gmock/gmock.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <sstream>

#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a run of three iterations says on a standard error of this kind.
std::string said(bool terminal, bool quiet, std::size_t columns = 80, bool verbose = false,
                 std::ostream* log = nullptr) {
  std::ostringstream out;
  std::ostringstream err;
  const Console console{out, err, terminal, columns, false, verbose, log};
  const auto logger = make_logger(console, quiet);
  {
    Progress progress(console, *logger, {"randnet-local", 100, 1e-6, quiet});
    progress.on_start(100, States());
    for (const double increment : {1e-1, 1e-2, 1e-3}) {
      IterationRecord record;
      record.iteration = record.exact_front = record.converged_front = 1;
      record.increment = increment;
      record.seconds.total = 2.0;
      progress.on_fine_progress(1, 50, 100);
      progress.on_iteration(record, States());
    }
  }
  return err.str();
}

TEST(Progress, IsALineAnIterationWhereNobodyWatches) {
  const std::string text = said(false, false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, AllOf(HasSubstr("exact 1/100"), HasSubstr("increment 1.00e-03"), HasSubstr("about 6.00 s left")));
}

TEST(Progress, IsOneLineOnATerminalAndLeavesNothingBehind) {
  const std::string text = said(true, false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 0);
  EXPECT_THAT(text, EndsWith("\r\x1b[K"));
}

/// What a terminal shows one after the other.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  const std::string erase = "\x1b[K";
  for (std::string line; std::getline(stream, line, '\r');) {
    if (line.starts_with(erase)) all.push_back(line.substr(erase.size()));
  }
  return all;
}

TEST(Progress, NeverWrapsAndKeepsBarIterationAndTimeLeft) {
  for (const std::size_t columns : {20, 30, 40, 60, 80, 200}) {
    const std::vector<std::string> lines = lines_of(said(true, false, columns));
    for (const std::string& line : lines) EXPECT_LT(display_width(line), columns) << line;
    if (columns < 40) continue;
    EXPECT_THAT(
        lines.at(lines.size() - 2),
        AllOf(::testing::StartsWith("["), ::testing::ContainsRegex("(K|iteration) 1"), HasSubstr("6.00 s left")));
  }
}

TEST(Progress, ItsBarGoesOnWithTheWorkAndNeverBack) {
  long filled = 0, most = 0;
  for (const std::string& line : lines_of(said(true, false, 120))) {
    if (line.empty()) continue;
    filled = std::count(line.begin(), line.end(), '#');
    EXPECT_GE(filled, most);
    most = std::max(most, filled);
  }
  EXPECT_EQ(most, 8) << "6 s of 12 s";
}

TEST(Progress, VerboseIsALineAnIterationOnATerminalToo) {
  const std::string text = said(true, false, 80, true);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, EndsWith("\r\x1b[K"));
}

TEST(Progress, ALogHasALineAnIterationWhateverTheConsoleShows) {
  for (const bool terminal : {false, true}) {
    for (const bool quiet : {false, true}) {
      std::ostringstream log;
      said(terminal, quiet, 80, false, &log);
      const std::string text = log.str();
      EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << terminal << quiet;
      EXPECT_THAT(text, HasSubstr("increment 1.00e-03"));
    }
  }
}

TEST(Progress, LevelsHaveColoursOnlyWhereTheConsoleHas) {
  for (const bool has_colours : {false, true}) {
    std::ostringstream out, err;
    make_logger({out, err, true, 80, has_colours}, false)->warn("careful");
    EXPECT_EQ(err.str().find("\x1b[33mwarning\x1b[0m") != std::string::npos, has_colours) << err.str();
    EXPECT_THAT(err.str(), HasSubstr("careful"));
  }
}

TEST(Progress, QuietIsSilent) {
  EXPECT_THAT(said(true, true), IsEmpty());
  EXPECT_THAT(said(false, true), IsEmpty());
}

}  // namespace
}  // namespace forerun
