// [time] begin is where time begins, also for an equation that counts time among its components.
#include <gtest/gtest.h>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/run/experiment.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

ConfigDocument hopf_with(const std::vector<std::string>& assignments, const std::string& file_name = "hopf.toml") {
  ConfigDocument document = ConfigDocument::parse(R"([problem]
name = "hopf"
[time]
end = 30.0
slices = 8
[fine]
method = "rk4"
steps = 8
[coarse]
method = "rk4"
steps = 2
)",
                                                  file_name);
  for (const std::string& assignment : assignments) document.set_from_command_line(assignment);
  return document;
}

TEST(TimeBegin, IsTheTimeComponentOfHopfsInitialState) {
  EXPECT_EQ(make_experiment(hopf_with({})).initial, (State{{0.1, 0.1, -20.0}}));
  const Experiment later = make_experiment(hopf_with({"time.begin=5.0"}));
  EXPECT_EQ(later.initial, (State{{0.1, 0.1, 5.0}}));
  State end(3);
  later.fine->propagate(later.grid.slice(0), later.initial, end);
  EXPECT_NEAR(end[2], later.grid.slice(0).end, 1e-12);
}

TEST(TimeBegin, LeavesAStateFromAFileAsItIs) {
  const testing::TemporaryDirectory directory;
  directory.write("start.csv", "0.2\n0.3\n0.4\n");
  const Experiment experiment =
      make_experiment(hopf_with({"time.begin=5.0", "problem.initial_state=start.csv"}, directory / "hopf.toml"));
  EXPECT_EQ(experiment.initial, (State{{0.2, 0.3, 0.4}}));
}

TEST(TimeBegin, IsTheTimeComponentOfDrawnStates) {
  const CampaignConfig config =
      read_campaign_config(hopf_with({"time.begin=5.0", "campaign.runs=3", "campaign.initial_states=box"}));
  const Experiment run = make_experiment(config.base);
  for (const Draw& draw : make_draws(config, *run.problem, run.grid.begin())) {
    ASSERT_TRUE(draw.initial);
    EXPECT_EQ((*draw.initial)[2], 5.0);
    EXPECT_NE((*draw.initial)[0], 0.1);
  }
}

}  // namespace
}  // namespace forerun
