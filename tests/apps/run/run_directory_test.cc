#include "apps/forerun/run/run_directory.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/files/npy_file.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::Contains;
using testing::content_of;
using testing::forerun_with;
using testing::small_config;
using testing::TemporaryDirectory;
using ::testing::UnorderedElementsAre;

class RunDirectoryOfARun : public ::testing::Test {
 protected:
  ExitStatus run(const std::string& config, const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"run", config, "--quiet", "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words).status;
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
};

TEST_F(RunDirectoryOfARun, HoldsWhatItPromises) {
  ASSERT_EQ(run(config_, directory_ / "out"), ExitStatus::ok);
  EXPECT_THAT(directory_.files(), UnorderedElementsAre("small.toml", "out", "out/config.toml", "out/provenance.json",
                                                       "out/record.json", "out/iterations.csv", "out/times.npy",
                                                       "out/boundaries-randnet.npy", "out/model-randnet.safetensors"));
}

TEST_F(RunDirectoryOfARun, ResolvedConfigurationReproducesTheRunBitForBit) {
  ASSERT_EQ(run(config_, directory_ / "a", {"--set", "problem.viscosity=0.07", "--seed", "5"}), ExitStatus::ok);
  ASSERT_EQ(run(directory_ / "a/config.toml", directory_ / "b"), ExitStatus::ok);
  EXPECT_EQ(content_of(directory_ / "a/boundaries-randnet.npy"), content_of(directory_ / "b/boundaries-randnet.npy"));
  EXPECT_EQ(content_of(directory_ / "a/config.toml"), content_of(directory_ / "b/config.toml"));
}

TEST_F(RunDirectoryOfARun, CarriesAnInitialStateFromAFileAlong) {
  std::string values;
  for (int i = 0; i < 16; ++i) values += std::to_string(0.5 + 0.1 * (i % 3)) + "\n";
  directory_.write("u0.csv", values);
  ASSERT_EQ(run(config_, directory_ / "a", {"--set", "problem.initial_state='u0.csv'"}), ExitStatus::ok);
  std::filesystem::remove(directory_ / "u0.csv");
  ASSERT_EQ(run(directory_ / "a/config.toml", directory_ / "b"), ExitStatus::ok);
  EXPECT_EQ(content_of(directory_ / "a/boundaries-randnet.npy"), content_of(directory_ / "b/boundaries-randnet.npy"));
}

TEST_F(RunDirectoryOfARun, IterationsHaveARowEach) {
  ASSERT_EQ(run(config_, directory_ / "out"), ExitStatus::ok);
  const auto record = nlohmann::json::parse(content_of(directory_ / "out/record.json"));
  const std::string csv = content_of(directory_ / "out/iterations.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + record.at("runs").at(0).at("iterations").get<long>());
}

TEST_F(RunDirectoryOfARun, BoundariesAreAMatrixOfOneStateABoundary) {
  ASSERT_EQ(run(config_, directory_ / "out"), ExitStatus::ok);
  EXPECT_EQ(read_npy(directory_ / "out/boundaries-randnet.npy").size(), 16 * 9);
}

TEST_F(RunDirectoryOfARun, TimesAreThoseOfTheStates) {
  ASSERT_EQ(run(config_, directory_ / "out"), ExitStatus::ok);
  EXPECT_EQ(read_npy(directory_ / "out/times.npy"), State::LinSpaced(9, 0.0, 1.0));
}

TEST_F(RunDirectoryOfARun, WithoutConvergenceTheBestIterateIsWritten) {
  EXPECT_EQ(run(config_, directory_ / "out", {"--set", "parareal.max_iterations=1"}), ExitStatus::not_converged);
  EXPECT_THAT(directory_.files(), Contains("out/boundaries-randnet.npy"));
}

TEST_F(RunDirectoryOfARun, AnEmptyDirectoryWillDo) {
  std::filesystem::create_directory(directory_ / "out");
  EXPECT_EQ(run(config_, directory_ / "out"), ExitStatus::ok);
  EXPECT_EQ(run(config_, directory_ / "out"), ExitStatus::input_output) << "results are never overwritten";
}

TEST(RunDirectory, IsRemovedAgainWhenNothingWasWritten) {
  const TemporaryDirectory directory;
  { const RunDirectory unused(directory / "out"); }
  EXPECT_FALSE(std::filesystem::exists(directory / "out"));
  { const RunDirectory nested(directory / "a/b/c/"); }
  EXPECT_TRUE(directory.files().empty());
}

}  // namespace
}  // namespace forerun
