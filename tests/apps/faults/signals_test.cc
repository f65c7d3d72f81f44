// A signal in the middle of each command: it ends soon, says which signal, and leaves what was reached.
#include <gmock/gmock.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Process;
using testing::TemporaryDirectory;
using testing::wait_for_text;
using Json = nlohmann::json;

struct Signal {
  int number;
  int status;
};

class Signalled : public ::testing::TestWithParam<Signal> {
 protected:
  using Words = std::vector<std::string>;

  /// Without a tolerance, with more iterations than anybody waits for.
  Words endless(Words words, const std::string& steps = "5000") const {
    for (const std::string setting : {"parareal.tolerance=0.0", "time.slices=1000", "parareal.max_iterations=1000",
                                      "parareal.max_seconds=1e6", "time.end=100"}) {
      words.insert(words.end(), {"--set", setting});
    }
    words.insert(words.end(), {"--set", "fine.steps=" + steps});
    return words;
  }
  Process start(const Words& words) const { return Process::program(words, err_, directory_ / "stdout"); }
  /// The process is signalled when it has said `text`; its status must be the signal's.
  void end_after(const std::string& text, const Words& words) {
    Process process = start(words);
    wait_for_text(err_, text);
    process.signal(GetParam().number);
    EXPECT_EQ(process.wait(), GetParam().status) << content_of(err_);
  }
  Json record() const { return Json::parse(content_of(directory_ / "out/record.json")); }
  std::string page() const {
    EXPECT_EQ(forerun_with({"report", directory_ / "out"}).status, ExitStatus::ok);
    return content_of(directory_ / "out/report.html");
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", testing::small_config);
  std::string err_ = directory_ / "err";
};

TEST_P(Signalled, ARunWritesWhatWasReached) {
  end_after("iteration 2", endless({"run", config_, "--out", directory_ / "out", "--json", directory_ / "json"}));
  EXPECT_EQ(record().at("status"), "interrupted");
  EXPECT_EQ(record().at("runs").at(0).at("termination"), "interrupted");
  EXPECT_GE(record().at("runs").at(0).at("iterations").get<int>(), 2);
  EXPECT_EQ(Json::parse(content_of(directory_ / "json")), record());
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/boundaries-randnet.npy"));
  EXPECT_THAT(page(), HasSubstr("Interrupted by a signal"));
}

TEST_P(Signalled, ARunEndsWithinASliceThatTakesDays) {
  Process process = start(endless({"run", config_, "--out", directory_ / "out"}, "1000000000"));
  process.wait_for_file(directory_ / "out/record.json");
  process.signal(GetParam().number);
  EXPECT_EQ(process.wait(), GetParam().status) << content_of(err_);
  const Json kept = record();
  EXPECT_EQ(kept.at("status"), "interrupted");
  // The signal may have come before the run had begun.
  for (const Json& run : kept.at("runs")) EXPECT_EQ(run.at("termination"), "interrupted");
}

TEST_P(Signalled, AComparisonKeepsTheRunsThatWereMade) {
  end_after("randnet  iteration 1", {"compare", config_, "--correctors", "classic,randnet,kriging", "--out",
                                     directory_ / "out", "--set", "fine.steps=10000", "--set", "time.slices=32",
                                     "--set", "parareal.tolerance=0.0", "--set", "parareal.max_iterations=32"});
  const Json runs = record().at("runs");
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs.at(0).at("corrector"), "classic");
  EXPECT_EQ(runs.at(0).at("termination"), "converged") << "every slice is exact";
  EXPECT_EQ(runs.at(1).at("termination"), "interrupted");
  EXPECT_THAT(content_of(directory_ / "stdout"), HasSubstr("kriging was not run: interrupted"));
  EXPECT_THAT(page(), HasSubstr("randnet did not converge"));
}

TEST_P(Signalled, AComparisonEndsWithinTheSerialSolution) {
  end_after("serial fine solution", endless({"compare", config_, "--out", directory_ / "out"}, "1000000000"));
  EXPECT_EQ(record().at("status"), "interrupted");
  EXPECT_TRUE(record().at("runs").empty());
  EXPECT_TRUE(record().at("serial_fine_seconds").is_null());
  EXPECT_THAT(page(), HasSubstr("Interrupted by a signal"));
}

TEST_P(Signalled, ARunEndsWhileItsLevelsAreChosen) {
  Process process =
      start(endless({"run", config_, "--set", "fine.levels=auto", "--out", directory_ / "out"}, "1000000000"));
  process.wait_until_it_handles(GetParam().number);
  process.signal(GetParam().number);
  EXPECT_EQ(process.wait(), GetParam().status) << content_of(err_);
}

TEST_P(Signalled, ACampaignKeepsItsRunsAndGoesOn) {
  std::string campaign = std::string(testing::small_config) +
                         "[campaign]\nruns = 200\n[lowest]\nviscosity = 0.04\n[highest]\nviscosity = 0.06\n";
  const std::string file = directory_.write("campaign.toml", campaign);
  end_after("run 1 of 200", {"campaign", file, "--out", directory_ / "out"});
  const Json done = Json::parse(content_of(directory_ / "out/campaign.json"));
  EXPECT_GE(done.at("runs").size(), 1U);
  EXPECT_LT(done.at("runs").size(), 200U);
  EXPECT_EQ(forerun_with({"report", directory_ / "out"}).status, ExitStatus::ok);

  const std::string next = "run " + std::to_string(done.at("runs").size() + 1) + " of 200";
  end_after(next, {"campaign", file, "--out", directory_ / "out"});
}

TEST_P(Signalled, APlanEnds) {
  Process process = start(endless({"plan", config_}, "1000000000"));
  process.wait_until_it_handles(GetParam().number);
  process.signal(GetParam().number);
  EXPECT_EQ(process.wait(), GetParam().status) << content_of(err_);
}

TEST_P(Signalled, ABenchmarkSaysWhatItHasMeasured) {
  const std::string suite = std::string(FORERUN_SOURCE_DIR) + "/data/references/published_iterations.toml";
  end_after("seeds 1 to 1000", {"bench", "published", "--suite", suite, "--seeds", "1000"});
  EXPECT_THAT(content_of(directory_ / "stdout"), HasSubstr("Interrupted: not everything was measured"));
}

INSTANTIATE_TEST_SUITE_P(Signals, Signalled,
                         ::testing::Values(Signal{SIGINT, 130}, Signal{SIGTERM, 143}, Signal{SIGHUP, 129}),
                         [](const auto& tested) { return std::string(::strsignal(tested.param.number)); });

}  // namespace
}  // namespace forerun
