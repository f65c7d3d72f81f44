#include <gmock/gmock.h>

#include <algorithm>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;

std::vector<std::string> shipped_configurations() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(FORERUN_SOURCE_DIR) + "/data/configs")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ShippedConfigurations, ThereIsOneForEachProblem) {
  EXPECT_THAT(
      shipped_configurations(),
      ::testing::ElementsAre("allen_cahn", "allen_cahn_2d", "arenstorf", "basket", "black_scholes", "brusselator",
                             "brusselator_2d", "brusselator_3d", "burgers", "dahlquist", "diffusion_reaction_19",
                             "diffusion_reaction_28", "double_pendulum", "equations_burgers", "equations_predator_prey",
                             "fitzhugh_nagumo", "heat", "heat_mgrit", "heat_pfasst", "hopf", "interchange", "lorenz",
                             "pacemaker", "ppinn_burgers", "ppinn_ode", "robertson", "rossler", "shallow_water", "sir",
                             "thomas", "transport", "van_der_pol", "wave", "wave_paraexp"));
}

class ShippedConfiguration : public ::testing::TestWithParam<std::string> {};

/// What makes a configuration small where a run of it as it is would take tens of seconds.
std::vector<std::string> reduction(const std::string& name) {
  if (name == "brusselator_3d") {
    return {"problem.cells=6", "problem.length=6.0", "time.end=4.0", "time.slices=64"};
  }
  if (name == "shallow_water") return {"problem.points_x=31", "problem.points_y=16", "time.end=5.0", "time.slices=59"};
  return {};
}

TEST_P(ShippedConfiguration, Runs) {
  std::vector<std::string> words{"run", testing::data_config(GetParam()), "--quiet"};
  for (const std::string& setting : reduction(GetParam())) words.insert(words.end(), {"--set", setting});
  const auto outcome = forerun_with(words);
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err << outcome.out;
}

INSTANTIATE_TEST_SUITE_P(Data, ShippedConfiguration, ::testing::ValuesIn(shipped_configurations()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace forerun
