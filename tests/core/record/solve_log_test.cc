#include "core/record/solve_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "core/base/errors.h"
#include "core/parareal/parareal.h"
#include "core/propagation/logged_propagator.h"
#include "tests/core/temporary_directory.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::CountingPropagator;
using testing::without_seconds;

constexpr Digest128 kIdentity{3, 4};

SolveLogOptions telling(std::vector<std::string>& warnings) {
  SolveLogOptions options = SolveLogOptions::everything();
  options.warn = [&warnings](const std::string& sentence) { warnings.push_back(sentence); };
  return options;
}

TEST(SolveLog, GivesBackWhatItKeptOnceAndToTheBit) {
  const TemporaryDirectory directory;
  const State result = testing::vector({0.1, -1e-300, 1e300});
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    log.keep({5, 6}, result);
    log.write();
    log.keep({7, 8}, 2.0 * result);  // never written
  }
  SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
  EXPECT_EQ(log.num_known_solves(), 1);
  State out = State::Zero(3);
  EXPECT_FALSE(log.recall({7, 8}, out));
  EXPECT_TRUE(log.recall({5, 6}, out));
  EXPECT_EQ(out, result);
  EXPECT_FALSE(log.recall({5, 6}, out)) << "a run asks once";
  EXPECT_FALSE(log.knows_any());
}

TEST(SolveLog, GivesBackNothingOfAFileOfWhichAnyBitHasChanged) {
  const TemporaryDirectory directory;
  const State result = testing::vector({0.1, -1e-300, 1e300});
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    log.keep({5, 6}, result);
    log.keep({7, 8}, 2.0 * result);
    log.write();
  }
  const std::filesystem::path file = directory / "log" / "solves-000001";
  const std::string content = bytes_of(file);
  const auto expect_unknown = [&](const std::string& damaged) {
    write_bytes(file, damaged);
    std::vector<std::string> warnings;
    const SolveLog log(directory / "log", kIdentity, telling(warnings));
    EXPECT_FALSE(log.knows_any());
    EXPECT_THAT(warnings, ::testing::ElementsAre(::testing::HasSubstr("damaged")));
  };
  for (std::size_t bit = 0; bit < 8 * content.size(); ++bit) {
    std::string damaged = content;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    expect_unknown(damaged);
  }
  for (std::size_t size = 0; size < content.size(); ++size) expect_unknown(content.substr(0, size));
}

TEST(SolveLog, AFileThatChangesAfterItWasOpenedIsNotUsed) {
  const TemporaryDirectory directory;
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    log.keep({5, 6}, testing::vector({1.0, 2.0}));
    log.write();
  }
  SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
  overwrite_byte(directory / "log" / "solves-000001", 100, 'x');
  State out = State::Zero(2);
  EXPECT_FALSE(log.recall({5, 6}, out));
}

TEST(SolveLog, KeepsNoResultThatIsNotFinite) {
  const TemporaryDirectory directory;
  SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
  log.keep({5, 6}, testing::vector({1.0, std::numeric_limits<double>::quiet_NaN()}));
  log.write();
  EXPECT_TRUE(std::filesystem::is_empty(directory / "log"));
}

TEST(SolveLog, IsRefusedToAnotherRun) {
  const TemporaryDirectory directory;
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    log.keep({5, 6}, testing::vector({1.0}));
    log.write();
  }
  EXPECT_THROW(SolveLog(directory / "log", Digest128{3, 5}, SolveLogOptions::everything()), FileError);
}

TEST(SolveLog, SaysThatARepeatedIterationComesOutOtherwise) {
  const TemporaryDirectory directory;
  IterationRecord iteration;
  iteration.iteration = 1;
  iteration.increment = 0.5;
  iteration.seconds.total = 7.0;
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    IterationRecord first = iteration;
    log.end_iteration(first);
  }
  std::vector<std::string> warnings;
  SolveLog log(directory / "log", kIdentity, telling(warnings));
  IterationRecord again = iteration;
  again.seconds.total = 1.0;
  log.end_iteration(again);
  EXPECT_EQ(again.seconds.total, 7.0);
  EXPECT_THAT(warnings, ::testing::IsEmpty());
  again.increment = 0.25;
  again.seconds.total = 1.0;
  log.end_iteration(again);
  EXPECT_LT(again.seconds.total, 7.0) << "its own, and what had gone into it before";
  EXPECT_THAT(warnings, ::testing::ElementsAre(::testing::HasSubstr("iteration 1 does not come out as it did")));
}

TEST(SolveLog, GivesEachWindowTheSecondsOfItsOwnInitialSweep) {
  const TemporaryDirectory directory;
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    for (const double total : {1.0, 2.0}) {
      PhaseSeconds seconds{.total = total};
      log.end_initial_sweep(seconds);
    }
    log.write();
  }
  SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
  for (const double total : {1.0, 2.0, 7.0}) {
    PhaseSeconds seconds{.total = 7.0};
    log.end_initial_sweep(seconds);
    EXPECT_EQ(seconds.total, total);
  }
}

TEST(SolveLog, LeavesOutWhatIsCheaperThanReading) {
  const TemporaryDirectory directory;
  const SolveLog log(directory / "log", kIdentity, SolveLogOptions{});
  EXPECT_FALSE(log.is_worth_keeping(1e-6, 3));
  EXPECT_TRUE(log.is_worth_keeping(1e-4, 3));
  EXPECT_FALSE(log.is_worth_keeping(1e-4, 1'000'000));
  EXPECT_TRUE(log.is_worth_keeping(1.0, 1'000'000));
}

TEST(LoggedPropagator, GivesTheBitsOfTheInnerOneInAnyGroupingKnownOrNot) {
  const TemporaryDirectory directory;
  const TimeGrid grid(0.0, 3.0, 9);
  const FunctionPropagator inner = testing::nonlinear_pair(10);
  States in = States::Random(2, 9);
  States expected(2, 9);
  inner.propagate_block(grid.slices(0, 9), in, expected);
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    const LoggedPropagator logged(inner, log, "fine");
    State out(2);
    for (const Index n : {0, 3, 4, 8}) logged.propagate(grid.slice(n), in.col(n), out);
    log.write();
  }
  SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
  const CountingPropagator counting(inner);
  const LoggedPropagator logged(counting, log, "fine");
  States out = States::Zero(2, 9);
  logged.propagate_block(grid.slices(0, 9), in, out);
  EXPECT_EQ(out, expected);
  EXPECT_EQ(counting.calls(), 5);
}

TEST(LoggedPropagator, TellsSolversSlicesAndStatesApart) {
  const TemporaryDirectory directory;
  const TimeGrid grid(0.0, 3.0, 3);
  const FunctionPropagator inner = testing::nonlinear_pair(10);
  const State in = testing::vector({1.0, 2.0});
  State out(2);
  {
    SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
    LoggedPropagator(inner, log, "fine").propagate(grid.slice(1), in, out);
    log.write();
  }
  SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
  const CountingPropagator counting(inner);
  const State other = testing::vector({1.0, std::nextafter(2.0, 3.0)});
  LoggedPropagator(counting, log, "coarse").propagate(grid.slice(1), in, out);
  LoggedPropagator(counting, log, "fine").propagate(grid.slice(2), in, out);
  LoggedPropagator(counting, log, "fine").propagate(grid.slice(1), other, out);
  EXPECT_EQ(counting.calls(), 3);
  LoggedPropagator(counting, log, "fine").propagate(grid.slice(1), in, out);
  EXPECT_EQ(counting.calls(), 3);
}

/// A small run whose log lies in a directory, and what it is without a log.
class LoggedRun : public ::testing::Test {
 protected:
  RunRecord run(SolveLog* log, Index max_iterations = 0) const {
    const auto executor = make_serial_executor();
    PararealOptions options;
    options.tolerance = 0.0;
    options.max_iterations = max_iterations;
    PararealProblem problem{grid_, initial_, coarse_, fine_};
    problem.log = log;
    return solve_parareal(problem, options, *executor);
  }
  RunRecord resume(std::vector<std::string>& warnings) const {
    SolveLogOptions options = telling(warnings);
    options.period_seconds = 1e9;  // one file, at the end
    SolveLog log(directory_ / "log", kIdentity, options);
    return run(&log);
  }
  /// Two iterations of it, a file each.
  void leave_two_files() const {
    SolveLog log(directory_ / "log", kIdentity, SolveLogOptions::everything());
    run(&log, 2);
    ASSERT_EQ(num_files(), 2);
  }
  long num_files() const { return std::distance(std::filesystem::directory_iterator(directory_ / "log"), {}); }

  const TemporaryDirectory directory_;
  const TimeGrid grid_{0.0, 2.0, 4};
  const State initial_ = testing::vector({1.0, -0.5});
  const FunctionPropagator fine_ = testing::nonlinear_pair(20);
  const FunctionPropagator coarse_ = testing::nonlinear_pair(2);
  const std::string whole_ = without_seconds(run(nullptr));
};

TEST_F(LoggedRun, EndsAlikeWhereverItsLogIsDamagedAndSaysSo) {
  leave_two_files();
  for (const char* name : {"solves-000001", "solves-000002"}) {
    const std::string content = bytes_of(directory_ / "log" / name);
    const auto expect_alike = [&](const std::string& damaged) {
      write_bytes(directory_ / "log" / name, damaged);
      std::vector<std::string> warnings;
      EXPECT_EQ(without_seconds(resume(warnings)), whole_);
      EXPECT_THAT(warnings, ::testing::ElementsAre(::testing::HasSubstr(name)));
      std::filesystem::remove(directory_ / "log" / "solves-000003");
    };
    for (std::size_t i = 0; i < content.size(); i += 61) {
      std::string damaged = content;
      damaged[i] = static_cast<char>(damaged[i] ^ 4);
      expect_alike(damaged);
      expect_alike(content.substr(0, i));
    }
    write_bytes(directory_ / "log" / name, content);
  }
}

TEST_F(LoggedRun, IgnoresWhatAnInterruptedWriteLeavesBeside) {
  leave_two_files();
  write_bytes(directory_ / "log" / ".forerun-1-0.tmp", "torn");
  write_bytes(directory_ / "log" / "solves-", "torn");
  std::vector<std::string> warnings;
  EXPECT_EQ(without_seconds(resume(warnings)), whole_);
  EXPECT_THAT(warnings, ::testing::IsEmpty());
}

TEST_F(LoggedRun, RepeatsAnIterationWhoseFileIsGoneAndThoseBehindIt) {
  leave_two_files();
  std::filesystem::remove(directory_ / "log" / "solves-000001");
  std::vector<std::string> warnings;
  EXPECT_EQ(without_seconds(resume(warnings)), whole_);
  EXPECT_THAT(warnings, ::testing::IsEmpty());
}

/// Files of this process may not grow beyond the limit, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST_F(LoggedRun, IsNotEndedByADiskThatIsFullWhichIsSaidOnceAndLeavesTheOldFiles) {
  leave_two_files();
  std::vector<std::string> warnings;
  {
    const FileSizeLimit full(100);
    EXPECT_EQ(without_seconds(resume(warnings)), whole_);
  }
  EXPECT_THAT(warnings, ::testing::ElementsAre(::testing::HasSubstr("cannot be written")));
  EXPECT_EQ(num_files(), 2);
  warnings.clear();
  EXPECT_EQ(without_seconds(resume(warnings)), whole_);
  EXPECT_THAT(warnings, ::testing::IsEmpty());
}

TEST_F(LoggedRun, WritesWithinASweepThatLastsLongerThanThePeriod) {
  SolveLogOptions options = SolveLogOptions::everything();
  options.period_seconds = 1e-9;
  SolveLog log(directory_ / "log", kIdentity, options);
  run(&log, 1);
  EXPECT_GE(num_files(), 4) << "each of the fine solves was late enough";
}

TEST_F(LoggedRun, WritesNothingBeforeThePeriodIsOverButAtItsEnd) {
  SolveLogOptions options = SolveLogOptions::everything();
  options.period_seconds = 1e9;
  SolveLog log(directory_ / "log", kIdentity, options);
  run(&log);
  EXPECT_EQ(num_files(), 1);
}

}  // namespace
}  // namespace forerun
