// What a run says does not depend on the number of threads, nor on the day.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// All of the record but what was measured by the clock or says where it ran.
Json without_clock(Json record) {
  for (const char* name : {"threads", "serial_fine_seconds", "serial_fine_repeats", "machine", "planning", "verdict"})
    record.erase(name);
  for (Json& run : record.at("runs")) {
    for (const char* name : {"seconds", "repeats", "measured_speedup", "modelled", "history"}) run.erase(name);
  }
  return record;
}

/// Several slices at once in SIMD lanes.
constexpr const char* lorenz = R"([problem]
name = "lorenz"
[time]
end = 2.0
slices = 40
[fine]
method = "rk4"
steps = 64
[coarse]
method = "rk4"
steps = 4
)";

struct Variant {
  std::string name;
  std::vector<std::string> settings;
  std::string config = testing::small_config;
};

class Determinism : public ::testing::TestWithParam<Variant> {};

TEST_P(Determinism, HoldsForOneToFourThreadsAndFromRunToRun) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("c.toml", GetParam().config);
  const auto outcome_of = [&](int threads) {
    std::filesystem::remove_all(directory / "out");
    std::vector<std::string> words = {"compare",
                                      config,
                                      "--quiet",
                                      "--threads",
                                      std::to_string(threads),
                                      "--out",
                                      directory / "out",
                                      "--correctors",
                                      "classic,randnet-local,kriging,auto"};
    for (const std::string& setting : GetParam().settings) words.insert(words.end(), {"--set", setting});
    EXPECT_EQ(forerun_with(words).status, ExitStatus::ok);
    std::string states;
    for (const char* solver : {"serial-fine", "classic", "randnet-local", "kriging", "auto"}) {
      states += content_of(directory / ("out/boundaries-" + std::string(solver) + ".npy"));
    }
    return std::pair(without_clock(Json::parse(content_of(directory / "out/record.json"))), states);
  };
  const auto expected = outcome_of(1);
  for (const int threads : {1, 2, 3, 4, 4}) {
    const auto outcome = outcome_of(threads);
    EXPECT_EQ(outcome.first, expected.first) << threads << " threads";
    EXPECT_TRUE(outcome.second == expected.second) << threads << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Runs, Determinism,
    ::testing::Values(Variant{"Plain", {}}, Variant{"Ladder", {"fine.levels=[4, 16, 64]", "fine.steps=64"}},
                      Variant{"PlannedLadder", {"fine.levels=auto", "fine.steps=256", "parareal.stopping=estimate"}},
                      Variant{"Lanes", {}, lorenz}, Variant{"Watched", {"fine.slice_timeout=3600.0"}}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace forerun
