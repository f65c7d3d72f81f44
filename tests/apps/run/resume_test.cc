// `forerun resume`, on runs that were killed, interrupted or tampered with.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/apps/process.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Process;
using testing::TemporaryDirectory;

/// Without what the clock says, and the number of threads.
Json without_seconds(Json json) {
  static const std::set<std::string> timed = {"seconds",          "serial_fine_seconds",
                                              "measured_speedup", "modelled",
                                              "coarse",           "fit",
                                              "predict",          "fine",
                                              "slowest",          "threads",
                                              "verdict",          "repeats",
                                              "machine",          "serial_fine_repeats"};
  if (json.is_object()) {
    for (const std::string& key : timed) json.erase(key);
  }
  if (json.is_structured()) {
    for (Json& value : json) value = without_seconds(std::move(value));
  }
  return json;
}

/// All that a run has left, but for what the clock says: what must not depend on an interruption.
std::map<std::string, std::string> results(const fs::path& directory) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (name == "record.json") {
      all[name] = without_seconds(Json::parse(content_of(entry.path()))).dump(1);
    } else if (name != "provenance.json" && name != "iterations.csv" && name != "config.toml") {
      all[name] = entry.is_directory() ? "directory" : content_of(entry.path());
    }
  }
  return all;
}

class Resume : public ::testing::Test {
 protected:
  std::vector<std::string> words(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"compare", config_, "--correctors", "classic,randnet,auto", "--out", out, "--quiet",
                                    // Solves that are worth keeping.
                                    "--set", "fine.steps=2000", "--set", "parareal.tolerance=1e-12", "--set",
                                    "run.checkpoint_seconds=0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// A run that was killed as soon as the file was there.
  void kill_at(const std::string& file, const std::string& out, const std::vector<std::string>& more = {}) const {
    end_at(out + "/" + file, words(out, more), SIGKILL);
  }
  /// The program with these words gets a signal as soon as the file is there; its status.
  int end_at(const std::string& file, const std::vector<std::string>& words, int signal) const {
    Process process = Process::program(words, directory_ / "err");
    process.wait_for_file(file);
    process.signal(signal);
    return process.wait();
  }
  std::map<std::string, std::string> uninterrupted(const std::vector<std::string>& more = {}) const {
    const std::string out = directory_ / "whole";
    EXPECT_EQ(forerun_with(words(out, more)).status, ExitStatus::ok);
    return results(out);
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", testing::small_config);
  std::string out_ = directory_ / "out";
};

TEST_F(Resume, EndsAsTheUninterruptedComparisonWheneverItWasKilled) {
  const auto whole = uninterrupted();
  EXPECT_EQ(whole.count("checkpoint"), 0U) << "it goes with the end of the run";
  int number = 0;
  for (const char* file : {"checkpoint/request", "checkpoint/serial-fine.finished", "checkpoint/classic/solves-000001",
                           "checkpoint/classic/solves-000003", "checkpoint/randnet/solves-000002",
                           "checkpoint/randnet.finished", "checkpoint/auto/solves-000002"}) {
    const std::string out = directory_ / ("killed-" + std::to_string(number));
    const std::string threads = std::to_string(1 << (number++ % 3));
    kill_at(file, out, {"--threads", threads});
    const Outcome resumed = forerun_with({"resume", out, "--quiet", "--threads", number % 2 == 0 ? "1" : "3"});
    EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
    EXPECT_EQ(results(out), whole) << "killed at " << file << " with " << threads << " threads";
  }
}

TEST_F(Resume, EndsAsTheUninterruptedRunOnALadderThatWasChosenAndFromAModel) {
  const std::string model = directory_ / "m.safetensors";
  ASSERT_EQ(forerun_with({"run", config_, "--quiet", "--save-model", model}).status, ExitStatus::ok);
  const std::vector<std::string> more = {"--set", "fine.levels=auto", "--set", "parareal.max_iterations=0", "--model",
                                         model};
  const auto whole = uninterrupted(more);
  kill_at("checkpoint/randnet/solves-000001", out_, more);
  const Outcome resumed = forerun_with({"resume", out_});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_EQ(results(out_), whole);
}

TEST_F(Resume, GoesOnAfterAnInterruptAndAfterAnother) {
  const auto whole = uninterrupted();
  EXPECT_EQ(end_at(out_ + "/checkpoint/classic/solves-000001", words(out_), SIGINT), 130);
  EXPECT_TRUE(fs::exists(out_ + "/checkpoint/request"));
  EXPECT_EQ(end_at(out_ + "/checkpoint/auto/solves-000001", {"resume", out_, "--quiet"}, SIGTERM), 143);
  const Outcome resumed = forerun_with({"resume", out_, "--quiet"});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_EQ(results(out_), whole);
}

TEST_F(Resume, ComputesAgainWhatIsDamagedAndSaysSo) {
  const auto whole = uninterrupted();
  kill_at("checkpoint/randnet/solves-000003", out_);
  std::vector<fs::path> kept;
  for (const auto& entry : fs::recursive_directory_iterator(out_ + "/checkpoint")) {
    const std::string name = entry.path().filename();
    if (name.starts_with("solves-") || name.ends_with(".finished")) kept.push_back(entry.path());
  }
  ASSERT_GE(kept.size(), 4U);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::string content = content_of(kept[i]);
    // One has a bit turned, one is cut, one is empty.
    std::string damaged = i % 3 == 0 ? content : content.substr(0, i % 3 == 1 ? content.size() / 2 : 0);
    if (i % 3 == 0) damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    std::ofstream(kept[i], std::ios::binary) << damaged;
  }
  const Outcome resumed = forerun_with({"resume", out_, "--quiet"});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("is damaged"));
  EXPECT_EQ(results(out_), whole);
}

TEST_F(Resume, KnowsKeptStatesByTheirDigestsAndComputesAgainWhatHasOthers) {
  const auto whole = uninterrupted();
  kill_at("checkpoint/randnet/solves-000003", out_);
  for (const std::string name : {"serial-fine", "classic"}) {
    const std::string file = out_ + "/checkpoint/" + name + ".npy";
    std::string content = content_of(file);
    ASSERT_FALSE(content.empty()) << name;
    if (name == "classic") {
      content.pop_back();
    } else {
      content.back() ^= 1;
    }
    std::ofstream(file, std::ios::binary) << content;
  }
  const Outcome resumed = forerun_with({"resume", out_, "--quiet"});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("serial-fine.npy: is damaged: it is computed again"));
  EXPECT_THAT(resumed.err,
              HasSubstr("classic.npy: is of another size than the states of the run: it is computed again"));
  EXPECT_EQ(results(out_), whole);
}

TEST_F(Resume, WritesTheRecordAndTheModelWhereTheyWereToGo) {
  const std::vector<std::string> asked = {"run",
                                          config_,
                                          "--out",
                                          out_,
                                          "--quiet",
                                          "--set",
                                          "fine.steps=4000",
                                          "--set",
                                          "parareal.tolerance=1e-12",
                                          "--set",
                                          "run.checkpoint_seconds=0",
                                          "--json",
                                          directory_ / "r.json",
                                          "--save-model",
                                          directory_ / "m.safetensors"};
  end_at(out_ + "/checkpoint/randnet/solves-000001", asked, SIGKILL);
  ASSERT_EQ(forerun_with({"resume", out_, "--quiet"}).status, ExitStatus::ok);
  EXPECT_EQ(content_of(directory_ / "r.json"), content_of(out_ + "/record.json"));
  EXPECT_EQ(content_of(directory_ / "m.safetensors"), content_of(out_ + "/model-randnet.safetensors"));
}

TEST_F(Resume, SaysOfARunThatHasEndedHowItDid) {
  uninterrupted();
  const Outcome resumed = forerun_with({"resume", directory_ / "whole"});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("has ended"));
  EXPECT_THAT(resumed.out, HasSubstr("randnet: converged after"));
}

TEST_F(Resume, RefusesWhatIsNoRun) {
  for (const std::string& place : {directory_ / "nothing", config_}) {
    const Outcome resumed = forerun_with({"resume", place});
    EXPECT_EQ(resumed.status, ExitStatus::input_output);
    EXPECT_THAT(resumed.err, HasSubstr("is no directory"));
  }
  fs::create_directory(out_);
  const Outcome resumed = forerun_with({"resume", out_});
  EXPECT_EQ(resumed.status, ExitStatus::input_output);
  EXPECT_THAT(resumed.err, HasSubstr("holds no run"));
  EXPECT_EQ(forerun_with({"resume"}).status, ExitStatus::usage);
  EXPECT_EQ(forerun_with({"resume", out_, out_}).status, ExitStatus::usage);
}

TEST_F(Resume, RefusesACheckpointBesideAnotherConfigurationOrModel) {
  const std::string model = directory_ / "m.safetensors";
  ASSERT_EQ(forerun_with({"run", config_, "--quiet", "--save-model", model}).status, ExitStatus::ok);
  kill_at("checkpoint/classic/solves-000001", out_, {"--model", model});
  const std::string configuration = content_of(out_ + "/config.toml");
  std::ofstream(out_ + "/config.toml", std::ios::app) << "\n# a remark\n";
  const Outcome altered = forerun_with({"resume", out_});
  EXPECT_EQ(altered.status, ExitStatus::input_output);
  EXPECT_THAT(altered.err, HasSubstr("config.toml: is not what the run was started with"));
  std::ofstream(out_ + "/config.toml") << configuration;
  ASSERT_EQ(forerun_with({"run", config_, "--quiet", "--save-model", model, "--seed", "9"}).status, ExitStatus::ok);
  const Outcome other = forerun_with({"resume", out_});
  EXPECT_EQ(other.status, ExitStatus::input_output);
  EXPECT_THAT(other.err, HasSubstr("m.safetensors: is not what the run was started with"));
}

TEST_F(Resume, RefusesARequestThatIsDamagedOrOfAnotherVersion) {
  kill_at("checkpoint/classic/solves-000001", out_);
  const std::string file = out_ + "/checkpoint/request";
  const std::string content = content_of(file);
  for (std::size_t i = 0; i < content.size(); i += 7) {
    std::string damaged = content;
    damaged[i] = static_cast<char>(damaged[i] ^ 16);
    std::ofstream(file, std::ios::binary) << damaged;
    const Outcome resumed = forerun_with({"resume", out_});
    EXPECT_EQ(resumed.status, ExitStatus::input_output) << "byte " << i;
    EXPECT_THAT(resumed.err, HasSubstr("request: is damaged")) << "byte " << i;
  }
  std::string later = content;
  later[15] = '2';
  std::ofstream(file, std::ios::binary) << later;
  EXPECT_THAT(forerun_with({"resume", out_}).err, HasSubstr("another version"));
}

TEST_F(Resume, RefusesARunThatAnotherProcessCarriesOut) {
  const Process process = Process::program(words(out_, {"--set", "fine.steps=400000"}), directory_ / "err");
  process.wait_for_file(out_ + "/checkpoint/request");
  const Outcome resumed = forerun_with({"resume", out_});
  EXPECT_EQ(resumed.status, ExitStatus::input_output);
  EXPECT_THAT(resumed.err, HasSubstr("is held by another process"));
}

}  // namespace
}  // namespace forerun
