// A run directory follows its run, and is whole whenever the process is killed.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/run_journal.h"
#include "tests/apps/process.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Process;
using ::testing::StartsWith;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

class LiveDirectory : public ::testing::Test {
 protected:
  std::vector<std::string> endless(const std::string& command) const {
    return {command,
            config_,
            "--out",
            directory_ / "out",
            "--quiet",
            "--set",
            "parareal.tolerance=0.0",
            "--set",
            "time.slices=1000",
            "--set",
            "parareal.max_iterations=1000",
            "--set",
            "parareal.max_seconds=1e6",
            "--set",
            "time.end=100",
            "--set",
            "fine.steps=2000"};
  }
  Json record() const { return Json::parse(content_of(directory_ / "out/record.json")); }
  std::string rows() const { return content_of(directory_ / "out/iterations.csv"); }
  long num_rows() const {
    const std::string text = rows();
    return std::count(text.begin(), text.end(), '\n');
  }
  ino_t identity_of_rows() const {
    struct stat status {};
    EXPECT_EQ(::stat((directory_ / "out/iterations.csv").c_str(), &status), 0);
    return status.st_ino;
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", testing::small_config);
};

TEST_F(LiveDirectory, IsWholeAtEveryMomentAndShownWhenItsProcessWasKilled) {
  Process process = Process::program(endless("run"), directory_ / "err");
  process.wait_for_file(directory_ / "out/record.json");
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/config.toml"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/provenance.json"));
  EXPECT_EQ(record().at("status"), "running");
  const ino_t identity = identity_of_rows();
  std::string before = rows();
  // Rows are added to what is there; the record is JSON whenever it is looked at, and goes on.
  while (num_rows() < 4 || record().at("runs").empty() || record().at("runs").at(0).at("iterations") == 0) {
    const std::string now = rows();
    ASSERT_THAT(now, StartsWith(before));
    before = now;
    EXPECT_EQ(record().at("status"), "running");
    Process::pause();
  }
  EXPECT_EQ(identity_of_rows(), identity) << "who follows the file by `tail -f` keeps it";
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait(), -1);

  EXPECT_EQ(record().at("runs").at(0).at("termination"), "running");
  const auto outcome = forerun_with({"report", directory_ / "out"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const std::string page = content_of(directory_ / "out/report.html");
  EXPECT_THAT(page, HasSubstr("Not ended: "));
  EXPECT_THAT(page, HasSubstr("randnet had not ended after "));
}

TEST_F(LiveDirectory, OfAComparisonKeepsWhatHasEnded) {
  std::vector<std::string> words = {"compare",
                                    config_,
                                    "--out",
                                    directory_ / "out",
                                    "--quiet",
                                    "--correctors",
                                    "classic,randnet",
                                    "--set",
                                    "parareal.tolerance=0.0",
                                    "--set",
                                    "time.slices=32",
                                    "--set",
                                    "parareal.max_iterations=32",
                                    "--set",
                                    "fine.steps=10000"};
  Process process = Process::program(words, directory_ / "err");
  testing::wait_for_text(directory_ / "out/iterations.csv", "randnet,1,");
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait(), -1);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/boundaries-serial-fine.npy"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/boundaries-classic.npy"));
  EXPECT_EQ(forerun_with({"report", directory_ / "out"}).status, ExitStatus::ok);
}

TEST_F(LiveDirectory, InTheEndIsWhatTheRecordSays) {
  ASSERT_EQ(forerun_with({"compare", config_, "--quiet", "--out", directory_ / "out"}).status, ExitStatus::ok);
  EXPECT_EQ(record().at("status"), "ended");
  long iterations = 0;
  const Json all = record();
  for (const Json& run : all.at("runs")) iterations += run.at("iterations").get<long>();
  EXPECT_EQ(num_rows(), 1 + iterations);
  EXPECT_THAT(rows(), StartsWith("corrector,iteration,"));
}

/// A comparison in a process of its own whose fine solver hangs in slice 5 the second time, deaf to everything.
class DeafSolver : public LiveDirectory {
 protected:
  Process start(const std::vector<std::string>& settings) const {
    return Process([&] {
      Process::redirect(directory_ / "err", STDERR_FILENO);
      ConfigDocument document = ConfigDocument::read(config_);
      for (const std::string& setting : settings) document.set_from_command_line(setting);
      Experiment experiment = make_experiment(document);
      const auto fine = std::move(experiment.fine);
      std::atomic<int> calls = 0;
      experiment.fine = std::make_unique<FunctionPropagator>(
          experiment.dimension(), [&](const Slice& slice, const StateView& in, StateOut out) {
            while (slice.index == 5 && ++calls >= 2) ::pause();
            fine->propagate(slice, in, out);
          });
      const Console console{std::cout, std::cerr};
      const auto logger = make_logger(console, false);
      InterruptGuard interrupt;
      const RunDirectory directory(directory_ / "out");
      directory.write_origin(experiment, "{}\n");
      const std::optional<WarmStart> cold;
      RunJournal journal({&directory, std::filesystem::path(directory_ / "json")}, experiment, cold, *logger);
      const InterruptGuard::Keep keep(interrupt, [&journal] { return journal.keep(); });
      ComparisonPlan plan;
      plan.correctors = {choose_corrector(experiment.config, "classic")};
      carry_out(plan, experiment, console, *logger, interrupt.token(), &journal);
    });
  }
  /// What was kept of one iteration that was complete.
  void expect_kept(const std::string& termination) const {
    EXPECT_EQ(record().at("runs").at(0).at("termination"), termination);
    EXPECT_EQ(record().at("runs").at(0).at("iterations"), 1);
    EXPECT_EQ(Json::parse(content_of(directory_ / "json")), record());
    EXPECT_TRUE(std::filesystem::exists(directory_ / "out/boundaries-classic.npy"));
    const auto outcome = forerun_with({"report", directory_ / "out"});
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  }
};

TEST_F(DeafSolver, ThatOverrunsItsLimitEndsTheProcessWithTheStatusOfAFailedSolver) {
  for (const std::string threads : {"1", "2"}) {
    std::filesystem::remove_all(directory_ / "out");
    Process process = start({"fine.slice_timeout=0.2", "run.threads=" + threads});
    EXPECT_EQ(process.wait(), 6);
    EXPECT_THAT(content_of(directory_ / "err"),
                HasSubstr("fine solver failed in slice 5, iteration 2, at time 0.625: it did not return within "
                          "slice_timeout = 0.2 s; what was reached is in " +
                          (directory_ / "out")));
    expect_kept("propagator failed");
    EXPECT_EQ(record().at("runs").at(0).at("failure").at("slice"), 5);
    EXPECT_EQ(record().at("status"), "ended");
  }
}

TEST_F(DeafSolver, IsLeftTwoSecondsAfterASignal) {
  Process process = start({"run.threads=2"});
  testing::wait_for_text(directory_ / "out/iterations.csv", "classic,1,");
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 143);
  EXPECT_THAT(content_of(directory_ / "err"), HasSubstr("did not stop within two seconds and was left; what was "
                                                        "reached is in " +
                                                        (directory_ / "out")));
  expect_kept("interrupted");
}

TEST_F(DeafSolver, OfOursThatOverrunsTheLimitEndsTheRunInGoodOrder) {
  const auto outcome = forerun_with({"run", config_, "--out", directory_ / "out", "--set", "fine.slice_timeout=0.2",
                                     "--set", "fine.steps=1000000000"});
  EXPECT_EQ(outcome.status, ExitStatus::solver_failed);
  EXPECT_THAT(outcome.out,
              HasSubstr("slice 0, iteration 1, at time 0: it did not return within slice_timeout = 0.2 s"));
  EXPECT_EQ(record().at("runs").at(0).at("failure").at("iteration"), 1);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/boundaries-randnet.npy"));
}

}  // namespace
}  // namespace forerun
