#include "apps/forerun/cli/progress.h"

#include <gmock/gmock.h>
#include <spdlog/logger.h>

#include <sstream>

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a run of three iterations says on a standard error of this kind.
std::string said(bool terminal, bool quiet, std::size_t columns = 80) {
  std::ostringstream out;
  std::ostringstream err;
  const Console console{out, err, terminal, columns};
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

TEST(Progress, NeverWrapsOnATerminal) {
  constexpr std::size_t columns = 40;
  std::istringstream lines(said(true, false, columns));
  const std::string erase = "\x1b[K";
  for (std::string line; std::getline(lines, line, '\r');) EXPECT_LT(line.size(), columns + erase.size()) << line;
}

TEST(Progress, QuietIsSilent) {
  EXPECT_THAT(said(true, true), IsEmpty());
  EXPECT_THAT(said(false, true), IsEmpty());
}

}  // namespace
}  // namespace forerun
