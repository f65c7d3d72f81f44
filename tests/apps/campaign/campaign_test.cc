#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "learning/family/store.h"
#include "tests/apps/campaign/campaign_fixture.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::CampaignCommand;
using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::small_campaign;
using Json = nlohmann::json;

TEST_F(CampaignCommand, NeedsFewerIterationsWithTheStoreThanColdAndGivesTheSameAnswers) {
  ASSERT_EQ(run("c").status, ExitStatus::ok);
  const Json json = record("c");
  EXPECT_LT(json.at("last_held_out").at("mean").get<double>(), json.at("last_held_out").at("mean_cold").get<double>());
  for (const Json& row : json.at("runs")) EXPECT_LE(row.at("max_error").get<double>(), 5e-6);
  const Json store = Json::parse(forerun_with({"inspect", directory_ / "c/store", "--json"}).out);
  EXPECT_EQ(store.at("runs").size(), 12U);
  EXPECT_EQ(store.at("network").at("runs"), 12);
  // The phase of the initial profile reaches the discrepancy through the state alone.
  EXPECT_EQ(store.at("family").at("network_inputs").size(), 1U);
  EXPECT_TRUE(store.at("family").at("network_inputs").contains("viscosity"));
}

TEST_F(CampaignCommand, ANetworkSharedOverTheMeshServesRunsThatLearnWithStencil) {
  ASSERT_EQ(run("c", {"--set", "corrector.name=stencil", "--set", "corrector.neurons=100", "--set",
                      "network.ridge=1e-9", "--set", "campaign.runs=8"})
                .status,
            ExitStatus::ok);
  const Json json = record("c");
  double cold = 0.0, with_store = 0.0;
  for (std::size_t r = 4; r < 8; ++r) {
    const Json& row = json.at("runs").at(r);
    EXPECT_EQ(row.at("prior"), "served");
    EXPECT_LE(row.at("max_error").get<double>(), 5e-6);
    cold += row.at("cold_iterations").get<double>();
    with_store += row.at("iterations").get<double>();
  }
  EXPECT_LT(with_store, cold);
  EXPECT_LT(std::filesystem::file_size(directory_ / "c/store/network.safetensors"), 20'000U);
  const Outcome trained = forerun_with({"train", directory_ / "c/store", "--json", "--quiet"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  const Json network = Json::parse(trained.out).at("network");
  EXPECT_EQ(network.at("runs"), 8);
  EXPECT_EQ(network.at("options").at("kind"), "'stencil'");
}

TEST_F(CampaignCommand, ANetworkSharedOverAMeshNeedsOne) {
  const std::string file = directory_.write("lorenz.toml", R"([problem]
name = "lorenz"
[time]
end = 1.0
slices = 4
[fine]
method = "rk4"
steps = 10
[coarse]
method = "rk4"
steps = 1
[campaign]
runs = 2
initial_states = "box"
[network]
kind = "stencil"
)");
  const Outcome outcome = forerun_with({"campaign", file, "--out", directory_ / "m"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("lorenz.toml:16: [network] kind = \"stencil\": must have an equation on a mesh"));
}

TEST_F(CampaignCommand, ClimbsTheLadderOfItsConfiguration) {
  const std::vector<std::string> plain = {"--set", "campaign.runs=3", "--set", "fine.steps=64"};
  std::vector<std::string> climbing = plain;
  climbing.insert(climbing.end(), {"--set", "fine.levels=[4, 16, 64]"});
  ASSERT_EQ(run("plain", plain).status, ExitStatus::ok);
  const Outcome outcome = run("climbing", climbing);
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("sweeps"));
  EXPECT_THAT(content_of(directory_ / "climbing/campaign.csv"), HasSubstr(",iterations,effective_sweeps,"));
  const Json with = record("climbing").at("runs"), without = record("plain").at("runs");
  for (std::size_t r = 0; r < 3; ++r) {
    EXPECT_GT(without[r].at("effective_sweeps").get<double>(), 3.0);
    EXPECT_LT(with[r].at("effective_sweeps").get<double>(), 0.7 * without[r].at("effective_sweeps").get<double>());
    EXPECT_LE(with[r].at("max_error").get<double>(), 5e-6);
  }
  // What the store keeps are discrepancies of the top level: both campaigns are of one family, and each other's.
  EXPECT_EQ(Store::open(directory_ / "climbing/store").family(), Store::open(directory_ / "plain/store").family());
  EXPECT_EQ(forerun_with({"train", directory_ / "climbing/store", "--quiet"}).err, "");
}

TEST_F(CampaignCommand, PlansItsLadderOnceForAllRuns) {
  std::string text = small_campaign;
  const std::size_t begin = text.find("[coarse]");
  text.erase(begin, text.find('[', begin + 1) - begin);
  const std::string file = directory_.write("auto.toml", text);
  const Outcome outcome = forerun_with({"campaign", file, "--out", directory_ / "a", "--quiet", "--set",
                                        "campaign.runs=3", "--set", "fine.steps=512", "--set", "fine.levels=auto"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  for (const Json& row : record("a").at("runs")) EXPECT_LT(row.at("effective_sweeps").get<double>(), 3.0);
  // The family's coarse solver is the cheapest level, and its samples are of that one.
  EXPECT_THAT(Store::open(directory_ / "a/store").family().common.coarse, ::testing::StartsWith("rk4 x "));
  EXPECT_EQ(forerun_with({"train", directory_ / "a/store", "--quiet"}).err, "");
  // What is kept of the configuration is planned again.
  const std::string resolved = content_of(directory_ / "a/campaign.toml");
  EXPECT_THAT(resolved, AllOf(HasSubstr("levels = \"auto\""), ::testing::Not(HasSubstr("[coarse]"))));
}

TEST_F(CampaignCommand, KilledAndResumedGivesWhatAnUninterruptedOneGives) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(FORERUN_PROGRAM, "forerun", "campaign", file_.c_str(), "--out", (directory_ / "killed").c_str(), "--quiet",
            nullptr);
    ::_exit(127);
  }
  const std::string rows = directory_ / "killed/campaign.csv";
  const auto num_lines = [&] {
    const std::string text = content_of(rows);
    return std::count(text.begin(), text.end(), '\n');
  };
  while (num_lines() < 4 && ::waitpid(child, nullptr, WNOHANG) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_GE(num_lines(), 4);
  ASSERT_EQ(run("killed").status, ExitStatus::ok);
  ASSERT_EQ(run("whole").status, ExitStatus::ok);
  EXPECT_EQ(results(record("killed")), results(record("whole")));
}

TEST_F(CampaignCommand, ConcurrentRunsGiveTheSameTwice) {
  for (const char* out : {"a", "b"})
    ASSERT_EQ(run(out, {"--set", "campaign.concurrent=3", "--set", "campaign.runs=6"}).status, ExitStatus::ok);
  EXPECT_EQ(results(record("a")), results(record("b")));
}

TEST_F(CampaignCommand, ADirectoryOfAnotherCampaignIsRefused) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=1"}).status, ExitStatus::ok);
  const Outcome other = run("c", {"--set", "campaign.runs=2"});
  EXPECT_EQ(other.status, ExitStatus::usage);
  EXPECT_THAT(other.err, HasSubstr("another campaign"));
}

TEST_F(CampaignCommand, DryRunWritesNothingAndSaysWhatWouldBe) {
  const auto before = directory_.files();
  const Outcome plan = run("c", {"--dry-run", "--json", directory_ / "json"});
  ASSERT_EQ(plan.status, ExitStatus::ok) << plan.err;
  EXPECT_EQ(directory_.files(), before);
  // 60 neurons, 9 inputs and a constant, times the constant, the linear and the quadratic term of the viscosity.
  for (const char* part : {"burgers, d = 24, 32 slices", "12; serial fine solution of each; 12 cold as well",
                           "phase in [0, 1], viscosity in [0.02, 0.04]", "512 steps of rk4 in all", "210 features",
                           "353 kB", "new, at most 1000 MB", "c/campaign.csv", "c/store/runs/*.safetensors", "/json"}) {
    EXPECT_THAT(plan.out, HasSubstr(part));
  }
}

TEST_F(CampaignCommand, DryRunNeedsNoDirectoryAndNamesItAsTheHelpDoes) {
  const auto before = directory_.files();
  const Outcome plan = forerun_with({"campaign", file_, "--dry-run"});
  ASSERT_EQ(plan.status, ExitStatus::ok) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("new, at most 1000 MB"), HasSubstr("DIR/campaign.csv"),
                              HasSubstr("DIR/store/runs/*.safetensors")));
  EXPECT_EQ(forerun_with({"campaign", file_}).status, ExitStatus::usage);
  EXPECT_EQ(forerun_with({"campaign", file_, "--dry-run", "--out", ""}).status, ExitStatus::usage);
  EXPECT_EQ(directory_.files(), before);
}

TEST_F(CampaignCommand, DryRunOfAStartedCampaignSaysWhatIsThereAndWhatIsRefused) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=2"}).status, ExitStatus::ok);
  const auto before = directory_.files();
  const Outcome done = run("c", {"--set", "campaign.runs=2", "--dry-run"});
  EXPECT_THAT(done.out, AllOf(HasSubstr("2, of which 2 are done"), HasSubstr("2 runs of ")));
  EXPECT_EQ(run("c", {"--dry-run"}).status, ExitStatus::usage) << "another campaign";
  EXPECT_EQ(run("d", {"--dry-run", "--set", "highest.viscosity=0.05", "--store", directory_ / "c/store"}).status,
            ExitStatus::bad_model);
  EXPECT_EQ(run("d", {"--dry-run", "--json", directory_ / "none/json"}).status, ExitStatus::input_output);
  EXPECT_EQ(run("small.toml", {"--dry-run"}).status, ExitStatus::input_output);
  EXPECT_EQ(run("d", {"--dry-run", "--set", "campaign.sampling=file", "--set", "campaign.draws=none.csv"}).status,
            ExitStatus::input_output);
  EXPECT_EQ(directory_.files(), before);
}

struct BadCampaign {
  std::string from;
  std::string to;
  std::string message;
};

class RefusedCampaign : public CampaignCommand, public ::testing::WithParamInterface<BadCampaign> {};

TEST_P(RefusedCampaign, NamesThePlaceAndTheRuleAndWritesNothing) {
  std::string text = small_campaign;
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().from.size(), GetParam().to);
  const std::string bad = directory_.write("bad.toml", text);
  const Outcome outcome = forerun_with({"campaign", bad, "--out", directory_ / "bad", "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().message));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "bad"));
}

INSTANTIATE_TEST_SUITE_P(Settings, RefusedCampaign,
                         ::testing::Values(BadCampaign{"runs = 12", "runs = 0", "bad.toml:19: [campaign] runs"},
                                           BadCampaign{"runs = 12", "ruins = 12", "did you mean"},
                                           BadCampaign{"viscosity = 0.04", "viscosity = 0.01",
                                                       "must be a number > its lowest"},
                                           BadCampaign{"viscosity = 0.04\n", "", "must stand in [highest] as well"},
                                           BadCampaign{"viscosity = 0.02", "viscosty = 0.02", "did you mean viscosity"},
                                           BadCampaign{"phase = 1.0", "phase = true", "must be a number"},
                                           BadCampaign{"stencil = 4", "stencil = 12",
                                                       "bad.toml:27: [network] stencil = 12: must be an integer ≤ 11"},
                                           BadCampaign{"viscosity = 0.02", "viscosity = -0.02", "viscosity"}));

}  // namespace
}  // namespace forerun
