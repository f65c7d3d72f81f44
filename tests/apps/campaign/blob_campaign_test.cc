// What a published study shows of a network that is trained anew after each round of runs, on blobs of a reduced plasma
// model: fewer iterations than the coarse solver alone needs, and than the network of the first rounds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using Json = nlohmann::json;

/// The shipped campaign on a quarter of its mesh, sixteen runs in four rounds.
Json record_of(const testing::TemporaryDirectory& directory, const std::string& name, int learned_runs) {
  const std::string out = directory / name;
  std::vector<std::string> words{
      "campaign", std::string(FORERUN_SOURCE_DIR) + "/data/campaigns/blob.toml", "--out", out, "--quiet", "--threads",
      "1"};
  for (const std::string setting :
       {"problem.cells=16", "problem.length=8.0", "time.end=8.0", "time.slices=16", "fine.steps=8", "campaign.runs=16",
        "campaign.concurrent=4", "campaign.seed=2", "lowest.x=2.5", "highest.x=3.5", "lowest.y=3.5", "highest.y=4.5"}) {
    words.insert(words.end(), {"--set", setting});
  }
  words.insert(words.end(), {"--set", "campaign.learned_runs=" + std::to_string(learned_runs)});
  const auto outcome = forerun_with(words);
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  return Json::parse(testing::content_of(out + "/campaign.json"));
}

double mean(const Json& record, const char* which) { return record.at("last_held_out").at(which).get<double>(); }

TEST(BlobCampaign, NeedsFewerIterationsThanTheCoarseSolverAndThanTheNetworkOfItsFirstRounds) {
  const testing::TemporaryDirectory directory;
  const Json learning = record_of(directory, "learning", 0), frozen = record_of(directory, "frozen", 8);
  EXPECT_LT(mean(learning, "mean"), mean(learning, "mean_cold") - 1.0);
  EXPECT_LT(mean(learning, "mean"), mean(frozen, "mean"));
  EXPECT_EQ(mean(learning, "mean_cold"), mean(frozen, "mean_cold"));
  for (const Json& row : learning.at("runs")) EXPECT_LE(row.at("max_error").get<double>(), 1e-6);
  for (std::size_t r = 0; r < 8; ++r) {
    EXPECT_EQ(learning.at("runs").at(r).at("iterations"), frozen.at("runs").at(r).at("iterations"));
  }
}

/// A network of one round has not predicted three runs that it had not seen, and does not serve.
TEST(BlobCampaign, ANetworkOfOneRoundIsNotTrusted) {
  const testing::TemporaryDirectory directory;
  const Json first_round = record_of(directory, "first", 4);
  for (const Json& row : first_round.at("runs")) {
    EXPECT_EQ(row.at("prior"), "none");
    EXPECT_EQ(row.at("iterations"), row.at("cold_iterations"));
  }
}

}  // namespace
}  // namespace forerun
