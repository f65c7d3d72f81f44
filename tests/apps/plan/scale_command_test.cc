#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/record/history_json.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::ordered_json;
using testing::forerun_with;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;

class ScaleCommand : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
};

TEST_F(ScaleCommand, SharesOfEveryPointAddUpToOneAndSpeedupsFollowFromSeconds) {
  for (const std::string corrector : {"classic", "randnet"}) {
    const Outcome outcome = forerun_with({"scale", config_, "--set", "corrector.name=" + corrector, "--json", "-"});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const Json json = Json::parse(outcome.out);
    EXPECT_EQ(json.at("schema"), "forerun.scale/1");
    const double serial = json.at("measured").at("serial_fine_slice_seconds").get<double>();
    for (const char* curve : {"strong", "weak"}) {
      for (const Json& point : json.at("modelled").at(curve)) {
        double sum = 0.0;
        for (const auto& share : point.at("shares")) sum += share.get<double>();
        EXPECT_NEAR(sum, 1.0, 1e-9);
        const double speedup = serial * point.at("slices").get<double>() / point.at("seconds").get<double>();
        EXPECT_NEAR(point.at("speedup").get<double>(), speedup, 1e-9 * speedup);
      }
    }
  }
}

TEST_F(ScaleCommand, StrongCurveEndsAtAProcessorASliceWeakCurveAtAHundredThousand) {
  const Json json = Json::parse(forerun_with({"scale", config_, "--json", "-"}).out).at("modelled");
  const auto last = [&](const char* curve) { return json.at(curve).back(); };
  EXPECT_EQ(last("strong").at("processors"), 8);
  EXPECT_EQ(last("strong").at("slices"), 8);
  EXPECT_EQ(last("weak").at("processors"), 100000);
  EXPECT_EQ(last("weak").at("slices"), 100000);
}

TEST_F(ScaleCommand, TextLabelsWhatIsMeasuredWhatModelledAndWhatAssumed) {
  const std::string text = forerun_with({"scale", config_, "--processors", "1,4"}).out;
  for (const char* label : {"Measured (one run on this machine", "Strong scaling, modelled", "Weak scaling, modelled",
                            "Assumed:", "given, not measured"}) {
    EXPECT_THAT(text, HasSubstr(label));
  }
}

TEST_F(ScaleCommand, ARunDirectoryIsModelledWithoutSolvingAgain) {
  const std::string run = directory_ / "run";
  ASSERT_EQ(forerun_with({"run", config_, "--out", run, "--quiet"}).status, ExitStatus::ok);
  const auto files = directory_.files();
  const Outcome once = forerun_with({"scale", run, "--json", "-"});
  ASSERT_EQ(once.status, ExitStatus::ok) << once.err;
  const Json record = Json::parse(testing::content_of(run + "/record.json"));
  EXPECT_EQ(Json::parse(once.out).at("iterations"), record.at("runs").at(0).at("iterations"));
  EXPECT_EQ(forerun_with({"scale", run, "--json", "-"}).out, once.out);
  EXPECT_EQ(directory_.files(), files);
}

TEST_F(ScaleCommand, ARunThatDidNotConvergeIsNotModelled) {
  const std::string run = directory_ / "run";
  const std::vector<std::string> limit = {"--set", "parareal.max_iterations=1", "--set", "corrector.name=classic"};
  std::vector<std::string> words = {"scale", config_};
  words.insert(words.end(), limit.begin(), limit.end());
  const Outcome outcome = forerun_with(words);
  EXPECT_EQ(outcome.status, ExitStatus::not_converged);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("nothing modelled"));

  words = {"run", config_, "--out", run, "--quiet"};
  words.insert(words.end(), limit.begin(), limit.end());
  forerun_with(words);
  const Outcome recorded = forerun_with({"scale", run});
  EXPECT_EQ(recorded.status, ExitStatus::not_converged);
  EXPECT_THAT(recorded.err, HasSubstr("did not converge"));
}

TEST_F(ScaleCommand, WrongMachinesAreRefusedWithOptionAndRule) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--latency", "-1"},   {"--latency", "nan"},   {"--bandwidth", "0"},     {"--bandwidth", "1e400"},
      {"--latency", "fast"}, {"--processors", "0"},  {"--processors", "1,,2"}, {"--processors", "2.5"},
      {"--processors", ""},  {"--processors", "2e9"}};
  for (const auto& words : wrong) {
    const Outcome outcome = forerun_with({"scale", config_, words[0], words[1]});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << words[1];
    EXPECT_THAT(outcome.err, HasSubstr(words[0]));
    EXPECT_THAT(outcome.err, HasSubstr("must be"));
  }
}

TEST_F(ScaleCommand, ADirectoryThatHoldsNoRunIsRefused) {
  const std::string empty = directory_ / "empty";
  std::filesystem::create_directory(empty);
  EXPECT_EQ(forerun_with({"scale", empty}).status, ExitStatus::input_output);
  directory_.write("empty/config.toml", small_config);
  for (const char* record : {"", "[]", "{}", R"({"runs": []})", R"({"runs": [{"corrector": "randnet"}]})"}) {
    directory_.write("empty/record.json", record);
    const Outcome outcome = forerun_with({"scale", empty});
    EXPECT_EQ(outcome.status, ExitStatus::input_output) << record;
    EXPECT_THAT(outcome.err, HasSubstr("record.json"));
  }
  const Outcome outcome = forerun_with({"scale", empty, "--set", "time.slices=4"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
}

RunRecord two_iterations() {
  RunRecord record;
  record.initial_seconds.coarse = 0.125;
  for (const Index first_slice : {0, 3}) {
    IterationRecord iteration;
    iteration.first_slice = first_slice;
    iteration.levels = {{2, first_slice, 2, 1.0 / 3.0, 0.1}, {1, first_slice + 2, 6 - first_slice, 0.25, 0.2}};
    iteration.seconds.coarse = 0.01;
    iteration.seconds.predict = 0.2;
    record.iterations.push_back(iteration);
  }
  return record;
}

TEST(HistoryJson, ReadsBackToTheLastBit) {
  const RunRecord record = two_iterations();
  const RunRecord read = read_history(Json::parse(history_json(record).dump()), 8);
  EXPECT_EQ(read.initial_seconds.coarse, record.initial_seconds.coarse);
  ASSERT_EQ(read.num_iterations(), record.num_iterations());
  for (std::size_t k = 0; k < record.iterations.size(); ++k) {
    EXPECT_EQ(read.iterations[k].first_slice, record.iterations[k].first_slice);
    EXPECT_EQ(read.iterations[k].at_top_level, record.iterations[k].at_top_level);
    EXPECT_EQ(read.iterations[k].slice_fine_seconds(), record.iterations[k].slice_fine_seconds());
    EXPECT_EQ(read.iterations[k].max_slice_fine_seconds(), record.iterations[k].max_slice_fine_seconds());
    EXPECT_EQ(read.iterations[k].level(), record.iterations[k].level());
    EXPECT_EQ(read.iterations[k].seconds.predict, record.iterations[k].seconds.predict);
  }
}

TEST(HistoryJson, RefusesWhatNoRunCouldHaveWritten) {
  const Json good = history_json(two_iterations());
  const std::vector<std::pair<std::string, Json>> wrong = {{"/iterations/1/levels/1/first_slice", 4},
                                                           {"/iterations/1/levels/0/first_slice", -1},
                                                           {"/iterations/0/levels/1/slices", 5},
                                                           {"/iterations/0/levels/1/slices", 7},
                                                           {"/iterations/0/levels/0/level", 0},
                                                           {"/iterations/0/levels/0/level", 1},
                                                           {"/iterations/0/levels", Json::array()},
                                                           {"/iterations/0/measured_level", 3},
                                                           {"/iterations/0/levels/0/fine", -1.0},
                                                           {"/iterations/0/coarse", nullptr},
                                                           {"/iterations/0/fit", "1"},
                                                           {"/iterations/0/levels/0/slowest", 9.0},
                                                           {"/iterations/0", 3},
                                                           {"/iterations", Json::object()},
                                                           {"/initial", 0}};
  for (const auto& [place, value] : wrong) {
    Json json = good;
    json[Json::json_pointer(place)] = value;
    EXPECT_THROW(read_history(json, 8), std::invalid_argument) << place << " = " << value;
  }
  EXPECT_THROW(read_history(Json::array(), 8), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
